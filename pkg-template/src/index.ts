// The main entry point. `../index.d.ts` declares its types; tests/types checks that the two agree.
export * from './decode.js';
export { TokenSource } from './source/source.js';
