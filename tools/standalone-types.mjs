// The types of what `wasm-pack build` makes of the crate: those of the npm package that it has too.
//
//   node tools/standalone-types.mjs           writes src/js/standalone/types.d.ts
//   node tools/standalone-types.mjs --check   fails if that file is not what it would write
import { readFileSync, writeFileSync } from 'node:fs';
import process from 'node:process';

const source = new URL('../pkg-template/index.d.ts', import.meta.url);
const target = new URL('../src/js/standalone/types.d.ts', import.meta.url);

/** Between two lines that are there once. */
function between(text, from, to) {
  const [start, end] = [from, to].map((line) => {
    const at = text.indexOf(line);
    if (at < 0 || text.indexOf(line, at + 1) >= 0) throw new Error(`expected one line that starts with ${line}`);
    return at;
  });
  return text.slice(start, end);
}

const text = readFileSync(source, 'utf8');
const parts = [
  '// Made by tools/standalone-types.mjs of pkg-template/index.d.ts: change it there.\n\nexport {}; // what is not marked `export` below stays private\n\n',
  between(text, '// ───────────────────────────── credentials', '/** A duration for minting'),
];
const made = `${parts.join('').trimEnd()}\n`;
if (!process.argv.includes('--check')) writeFileSync(target, made);
else if (readFileSync(target, 'utf8') !== made) {
  console.error('src/js/standalone/types.d.ts is not up to date: run node tools/standalone-types.mjs');
  process.exit(1);
}
