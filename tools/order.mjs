// Puts functions of a WebAssembly module that are alike side by side, where gzip sees it (1 % of the module). Nothing
// else about it changes.
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';

const CODE = 10;

/** Reads and writes the file. wasm-opt moves the functions, by names they are given for it. */
export function order(file) {
  const bytes = readFileSync(file);
  const { imported, bodies } = functionsOf(bytes);
  const names = alike(bodies).map((index, place) => [imported + index, `f${String(place).padStart(5, '0')}`]);
  writeFileSync(file, Buffer.concat([bytes, nameSection(names.sort(([a], [b]) => a - b))]));
  execFileSync('wasm-opt', [file, '--reorder-functions-by-name', '--output', file]);
}

/** How many functions are imported, and the bytes of each of the others. */
function functionsOf(bytes) {
  const imported = WebAssembly.Module.imports(new WebAssembly.Module(bytes)).filter(
    ({ kind }) => kind === 'function',
  ).length;
  let at = 8;
  const number = () => {
    for (let value = 0, shift = 0; ; shift += 7) {
      const byte = bytes[at++];
      value += (byte & 127) * 2 ** shift;
      if (byte < 128) return value;
    }
  };
  const part = () => {
    const size = number();
    return bytes.subarray(at, (at += size));
  };
  while (bytes[at++] !== CODE) part();
  number();
  return { imported, bodies: Array.from({ length: number() }, part) };
}

/** Of some orders the one that gzip makes least of. */
function alike(bodies) {
  const pieces = bodies.map(
    (body) => new Set(Array.from({ length: Math.max(body.length - 3, 0) }, (_, at) => body.readUInt32LE(at))),
  );
  const orders = [1, 2, 3, 4, 5].map((reach) => chain(bodies, pieces, reach));
  const sizes = orders.map(
    (places) => gzipSync(Buffer.concat(places.map((index) => bodies[index])), { level: 9 }).length,
  );
  return orders[sizes.indexOf(Math.min(...sizes))];
}

/** The shortest, and then behind each the one that shares most pieces with the last few, for its length. */
function chain(bodies, pieces, reach) {
  const left = [...bodies.keys()].sort((a, b) => bodies[b].length - bodies[a].length);
  const placed = [left.pop()];
  while (left.length > 0) {
    const near = new Set(placed.slice(-reach).flatMap((index) => [...pieces[index]]));
    const scores = left.map(
      (index) => [...pieces[index]].filter((piece) => near.has(piece)).length / (pieces[index].size + 10),
    );
    placed.push(...left.splice(scores.indexOf(Math.max(...scores)), 1));
  }
  return placed;
}

/** The custom section that names functions: by rising index. */
function nameSection(names) {
  const vector = (bytes) => [...leb(bytes.length), ...bytes];
  const map = names.flatMap(([index, name]) => [...leb(index), ...vector([...Buffer.from(name)])]);
  const section = [...vector([...Buffer.from('name')]), 1, ...vector([...leb(names.length), ...map])];
  return Buffer.from([0, ...vector(section)]);
}

function leb(value) {
  return value < 128 ? [value] : [(value & 127) | 128, ...leb(value >>> 7)];
}
