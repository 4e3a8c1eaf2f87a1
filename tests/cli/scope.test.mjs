// `scope`: build, encode, decode, describe, and how mistakes are shown.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { READ_CHAT } from '../package/support/mint.mjs';
import { bareV1, disposable, leaks, superUser, v2 } from './support/credentials.mjs';
import { run } from './support/run.mjs';

const scope = async (args, input) => {
  const result = await run(['scope', ...args], { input });
  assert.equal(result.code, 0, result.stderr);
  return result.stdout.trimEnd();
};

test('build: every kind of permission, in options', async () => {
  const one = async (...args) => JSON.parse(await scope(['build', ...args])).permissions;
  assert.deepEqual(await one('--cache', 'chat', '--role', 'readonly', '--key-prefix', 'room-'), [
    { role: 'readonly', cache: 'chat', item: { keyPrefix: 'room-' } },
  ]);
  assert.deepEqual(await one('--all-caches', '--role=readwrite'), [{ role: 'readwrite', cache: { all: 'caches' } }]);
  assert.deepEqual(await one('--cache=--odd', '--role', 'writeonly', '--key', 'k'), [
    { role: 'writeonly', cache: '--odd', item: { key: 'k' } },
  ]);
  assert.deepEqual(
    await one(
      '--cache',
      'a',
      '--role',
      'readonly',
      '--all-items',
      '--and',
      '--cache',
      'a',
      '--role',
      'subscribeonly',
      '--topic',
      't',
      '--and',
      '--cache',
      'a',
      '--role',
      'publishonly',
      '--topic-prefix',
      't-',
      '--and',
      '--all-caches',
      '--role',
      'publishsubscribe',
      '--all-topics',
      '--and',
      '--cache',
      'a',
      '--role',
      'functioninvoke',
      '--function',
      'f',
      '--and',
      '--cache',
      'a',
      '--role',
      'functioninvoke',
      '--function-prefix',
      'f-',
      '--and',
      '--cache',
      'a',
      '--role',
      'functionpermitnone',
      '--all-functions',
    ),
    [
      { role: 'readonly', cache: 'a', item: { all: 'items' } },
      { role: 'subscribeonly', cache: 'a', topic: 't' },
      { role: 'publishonly', cache: 'a', topic: { namePrefix: 't-' } },
      { role: 'publishsubscribe', cache: { all: 'caches' }, topic: { all: 'topics' } },
      { role: 'functioninvoke', cache: 'a', func: 'f' },
      { role: 'functioninvoke', cache: 'a', func: { namePrefix: 'f-' } },
      { role: 'functionpermitnone', cache: 'a', func: { all: 'functions' } },
    ],
  );
  assert.equal(await scope(['build', '--cache', 'chat', '--role', 'readonly', '--encode']), READ_CHAT);
  assert.equal(
    await scope(['build', '--cache', 'chat', '--role', 'readonly', '--describe']),
    'Read all items in cache "chat".',
  );
});

test("build: from JSON, in one canonical form; encode and decode are each other's way back", async (context) => {
  const folder = mkdtempSync(join(tmpdir(), 'momento-scope-'));
  context.after(() => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, 'scope.json');
  const written =
    '\ufeff{ "permissions": [ { "role": "readonly", "cache": { "name": "chat" }, "item": "k\\u00e9" } ] }\n';
  writeFileSync(file, written);
  const canonical = { permissions: [{ role: 'readonly', cache: 'chat', item: { key: 'ké' } }] };
  for (const built of [
    await scope(['build', '--file', file]),
    await scope(['build'], written),
    await scope(['build', written]),
  ])
    assert.deepEqual(JSON.parse(built), canonical);
  const p = await scope(['encode', '--file', file]);
  assert.deepEqual(JSON.parse(await scope(['decode', p])), canonical);
  assert.equal(await scope(['encode'], await scope(['decode'], p)), p);
});

test('decode and describe: claim p, tokens of any form, super-user, keys that are no text', async () => {
  for (const input of [READ_CHAT, READ_CHAT.replaceAll('=', ''), disposable(), bareV1(), disposable(-60)]) {
    assert.deepEqual(JSON.parse(await scope(['decode'], input)), {
      permissions: [{ role: 'readonly', cache: 'chat' }],
    });
    assert.equal(await scope(['describe', '-'], input), 'Read all items in cache "chat".');
  }
  assert.equal(await scope(['decode'], superUser()), '"super-user"');
  assert.equal(await scope(['describe'], 'CAA='), 'Do anything in the whole account (super-user).');
  assert.equal(
    await scope(['describe'], '{"permissions":[{"role":"readonly","cache":"a"}]}'),
    'Read all items in cache "a".',
  );
  const bytes = Buffer.from([0x12, 0x0e, 0x0a, 0x0c, 0x0a, 0x0a, 8, 2, 0x12, 0, 0x2a, 4, 0x0a, 2, 0xff, 0]).toString(
    'base64',
  );
  const result = await run(['scope', 'decode', bytes]);
  assert.deepEqual(JSON.parse(result.stdout).permissions[0].item, { key: { hex: 'ff00' } });
  assert.match(result.stderr, /a key is not text/);
  assert.equal((await run(['scope', 'encode'], { input: result.stdout })).code, 2);
  const token = disposable();
  const typed = await run(['scope', 'decode', token]);
  assert.match(typed.stderr, /^Hint: shell history/);
  assert.ok(!leaks(typed.stdout + typed.stderr, token));
});

test('mistakes name permission and field, and show the permission', async () => {
  const list = (...permissions) => JSON.stringify({ permissions });
  const good = { role: 'readonly', cache: 'a' };
  for (const [input, said] of [
    [
      list(good, { ...good, items: 'k' }),
      /ERR_SCOPE_INVALID: permissions\[1\]: unknown or repeated field "items"\n {2}permission 2 of 2: \{"role":"readonly","cache":"a","items":"k"\}\n$/,
    ],
    [
      list(good, good, { ...good, item: '' }),
      /ERR_SCOPE_INVALID: permissions\[2\]\.item.*: .*\n {2}permission 3 of 3, field item.*: \{"role":"readonly","cache":"a","item":""\}\n$/,
    ],
    [list({ role: 'admin', cache: 'a' }), /permissions\[0\]\.role: /],
    [list(), /ERR_SCOPE_INVALID: permissions: /],
    [
      list(
        ...Array(21)
          .fill(0)
          .map((_, index) => ({ ...good, cache: `c${index}` })),
      ),
      /ERR_SCOPE_LIMIT/,
    ],
    [
      '{"permissions":[{"role":"readonly","cache":"a","item":{"key":"k"},"item":{"all":"items"}}]}',
      /expected a scope in JSON: each field once at line 1, column 67/,
    ],
    ['{"permissions":\n  [1,]}', /a value at line 2, column 6/],
    ['{"permissions":[]} x', /at line 1, column 20/],
    ['', /expected a scope in JSON: a value at line 1, column 1/],
    ['['.repeat(100_000), /fewer levels/],
    ['{"__proto__":{"permissions":[]}}', /ERR_SCOPE_INVALID/],
  ]) {
    const { stdout, stderr, code } = await run(['scope', 'encode'], { input });
    assert.deepEqual([code, stdout], [2, ''], input.slice(0, 80));
    assert.match(stderr, said);
  }
});

test('options that make no sense', async () => {
  for (const [args, said] of [
    [['build', '--cache', 'a'], /permission 1: expected --role/],
    [['build', '--role', 'readonly'], /permission 1: expected either --cache or --all-caches/],
    [['build', '--role', 'readonly', '--cache', 'a', '--all-caches'], /expected either --cache or --all-caches/],
    [['build', '--role', 'reader', '--cache', 'a'], /expected a --role out of readwrite, .*, found "reader"/],
    [['build', '--role', 'readonly', '--cache', 'a', '--key', 'k', '--key-prefix', 'p'], /found several; --and/],
    [['build', '--role', 'readonly', '--cache', 'a', '--topic', 't'], /ERR_SCOPE_INVALID: permissions\[0\]/],
    [['build', '--role', 'readonly', '--cache', '  '], /ERR_SCOPE_INVALID: permissions\[0\]\.cache/],
    [['build', '--role', 'readonly', '--cache', 'a', '--and'], /both sides of --and/],
    [['build', '--role', 'readonly', '--cache', 'a', '{}'], /in options or in JSON, found both/],
    [['build', '--role', 'readonly', '--cache', 'a', '--cache', 'b'], /--cache is given twice/],
    [['build', '--role', 'readonly', '--cache', 'a', '--encode', '--describe'], /either --encode or --describe/],
    [['build', '--role', '--cache', 'a'], /--role needs a value/],
  ]) {
    const { stdout, stderr, code } = await run(['scope', ...args]);
    assert.deepEqual([code, stdout], [2, ''], args.join(' '));
    assert.match(stderr, said);
  }
  const { stderr, code } = await run(['scope', 'decode'], { input: v2() });
  assert.equal(code, 2);
  assert.match(stderr, /a v2 credential does not say what it permits/);
});
