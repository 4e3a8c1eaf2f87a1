// Apps that use the package, compiled as users compile them, by each version of TypeScript that README names. All
// declarations are checked (`skipLibCheck: false`).
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import {
  copyFileSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const root = fileURLToPath(new URL('../..', import.meta.url));
const json = (path) => JSON.parse(readFileSync(join(root, path), 'utf8'));
const BESIDE = ['@gomomento', '@types', '@vue', 'csstype', 'react', 'vue'];

/** Of each compiler: the folder that it is in, and its version. */
const compilers = Object.keys(json('package.json').devDependencies)
  .filter((name) => /^typescript\d*$/.test(name))
  .map((name) => ({ name, version: json(`node_modules/${name}/package.json`).version }))
  .sort((a, b) => parseFloat(a.version) - parseFloat(b.version));

const DOM = { lib: ['es2022', 'esnext.disposable', 'dom', 'dom.iterable'], types: [] };
const APPS = {
  'a page, resolved as by Node.js': [
    { ...DOM, module: 'nodenext', moduleResolution: 'nodenext' },
    'page.ts',
    'scopes.ts',
  ],
  'a page, resolved as by bundlers': [
    { ...DOM, module: 'esnext', moduleResolution: 'bundler' },
    'page.ts',
    'scopes.ts',
  ],
  'a server': [
    { lib: ['es2022'], types: ['node'], module: 'nodenext', moduleResolution: 'nodenext' },
    'server.ts',
    'scopes.ts',
  ],
};

let folder;
before(() => {
  folder = mkdtempSync(join(tmpdir(), 'momento-token-wasm-'));
  const modules = join(folder, 'node_modules');
  mkdirSync(modules);
  cpSync(join(root, 'pkg'), join(modules, 'momento-token-wasm'), { recursive: true });
  for (const name of BESIDE) symlinkSync(join(root, 'node_modules', name), join(modules, name));
  for (const file of readdirSync(join(root, 'tests/types/apps')))
    copyFileSync(join(root, 'tests/types/apps', file), join(folder, file));
  copyFileSync(join(root, 'tests/types/scopes.test-d.ts'), join(folder, 'scopes.ts'));
  writeFileSync(join(folder, 'package.json'), '{"private":true,"type":"module"}');
});
after(() => rmSync(folder, { recursive: true, force: true }));

/**
 * The compiler's errors in the app and in the package. Those in Vue's own types do not count: it needs TypeScript 5.4.
 */
async function compile(name, [options, ...files]) {
  const compilerOptions = {
    strict: true,
    exactOptionalPropertyTypes: true,
    skipLibCheck: false,
    noEmit: true,
    target: 'es2022',
    ...options,
  };
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, files }));
  const { stdout } = await promisify(execFile)(
    'node',
    [join(root, 'node_modules', name, 'bin/tsc'), '--pretty', 'false'],
    { cwd: folder },
  ).catch((error) => error);
  return stdout.split('\n').filter((line) => line.trim() && !/^ |node_modules\/(@vue|vue)\//.test(line));
}

for (const { name, version } of compilers) {
  for (const [what, app] of Object.entries(APPS)) {
    test(`TypeScript ${version}: ${what}`, async () => assert.deepEqual(await compile(name, app), []));
  }
}

test('what is wrong would be seen', async () => {
  writeFileSync(
    join(folder, 'wrong.ts'),
    "import { parseScope } from 'momento-token-wasm';\nparseScope({}).permissions.push();\n",
  );
  const [options] = APPS['a page, resolved as by Node.js'];
  for (const { name } of compilers)
    assert.match((await compile(name, [options, 'wrong.ts'])).join(), /^wrong\.ts\(2,\d+\): error TS2339/);
});

test('README and package.json name the versions that are tested', () => {
  const tested = compilers.map(({ version }) => /^\d+\.\d+/.exec(version)[0]);
  const [, least, named] = /TypeScript (\d+\.\d+) or later.*; tested with ([\d., and]+),/.exec(
    readFileSync(join(root, 'README.md'), 'utf8'),
  );
  assert.deepEqual(named.match(/\d+\.\d+/g), tested);
  assert.equal(least, tested[0]);
  assert.deepEqual(Object.keys(json('pkg/package.json').typesVersions), [`>=${least}`]);
});
