// The gate of the hooks, which is the package's own affair: its source, with the types taken off.
import { readFileSync } from 'node:fs';
import { transformSync } from 'esbuild';

const source = readFileSync(new URL('../../../pkg-template/src/bindings/options-gate.ts', import.meta.url), 'utf8');
const { code } = transformSync(source, { loader: 'ts', target: 'es2022' });
export const { OptionsGate } = await import(`data:text/javascript,${encodeURIComponent(code)}`);
