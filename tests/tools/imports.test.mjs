// The module's imports get short names (tools/imports.mjs), and nothing else of it changes.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import binaryen from 'binaryen';
import { importNames } from '../../tools/glue.mjs';
import { renameImports } from '../../tools/imports.mjs';

const GLUE = './momento_token_wasm_bg.js';
const assemble = (text) => Buffer.from(binaryen.parseText(text).emitBinary());
const importsOf = (bytes) => WebAssembly.Module.imports(new WebAssembly.Module(bytes));

const LONG = `(module
  (import "${GLUE}" "__wbg_twice_0123456789abcdef" (func $twice (param i32) (result i32)))
  (import "${GLUE}" "__wbindgen_table" (table 1 200 funcref))
  (import "${GLUE}" "__wbindgen_memory" (memory 1 300))
  (import "${GLUE}" "__wbindgen_base" (global $base i32))
  (data (i32.const 0) "__wbg_twice_0123456789abcdef")
  (export "memory" (memory 0))
  (func (export "run") (param i32) (result i32) (i32.add (call $twice (local.get 0)) (global.get $base))))`;

const NAMES = new Map([
  ['__wbg_twice_0123456789abcdef', 'a'],
  ['__wbindgen_table', 'b'],
  ['__wbindgen_memory', 'c'],
  ['__wbindgen_base', '10'],
]);

test('imports of every kind are renamed, and the module does what it did', () => {
  const renamed = renameImports(assemble(LONG), NAMES);
  assert.deepEqual(
    importsOf(renamed),
    importsOf(assemble(LONG)).map(({ name, ...rest }) => ({ ...rest, name: NAMES.get(name) })),
  );
  const memory = new WebAssembly.Memory({ initial: 1, maximum: 300 });
  const table = new WebAssembly.Table({ initial: 1, maximum: 200, element: 'anyfunc' });
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(renamed), {
    [GLUE]: { a: (value) => 2 * value, b: table, c: memory, 10: 7 },
  });
  assert.equal(exports.run(40), 87);
  assert.equal(Buffer.from(memory.buffer, 0, 28).toString(), '__wbg_twice_0123456789abcdef');
});

test('a module without imports stays as it is', () => {
  const module = assemble('(module (func (export "run") (result i32) (i32.const 1)))');
  assert.deepEqual(renameImports(module, NAMES), module);
});

test('an import that the glue does not have, or of another module, is refused', () => {
  const of = (from, name) => assemble(`(module (import "${from}" "${name}" (func)))`);
  assert.throws(() => renameImports(of(GLUE, 'other'), NAMES), /imports other of/);
  assert.throws(() => renameImports(of('env', '__wbindgen_base'), NAMES), /imports __wbindgen_base of env/);
});

test('the names are those of the functions that the glue exports for the module', () => {
  const glue = `export class Refresher {}
export function decodeToken(text) {}
export function __wbg_get_1(arg0) {}
export function __wbg_call_2() { return handleError(function () {}, arguments); }
export function __wbg_set_wasm(val) {}
`;
  assert.deepEqual(
    [...importNames(glue)],
    [
      ['__wbg_get_1', '0'],
      ['__wbg_call_2', '1'],
    ],
  );
});
