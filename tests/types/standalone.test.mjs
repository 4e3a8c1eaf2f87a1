// What `wasm-pack build` makes of the crate has the npm package's types, as far as it goes.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const root = fileURLToPath(new URL('../..', import.meta.url));
const DECLARATIONS = {
  'the npm package': ['pkg-template/index.d.ts'],
  'wasm-pack build': ['src/js/standalone/types.d.ts', 'src/js/standalone/source.d.ts'],
};

/** The compiler's errors in the program `file`, whose package is declared in these files together. */
async function compile(t, declarations, file) {
  const folder = mkdtempSync(join(tmpdir(), 'momento-types-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const declared = join(folder, 'index.d.ts');
  writeFileSync(declared, declarations.map((name) => readFileSync(join(root, name), 'utf8')).join('\n'));
  const compilerOptions = {
    strict: true,
    skipLibCheck: false,
    noEmit: true,
    target: 'es2022',
    module: 'esnext',
    moduleResolution: 'bundler',
    lib: ['es2022', 'esnext.disposable', 'dom', 'dom.iterable'],
    types: [],
    paths: { 'momento-token-wasm': [declared] },
  };
  const project = join(folder, 'tsconfig.json');
  writeFileSync(project, JSON.stringify({ compilerOptions, files: [file] }));
  const tsc = join(root, 'node_modules/typescript/bin/tsc');
  const { stdout } = await promisify(execFile)('node', [tsc, '--pretty', 'false', '--project', project]).catch(
    (error) => error,
  );
  return stdout.split('\n').filter((line) => line.trim());
}

test('the declarations are those of pkg-template/index.d.ts', () =>
  promisify(execFile)('node', [join(root, 'tools/standalone-types.mjs'), '--check']));

for (const [what, declarations] of Object.entries(DECLARATIONS)) {
  for (const program of ['decoding', 'refreshing']) {
    test(`the program ${program}.ts compiles with ${what}`, async (t) =>
      assert.deepEqual(await compile(t, declarations, join(root, `tests/types/apps/${program}.ts`)), []));
  }
}

test("a program that needs the package's hand-written half does not compile with what wasm-pack build makes", async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'momento-types-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, 'source.ts');
  writeFileSync(
    file,
    "import { TokenSource } from 'momento-token-wasm';\nnew TokenSource({ vend: '/token' }).addEventListener('token', () => {});\n",
  );
  assert.deepEqual(await compile(t, DECLARATIONS['the npm package'], file), []);
  assert.match((await compile(t, DECLARATIONS['wasm-pack build'], file)).join(), /TS2339.*addEventListener/);
});
