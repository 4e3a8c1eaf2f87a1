// The sequence, which is the package's own affair: its source, with the types taken off.
import { readFileSync } from 'node:fs';
import { transformSync } from 'esbuild';

const source = readFileSync(new URL('../../../pkg-template/src/momento/sequence.ts', import.meta.url), 'utf8');
const { code } = transformSync(source, { loader: 'ts', target: 'es2022' });
export const { Sequence } = await import(`data:text/javascript,${encodeURIComponent(code)}`);
