// What `wasm-pack build` makes of the crate declares, and so has to export: values alone.
import { readFileSync } from 'node:fs';

const types = readFileSync(new URL('../../../src/js/standalone/types.d.ts', import.meta.url), 'utf8');
const names = [...types.matchAll(/^export (?:function|const|class) (\w+)/gm)].map(([, name]) => name);

/** As a file of the app. */
export const DECLARED = { 'declared.mjs': `export const declared = ${JSON.stringify(names)};\n` };
