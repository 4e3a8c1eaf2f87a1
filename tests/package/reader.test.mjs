// What scopes and actions are read from: any value of JavaScript. Each is read once, nothing in it is passed over, and
// what is refused is a TokenError that names the place.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import * as core from '../../pkg/index.js';
import { anything, nearlyScope, scope } from './support/arbitrary-scope.mjs';
import { grantsOf } from './support/scope-oracle.mjs';

const { TokenError, TokenSource, allows, covers, describeScope, encodePermissions, mergeScopes, parseScope } = core;

const VALID = { permissions: [{ role: 'readwrite', cache: 'chat' }] };
const ACTION = { type: 'cache', access: 'read', cache: 'chat', key: 'k' };
const check = (arbitrary, property, numRuns) => fc.assert(fc.property(arbitrary, property), { numRuns, verbose: 1 });

/** Everything that takes a scope, and how errors call it. */
const READERS = [
  ['', (value) => parseScope(value)],
  ['scope 2: ', (value) => mergeScopes(VALID, value)],
  ['', (value) => encodePermissions(value)],
  ['', (value) => describeScope(value)],
  ['', (value) => allows(value, ACTION)],
  ['granted: ', (value) => covers(value, VALID)],
  ['requested: ', (value) => covers(VALID, value)],
  ['', (value) => new TokenSource({ vend: () => '', start: 'on-demand', scope: value }).close()],
];

function thrownBy(call) {
  try {
    call();
  } catch (error) {
    assert.ok(error instanceof TokenError, `${error?.constructor?.name}: ${error?.message}`);
    return error;
  }
  return undefined;
}

/** The same data behind proxies, which count how often each field is read. */
function counted(value, reads) {
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return value;
  const count = (key) => reads.set(key, (reads.get(key) ?? 0) + 1);
  const id = {};
  return new Proxy(value, {
    get(target, key, receiver) {
      assert.equal(receiver === undefined, false);
      const place = `${String(key)} of ${(id.name ??= reads.size)}`;
      count(place);
      return counted(Reflect.get(target, key), reads);
    },
    ownKeys(target) {
      count(`the keys of ${(id.name ??= reads.size)}`);
      return Reflect.ownKeys(target);
    },
  });
}

test('each value is read exactly once, whichever function reads it', () => {
  check(
    scope,
    (value) => {
      for (const [, read] of READERS) {
        const reads = new Map();
        read(counted(value, reads));
        assert.ok(reads.has('the keys of 0'));
        assert.deepEqual([...new Set(reads.values())], [1], JSON.stringify([...reads]));
      }
    },
    200,
  );
  const reads = new Map();
  allows(VALID, counted(ACTION, reads));
  assert.deepEqual([...reads.keys()].length, 5);
  assert.deepEqual([...new Set(reads.values())], [1]);
});

test('what a getter or a proxy throws is the cause of a TokenError that names the place', () => {
  const thrown = [
    new Error('mine'),
    new RangeError('mine'),
    new WebAssembly.RuntimeError('unreachable'),
    new TokenError('ERR_CLOSED', 'mine'),
    'text',
    5,
    null,
    Symbol('mine'),
    { code: 'ERR_ARGUMENT', message: 'mine' },
  ];
  for (const cause of thrown) {
    const fail = () => {
      throw cause;
    };
    const withTrap = (trap) => new Proxy({ ...VALID.permissions[0] }, { [trap]: fail });
    const values = [
      [Object.defineProperty({}, 'permissions', { get: fail, enumerable: true }), 'permissions'],
      [Object.defineProperty({}, 'permissions', { get: fail }), 'permissions'],
      [{ permissions: Object.defineProperty([], '0', { get: fail }) }, 'permissions[0]'],
      [{ permissions: new Proxy([], { ownKeys: fail }) }, 'permissions'],
      [{ permissions: [withTrap('ownKeys')] }, 'permissions[0]'],
      [{ permissions: [withTrap('getPrototypeOf')] }, 'permissions[0]'],
      [{ permissions: [Object.defineProperty({ role: 'readonly' }, 'cache', { get: fail })] }, 'permissions[0].cache'],
      [{ permissions: [{ cache: 'a', item: Object.defineProperty({}, 'key', { get: fail }) }] }, 'permissions[0].item'],
    ];
    for (const [value, place] of values) {
      for (const [index, [prefix, read]] of READERS.entries()) {
        const error = thrownBy(() => read(value));
        // A source that cannot begin yet keeps a copy, which it made in JavaScript.
        if (cause instanceof TokenError && index === READERS.length - 1) continue;
        assert.equal(error.message, `${prefix}${place}: expected plain data, found what cannot be read; see \`cause\``);
        assert.deepEqual([error.code, error.cause], ['ERR_SCOPE_INVALID', cause]);
        assert.equal(Object.keys(error).includes('cause'), false);
      }
    }
    const error = thrownBy(() => allows(VALID, Object.defineProperty({ ...ACTION }, 'key', { get: fail })));
    assert.deepEqual([error.code, error.cause], ['ERR_ARGUMENT', cause]);
    assert.match(error.message, /^action\.key: /);
    // The module is none the worse.
    assert.equal(allows(VALID, ACTION), true);
  }
});

test('a getter may call the package', () => {
  const value = {
    get permissions() {
      assert.equal(covers(VALID, VALID), true);
      assert.throws(() => parseScope({}), { code: 'ERR_SCOPE_INVALID' });
      return [...mergeScopes(VALID, VALID).permissions];
    },
  };
  assert.deepEqual(parseScope(value), VALID);
});

test('a source says of a scope what parseScope says', (context) => {
  const tally = { same: 0, scope: 0 };
  const source = (value) => new TokenSource({ vend: () => '', start: 'on-demand', scope: value }).close();
  const property = (value) => {
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
    if (!isObject) return;
    const [expected, found] = [thrownBy(() => parseScope(value)), thrownBy(() => source(value))];
    // What is named by a lone surrogate is shown with U+FFFD, if WebAssembly says it.
    assert.deepEqual([found?.code, found?.message.toWellFormed()], [expected?.code, expected?.message]);
    tally[expected ? 'same' : 'scope']++;
  };
  check(anything, property, 5_000);
  check(nearlyScope, property, 5_000);
  context.diagnostic(JSON.stringify(tally));
  assert.ok(tally.same > 1_000 && tally.scope > 500, JSON.stringify(tally));
});

test('text is well-formed: a lone surrogate is refused wherever it is, and U+FFFD is a character like others', () => {
  const lone = fc.tuple(fc.string(), fc.constantFrom('\ud800', '\udbff', '\udc00', '\udfff'), fc.string());
  check(
    lone,
    ([before, surrogate, after]) => {
      const text = `x${before}${surrogate}${after}`;
      if (text.isWellFormed()) return;
      for (const permission of [
        { role: 'readonly', cache: text },
        { role: 'readonly', cache: { name: text } },
        { role: 'readonly', cache: 'a', item: text },
        { role: 'readonly', cache: 'a', item: { key: text } },
        { role: 'readonly', cache: 'a', item: { keyPrefix: text } },
        { role: 'publishonly', cache: 'a', topic: text },
        { role: 'publishonly', cache: 'a', topic: { namePrefix: text } },
        { role: 'functioninvoke', cache: 'a', func: { name: text } },
      ]) {
        const error = thrownBy(() => parseScope({ permissions: [permission] }));
        assert.match(
          error?.message ?? 'accepted',
          /^permissions\[0\]\.\w+: expected text, found a lone surrogate in it$/,
        );
        assert.equal(error.code, 'ERR_SCOPE_INVALID');
      }
      for (const field of ['type', 'access', 'cache', 'key']) {
        const error = thrownBy(() => allows(VALID, { ...ACTION, [field]: text }));
        assert.equal(error?.message, `action.${field}: expected text, found a lone surrogate in it`);
      }
      for (const named of [{ [text]: 'k' }, { ...VALID, [text]: 1 }]) assert.ok(thrownBy(() => parseScope(named)));
    },
    300,
  );
  const odd = { permissions: [{ role: 'readonly', cache: 'a\ufffd', item: { key: '\ufffd\u{1f600}' } }] };
  assert.deepEqual(parseScope(odd), odd);
});

test('bytes are a key or the prefix of one, copied as they are, and nothing else', () => {
  const bytes = Uint8Array.of(0xff, 1);
  const item = (value) =>
    parseScope({ permissions: [{ role: 'readonly', cache: 'a', item: value }] }).permissions[0].item;
  const shadowed = Object.defineProperty(Uint8Array.of(0xff, 1), 'length', { value: 1e9 });
  const species = new (class extends Uint8Array {})(bytes);
  const part = new Uint8Array(Uint8Array.of(0, 0xff, 1, 0).buffer, 1, 2);
  for (const key of [
    bytes,
    shadowed,
    species,
    part,
    Buffer.from(bytes),
    new Uint8Array(new SharedArrayBuffer(2)).fill(0xff),
  ]) {
    const copy = item({ key }).key;
    assert.equal(Object.getPrototypeOf(copy), Uint8Array.prototype);
    assert.notEqual(copy.buffer, key.buffer);
    assert.deepEqual([...copy], [...new Uint8Array(key)]);
  }
  const detached = Uint8Array.of(1, 2);
  structuredClone(detached.buffer, { transfer: [detached.buffer] });
  const gone = thrownBy(() => item({ key: detached }));
  assert.match(gone.message, /^permissions\[0\]\.item: /);
  for (const value of [
    bytes,
    { permissions: bytes },
    { permissions: [bytes] },
    { permissions: [{ role: bytes, cache: 'a' }] },
    { permissions: [{ role: 'readonly', cache: bytes }] },
    { permissions: [{ role: 'readonly', cache: { name: bytes } }] },
    { permissions: [{ role: 'readonly', cache: 'a', item: bytes }] },
    { permissions: [{ role: 'readonly', cache: 'a', item: { all: bytes } }] },
    { permissions: [{ role: 'publishonly', cache: 'a', topic: { name: bytes } }] },
    { permissions: [{ role: 'functioninvoke', cache: 'a', func: { namePrefix: bytes } }] },
    ...[
      [255, 1],
      { 0: 255, length: 1 },
      new Proxy(bytes, {}),
      Object.create(bytes),
      new Int8Array(2),
      bytes.buffer,
    ].map((key) => ({ permissions: [{ role: 'readonly', cache: 'a', item: { key } }] })),
  ]) {
    assert.equal(thrownBy(() => parseScope(value))?.code, 'ERR_SCOPE_INVALID');
  }
  for (const field of ['type', 'access', 'cache'])
    assert.equal(thrownBy(() => allows(VALID, { ...ACTION, [field]: bytes }))?.code, 'ERR_ARGUMENT');
  assert.equal(allows(VALID, { ...ACTION, key: bytes }), true);
});

test('what is given back is plain data of this realm, frozen, and no part of what was given', () => {
  check(
    scope,
    (value) => {
      const parsed = parseScope(value);
      const walk = (made, given) => {
        if (made instanceof Uint8Array) return assert.ok(made.buffer !== given?.buffer);
        assert.ok(Object.isFrozen(made));
        assert.equal(Object.getPrototypeOf(made), Array.isArray(made) ? Array.prototype : Object.prototype);
        for (const [name, inner] of Object.entries(made)) if (typeof inner === 'object') walk(inner, given?.[name]);
      };
      walk(parsed, value);
      assert.deepEqual(grantsOf(parsed), grantsOf(value));
    },
    500,
  );
});
