// Everything the package exports; `../index.d.ts` is its contract, and tests/types holds the two together.
export * from './decode.js';
export { TokenSource } from './source/source.js';
