// `inspect`, and what holds of every command: help, versions, colours, and that no credential shows.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { install } from '../package/support/install.mjs';
import { envelope } from '../package/support/mint.mjs';
import {
  disposable,
  fingerprint,
  inSeconds,
  jwt,
  keyOf,
  leaks,
  legacy,
  superUser,
  v1,
  v2,
} from './support/credentials.mjs';
import { root, run } from './support/run.mjs';

const CELL = 'cell-1-us-east-2-1.prod.a.momentohq.com';

test('a disposable token: everything it says, and exit code 0', async () => {
  const { stdout, stderr, code } = await run(['inspect'], { input: `Bearer ${disposable(7200)}\n` });
  assert.deepEqual([code, stderr], [0, '']);
  assert.match(stdout, /^Version {4}v1: disposable token$/m);
  assert.match(stdout, new RegExp(`^Endpoint {3}${CELL}$`, 'm'));
  assert.match(
    stdout,
    new RegExp(
      `^Endpoints {2}cache cache\\.${CELL}\\n {11}control control\\.${CELL}\\n {11}token token\\.${CELL}$`,
      'm',
    ),
  );
  assert.match(stdout, /^Expires {4}\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ \(in 1 hour\)$/m);
  assert.match(stdout, /^Scope {6}Read all items in cache "chat"\.$/m);
  assert.match(stdout, /^Token ID {3}user-7$/m);
  assert.match(stdout, /^Subject {4}someone$/m);
  assert.ok(!stdout.includes('Warning'));
});

test('--json has every field, whatever is known', async () => {
  const token = disposable(7200);
  const { stdout, code } = await run(['inspect', '--json', '-'], { input: token });
  const { expiresAt, remainingSeconds, ...rest } = JSON.parse(stdout);
  assert.equal(code, 0);
  assert.ok(remainingSeconds > 7100 && remainingSeconds <= 7200);
  assert.ok(Math.abs(Date.parse(expiresAt) - Date.now() - 7_200_000) < 60_000);
  assert.deepEqual(rest, {
    version: 'v1',
    disposable: true,
    endpoint: CELL,
    endpoints: { cache: `cache.${CELL}`, control: `control.${CELL}`, token: `token.${CELL}` },
    expired: false,
    tokenId: 'user-7',
    subject: 'someone',
    scope: { permissions: [{ role: 'readonly', cache: 'chat' }] },
    description: ['Read all items in cache "chat".'],
    warnings: [],
    fingerprint: fingerprint(token),
  });
  const key = JSON.parse((await run(['inspect', '--json'], { input: v2() })).stdout);
  assert.deepEqual(Object.keys(key).sort(), [...Object.keys(rest), 'expiresAt', 'remainingSeconds'].sort());
  assert.deepEqual(
    [key.version, key.endpoint, key.endpoints, key.expiresAt, key.remainingSeconds, key.scope],
    ['v2', null, null, null, null, null],
  );
});

test('exit code 1 where it has expired, or there is another warning', async () => {
  for (const [credential, said] of [
    [disposable(-7200), /^Expired {4}.* \(2 hours ago\)$[^]*^Warning {4}.*\(WARN_EXPIRED\)$/m],
    [
      superUser(),
      /^Version {4}v1 API key$[^]*^Expires {4}never$[^]*^Scope {6}Do anything in the whole account[^]*\(WARN_SUPER_USER\)/m,
    ],
    [v1(), /\(WARN_LONG_LIVED\)/],
    [legacy(), /^Version {4}legacy token$/m],
  ]) {
    const { stdout, code } = await run(['inspect'], { input: credential });
    assert.equal(code, 1);
    assert.match(stdout, said);
  }
});

test('from an argument, with a hint; from a file, without', async (context) => {
  const folder = mkdtempSync(join(tmpdir(), 'momento-inspect-'));
  context.after(() => rmSync(folder, { recursive: true, force: true }));
  const token = disposable();
  const typed = await run(['inspect', token]);
  assert.equal(typed.code, 0);
  assert.match(typed.stderr, /^Hint: shell history/);
  for (const content of [token, `\ufeff${token}\r\n`, Buffer.from(`\ufeff${token}`, 'utf16le')]) {
    writeFileSync(join(folder, 'token'), content);
    assert.deepEqual([(await run(['inspect', '--file', join(folder, 'token')])).code], [0]);
  }
  assert.match(
    (await run(['inspect', '--file', join(folder, 'none')])).stderr,
    /cannot read the file ".*none" \(ENOENT\)/,
  );
  assert.match((await run(['inspect', '--file', folder])).stderr, /cannot read the credential \(EISDIR\)/);
});

test('endpoints: given, allowed, refused', async () => {
  const given = await run(['inspect', '--json', '--endpoint', CELL], { input: v2() });
  assert.equal(JSON.parse(given.stdout).endpoints.cache, `cache.${CELL}`);
  const elsewhere = envelope(keyOf(disposable()), 'cell.private.example');
  const refused = await run(['inspect'], { input: elsewhere });
  assert.equal(refused.code, 2);
  assert.match(refused.stderr, /ERR_ENDPOINT_NOT_ALLOWED[^]*--allow-suffix SUFFIX/);
  assert.equal(
    (await run(['inspect', '--allow-suffix', 'example.com', '--allow-suffix', 'private.example'], { input: elsewhere }))
      .code,
    0,
  );
});

test('wrong usage and unreadable credentials: exit code 2, a message, and nothing of what was given', async () => {
  const token = v1();
  const half = token.slice(0, token.length >> 1);
  const inner = keyOf(token);
  const wrong = [
    [['inspect', half]],
    [['inspect', `${inner}x.y`]],
    [['inspect'], half],
    [['inspect'], ''],
    [['inspect'], `<html>${token}</html>`],
    [['inspect', '--file', token]],
    [['inspect', half, token.slice(half.length)]],
    [['inspect', `--${token}`]],
    [['inspect', `--json=${token}`]],
    [['inspect', `-${inner}`]],
    [[token]],
    [['scope', token]],
    [['scope', 'encode', token]],
    [['scope', 'encode', `{"permissions":"${token}"}`]],
    [['scope', 'encode', `{"permissions":[{"role":"${inner}","cache":"c"}]}`]],
    [['scope', 'encode', `{"permissions":[{"${inner}":"readonly","cache":"c"}]}`]],
    [['scope', 'decode', half]],
    [['scope', 'build', '--role', token]],
    [['scope', 'build', '--role', 'readonly', `--cache=${'x'}`, `--${inner}`]],
    [['scan', token]],
    [['scan', '--ignore']],
    [['scan', `--${token}`, '.']],
    [['scan']],
    [['inspect', '--file']],
    [['inspect', '--endpoint', 'a', '--endpoint', 'b']],
    [['inspect'], 'x'.repeat(1_100_000)],
    [['nonsense']],
    [['scope']],
    [['scope', 'nonsense']],
    [[]],
    [['inspect', '--endpoint', token], v2()],
  ];
  for (const [index, [args, input]] of wrong.entries()) {
    const { stdout, stderr, code } = await run(args, { input });
    assert.deepEqual([code, stdout], [2, ''], `case ${index}: ${stderr}`);
    assert.ok(stderr.length > 10 && !stderr.includes('not foreseen'), `case ${index}: ${stderr}`);
    assert.ok(!leaks(stderr, token), `case ${index} shows a piece`);
  }
});

test('a piece of a credential in the place of something else is not shown', async () => {
  const key = v2();
  const elsewhere = envelope(keyOf(disposable()), 'cell.private.example');
  for (const piece of key.split('.')) {
    for (const [args, input] of [
      [['inspect', '--allow-suffix', piece], elsewhere],
      [['inspect', '--endpoint', piece], key],
      [['inspect', '--endpoint', `${piece}.momentohq.com`], key],
    ]) {
      const { stdout, stderr } = await run(args, { input });
      assert.ok(!leaks(stdout + stderr, key), args[1]);
    }
  }
});

test('nothing in a token steers the terminal', async () => {
  const { stdout } = await run(['inspect'], {
    input: envelope(
      jwt({ sub: '\u001b[31mred\u0007\u202e', ver: 1, p: 'Eg4KDAoKCAIaBgoEY2hhdA==', exp: inSeconds(60) }),
    ),
  });
  assert.match(stdout, /^Subject {4}\\u001b\[31mred\\u0007\\u202e$/m);
});

test('help and version; the command is what the package names', async () => {
  const manifest = JSON.parse(readFileSync(`${root}pkg/package.json`, 'utf8'));
  assert.deepEqual(manifest.bin, { 'momento-token-wasm': './cli.js' });
  assert.ok(statSync(`${root}pkg/cli.js`).mode & 0o100);
  assert.match(readFileSync(`${root}pkg/cli.js`, 'utf8'), /^#!\/usr\/bin\/env node\n/);
  assert.deepEqual(await run(['--version']), { stdout: `${manifest.version}\n`, stderr: '', code: 0 });
  for (const args of [
    ['--help'],
    ['help'],
    ['-h'],
    ['inspect', '--help'],
    ['help', 'inspect'],
    ['scope', '-h'],
    ['scope', 'build', '--help'],
    ['scan', '--help'],
  ]) {
    const { stdout, code } = await run(args);
    assert.equal(code, 0);
    assert.match(stdout, /^Usage: momento-token-wasm/);
    for (const line of stdout.split('\n')) assert.ok(line.length <= 120, line);
  }
});

test('installed from the tarball: the command, and the scan by import and by require', {
  timeout: 60_000,
}, async (context) => {
  const folder = install(context);
  const bin = join(folder, 'node_modules/.bin/momento-token-wasm');
  assert.equal(
    execFileSync(bin, ['inspect', '-'], { input: disposable(), encoding: 'utf8' }).split('\n')[0],
    'Version    v1: disposable token',
  );
  writeFileSync(join(folder, 'a.js'), `"${v2()}"`);
  assert.throws(() => execFileSync(bin, ['scan', folder], { stdio: 'ignore' }), { status: 1 });
  const use =
    "console.log(typeof scan, scanText('').length); scanFiles(['a.js']).then(({ findings }) => console.log(findings[0].kind));";
  writeFileSync(join(folder, 'use.mjs'), `import { scan, scanFiles, scanText } from 'momento-token-wasm/scan';${use}`);
  writeFileSync(
    join(folder, 'use.cjs'),
    `const { scan, scanFiles, scanText } = require('momento-token-wasm/scan');${use}`,
  );
  for (const file of ['use.mjs', 'use.cjs'])
    assert.equal(execFileSync(process.execPath, [file], { cwd: folder, encoding: 'utf8' }), 'function 0\napi-key\n');
});

test('no colours where nobody asked for them: a pipe, NO_COLOR', async () => {
  for (const env of [{}, { NO_COLOR: '1' }, { FORCE_COLOR: '1' }]) {
    const { stdout, stderr } = await run(['inspect'], { input: superUser(), env });
    assert.ok(!(stdout + stderr).includes('\u001b'));
  }
});
