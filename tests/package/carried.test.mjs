// The module as text: what is carried comes out again, whatever the bytes.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { build } from 'esbuild';
import fc from 'fast-check';
import { toText } from '../../tools/carry.mjs';

const text = {
  name: 'text',
  setup: ({ onResolve }) => onResolve({ filter: /^wasm-text$/ }, () => ({ external: true, path: 'node:path' })),
};
const { outputFiles } = await build({
  entryPoints: [new URL('../../pkg-template/src/carried.ts', import.meta.url).pathname],
  bundle: true,
  format: 'esm',
  write: false,
  plugins: [text],
});
const { bytesOf } = await import(
  `data:text/javascript;base64,${Buffer.from(outputFiles[0].contents).toString('base64')}`
);

test('bytes come back as they were', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 2_000 }), (bytes) => {
      assert.deepEqual(bytesOf(toText(bytes)), bytes);
    }),
  );
});

test('every byte comes back, however often each is there', () => {
  const all = Uint8Array.from({ length: 256 }, (_, byte) => byte);
  assert.deepEqual(bytesOf(toText(all)), all);
  const skewed = Uint8Array.from({ length: 40_000 }, (_, index) => Math.floor(Math.sqrt(index)) & 255);
  assert.deepEqual(bytesOf(toText(skewed)), skewed);
});

test('the text needs no escapes in a JavaScript string', () => {
  const all = Uint8Array.from({ length: 2_560 }, (_, index) => index & 255);
  assert.match(toText(all), /^[ !#-[\]-~]+$/);
});
