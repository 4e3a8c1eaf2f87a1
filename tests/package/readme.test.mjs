// Every snippet of the README, run as a reader would run it: against the packed tarball, with a vending service at
// /token.
import assert from 'node:assert/strict';
import { execFile, execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { promisify } from 'node:util';
import { install } from './support/install.mjs';
import { disposable } from './support/mint.mjs';
import { vendingService } from './support/service.mjs';

const root = new URL('../..', import.meta.url);
const readme = readFileSync(new URL('README.md', root), 'utf8');
const snippets = [...readme.matchAll(/^```(\w+)\n([^]*?)^```$/gm)].map(([, language, code]) => ({ language, code }));
const scripts = snippets.filter(({ language }) => language === 'js');
const commands = snippets.filter(({ language }) => language === 'sh').flatMap(({ code }) => code.trim().split('\n'));

/** What each script prints, in the README's order. */
const expected = [
  /^cell-1-us-east-2-1\.prod\.a\.momentohq\.com \d{4}-.*\neyJ/,
  /^user-7 v1$/,
  /^user-7$/,
  /^fetching\nvalid until .* next fetch at .*\nRead all items in cache "chat"\.\nready\n\d+\nclosed$/,
  /^cache\.cell-1-us-east-2-1\.prod\.a\.momentohq\.com$/,
  /^v2\n\[ 'WARN_NEVER_EXPIRES' \]\nERR_V2_KEY Received a v2 API key\. Are you using/,
  /^\[\n {2}'Read and write items in cache "chat" whose key starts with "user-7:"\.',\n {2}'Subscribe to all topics in cache "chat"\.'\n\]\nfalse\ntrue\npermissions\[0\]: unknown or repeated field "items"$/,
  /^user-7$/,
];

let folder;
before((context) => {
  folder = install(context);
  // A page knows where `/token` is; Node.js has to be told.
  writeFileSync(
    join(folder, 'page.mjs'),
    'const { fetch } = globalThis; globalThis.fetch = (url, init) => fetch(new URL(url, process.env.PAGE), init);',
  );
});

test('there is an expectation for every script', () => assert.equal(scripts.length, expected.length));

for (const [index, { code }] of scripts.entries()) {
  test(`script ${index + 1}: ${code.split('\n').find((line) => line.includes('(')) ?? ''}`, {
    timeout: 20_000,
  }, async (context) => {
    const body = JSON.stringify({ authToken: disposable(300), expiresAt: Math.floor(Date.now() / 1000) + 300 });
    const { url } = await vendingService(context, () => ({ headers: { 'content-type': 'application/json' }, body }));
    const file = join(folder, `script-${index}.mjs`);
    // A script ends with the page it is on; here, when its last line is done.
    writeFileSync(file, `import './page.mjs';\n${code}\nprocess.exit(0);\n`);
    const { stdout, stderr } = await promisify(execFile)(process.execPath, [file], {
      env: { ...process.env, PAGE: url },
    });
    assert.equal(stderr, '');
    assert.match(stdout.trim(), expected[index]);
  });
}

test('the install command names this package, and the make targets exist', () => {
  assert.deepEqual(
    commands.map((line) => line.replace(/\s+#.*/, '')),
    [
      'npm install momento-token-wasm',
      'make demo TTL=10',
      'make test',
      'cargo add momento-token-wasm --no-default-features --features source',
      'npx momento-token-wasm inspect --file token.txt',
      'npx momento-token-wasm scan dist',
    ],
  );
  assert.equal(JSON.parse(readFileSync(new URL('pkg/package.json', root), 'utf8')).name, 'momento-token-wasm');
  const crate = readFileSync(new URL('Cargo.toml', root), 'utf8');
  assert.match(crate, /^name = "momento-token-wasm"$/m);
  assert.match(crate, /^source = \[$/m);
  // In the folder where the package is installed, with a token in the file and none in the build.
  writeFileSync(join(folder, 'token.txt'), disposable());
  mkdirSync(join(folder, 'dist'), { recursive: true });
  writeFileSync(join(folder, 'dist', 'index.js'), 'export {};\n');
  for (const line of commands.slice(-2)) {
    const [command, ...parts] = line.replace(/\s+#.*/, '').split(' ');
    execFileSync(command, ['--offline', ...parts], { cwd: folder, stdio: 'ignore' });
  }
  for (const target of ['demo', 'test'])
    execFileSync('make', ['--dry-run', '--always-make', target], { cwd: root, stdio: 'ignore' });
});

test('links lead somewhere', () => {
  for (const [, target] of readme.matchAll(/\]\((?!https?:)([^)#]+)\)/g)) readFileSync(new URL(target, root));
});
