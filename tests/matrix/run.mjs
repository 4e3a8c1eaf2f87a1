// The matrix: the package, packed, installed, built and run by every tool that is meant to take it without any set-up.
//
//   node tests/matrix/run.mjs            everything; writes docs/matrix.md
//   node tests/matrix/run.mjs vite next  some of it
//   node tests/matrix/run.mjs --ci       the part that `make test` runs
import { readFileSync, readdirSync } from 'node:fs';
import process from 'node:process';
import { Matrix } from './support/matrix.mjs';
import { clear } from './support/folder.mjs';
import { print, write } from './support/table.mjs';

const folder = new URL('./tools/', import.meta.url);
const known = readdirSync(folder).map((file) => file.replace('.mjs', ''));
const isPart = process.argv.includes('--ci');
const named = process.argv.slice(2).filter((argument) => argument !== '--ci');
for (const name of named)
  if (!known.includes(name)) throw new Error(`expected one of ${known.join(', ')}; found ${name}`);
const CI = ['esbuild', 'vite', 'rollup', 'node', 'plain', 'workers', 'later', 'wasm-pack-bundler', 'wasm-pack-web'];

clear();
const matrix = new Matrix(isPart);
for (const name of named.length ? named : isPart ? CI : known) {
  const { default: tool } = await import(new URL(`${name}.mjs`, folder));
  await matrix.family(name, tool);
}
print(matrix.rows);
const failed = matrix.rows.filter(({ result }) => result === 'fail').length;
if (!named.length && !isPart && !failed)
  write(matrix.rows, readFileSync(new URL('../../Cargo.toml', import.meta.url), 'utf8'));
console.log(`matrix: ${matrix.rows.length} rows, ${failed} failed`);
process.exit(failed ? 1 : 0);
