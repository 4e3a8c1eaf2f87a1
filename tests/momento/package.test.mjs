// The entry point as it is published: beside the core, of which it holds no copy, and without the SDK, which is the
// app's.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { install } from '../package/support/install.mjs';

const pkg = (name) => readFileSync(new URL(`../../pkg/${name}`, import.meta.url));

let folder;
before((context) => {
  folder = install(context);
  rmSync(join(folder, 'node_modules/@gomomento'));
});

const USE = `
const made = core.decodeToken('eyJhbGciOiJub25lIn0.eyJ0IjoiZyIsImp0aSI6ImV4YW1wbGUifQ.c2ln', { endpoint: 'cell.momentohq.com' });
const seen = [credentialProvider(made).getCacheEndpoint()];
try { credentialProvider(5); } catch (error) { seen.push(error instanceof core.TokenError, error.code); }
seen.push(typeof RotatingTopicClient, typeof toSdkScope);
console.log(JSON.stringify(seen));`;

for (const [format, file, head] of [
  [
    'ES module',
    'use.mjs',
    "import * as core from 'momento-token-wasm';\nimport { RotatingTopicClient, credentialProvider, toSdkScope } from 'momento-token-wasm/momento';",
  ],
  [
    'CommonJS',
    'use.cjs',
    "const core = require('momento-token-wasm');\nconst { RotatingTopicClient, credentialProvider, toSdkScope } = require('momento-token-wasm/momento');",
  ],
]) {
  test(`as ${format}, installed, without the SDK: it shares the core`, () => {
    writeFileSync(join(folder, file), head + USE);
    const seen = JSON.parse(execFileSync(process.execPath, [file], { cwd: folder, encoding: 'utf8' }));
    assert.deepEqual(seen, ['cache.cell.momentohq.com', true, 'ERR_ARGUMENT', 'function', 'function']);
  });
}

test('it imports the core and nothing else', () => {
  for (const name of ['momento.js', 'momento.cjs']) {
    const code = pkg(name).toString();
    const imported = [...code.matchAll(/(?:from|require\()"([^"]+)"/g)].map(([, from]) => from);
    assert.deepEqual([...new Set(imported)], ['momento-token-wasm']);
  }
});

test('the SDK is an optional peer of any version, as every framework is', () => {
  const { peerDependencies, peerDependenciesMeta, dependencies } = JSON.parse(pkg('package.json'));
  const names = ['@gomomento/sdk-web', 'react', 'vue'];
  assert.deepEqual(peerDependencies, Object.fromEntries(names.map((name) => [name, '*'])));
  assert.deepEqual(peerDependenciesMeta, Object.fromEntries(names.map((name) => [name, { optional: true }])));
  assert.equal(dependencies, undefined);
});
