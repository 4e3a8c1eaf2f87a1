// Scopes through the package, as Node.js loads it. The numbered tests are the official SDK's defects that concern
// scopes.
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { test } from 'node:test';
import { runInNewContext } from 'node:vm';
import * as esm from '../../pkg/index.js';
import { generator, randomScope } from './support/random-scope.mjs';

const cjs = createRequire(import.meta.url)('../../pkg/index.cjs');

for (const [format, face] of Object.entries({ esm, cjs })) {
  const { AllCacheItems, AllCaches, AllFunctions, AllTopics, DisposableTokenScopes, TokenError, TokenScopes } = face;
  const { allows, covers, decodePermissions, describeScope, encodePermissions, mergeScopes, parseScope } = face;
  const parse = (permission) => parseScope({ permissions: [permission] }).permissions[0];
  const is = (code, message) => (error) => {
    assert.ok(error instanceof TokenError, `${error?.constructor?.name}: ${error?.message}`);
    assert.equal(error.code, code, error.message);
    if (message) assert.match(error.message, message);
    return true;
  };

  test(`${format}: 1. a mixed scope keeps every restriction`, () => {
    const mixed = mergeScopes(
      DisposableTokenScopes.cacheKeyReadWrite('chat', 'mine'),
      TokenScopes.cacheReadOnly('news'),
      TokenScopes.topicPublishSubscribe('chat', AllTopics),
      DisposableTokenScopes.cacheKeyPrefixReadOnly(AllCaches, 'shared-'),
    );
    const minted = decodePermissions(encodePermissions(mixed));
    assert.deepEqual(minted, mixed);
    const may = (access, cache, key) => allows(minted, { type: 'cache', access, cache, key });
    assert.deepEqual(
      [
        may('write', 'chat', 'mine'),
        may('write', 'chat', 'other'),
        may('read', 'chat', 'other'),
        may('read', 'any', 'shared-1'),
        may('write', 'any', 'shared-1'),
        may('read', 'news', 'x'),
      ],
      [true, false, false, true, false, true],
    );
  });

  test(`${format}: 2. a misspelt field is an error, not the whole cache`, () => {
    for (const field of ['items', 'Item', 'keys', 'Topic', '__proto__x', ' item']) {
      assert.throws(
        () => parse({ role: 'readwrite', cache: 'a', [field]: 'k' }),
        is('ERR_SCOPE_INVALID', /^permissions\[0\]: unknown or repeated field/),
      );
    }
    assert.throws(
      () => parseScope(JSON.parse('{"permissions":[{"role":"readonly","cache":"a","__proto__":{"item":"k"}}]}')),
      is('ERR_SCOPE_INVALID'),
    );
    assert.throws(
      () => parseScope({ permissions: [{ role: 'readonly', cache: 'a' }], extra: 1 }),
      is('ERR_SCOPE_INVALID', /"extra"/),
    );
  });

  test(`${format}: 3. the constants survive what data goes through, and are never one another`, async () => {
    const scope = parseScope({
      permissions: [
        { role: 'readonly', cache: AllCaches, item: AllCacheItems },
        { role: 'publishonly', cache: 'a', topic: AllTopics },
        { role: 'functioninvoke', cache: 'a', func: AllFunctions },
      ],
    });
    const { port1, port2 } = new MessageChannel();
    const posted = new Promise((resolve) => (port2.onmessage = ({ data }) => resolve(data)));
    port1.postMessage(scope);
    for (const copy of [JSON.parse(JSON.stringify(scope)), structuredClone(scope), await posted]) {
      assert.notEqual(copy.permissions[0].cache, AllCaches);
      const again = parseScope(copy);
      assert.deepEqual(again, scope);
      assert.equal(again.permissions[0].cache, AllCaches);
      assert.equal(again.permissions[0].item, AllCacheItems);
      assert.equal(again.permissions[1].topic, AllTopics);
      assert.equal(again.permissions[2].func, AllFunctions);
    }
    port1.close();
    // Another copy of the package: its constants are the same data.
    const other = format === 'esm' ? cjs : esm;
    assert.equal(parse({ role: 'readonly', cache: other.AllCaches }).cache, AllCaches);
    const constants = [AllCaches, AllTopics, AllCacheItems, AllFunctions];
    for (const constant of constants) {
      assert.ok(Object.isFrozen(constant));
      const accepted = ['cache', 'item', 'topic', 'func'].filter((field) => {
        const role = { topic: 'publishonly', func: 'functioninvoke' }[field] ?? 'readonly';
        try {
          return parse({ role, cache: 'a', [field]: constant });
        } catch (error) {
          return !is('ERR_SCOPE_INVALID', new RegExp(`^permissions\\[0\\]\\.${field}: `))(error);
        }
      });
      assert.equal(accepted.length, 1);
    }
    assert.notDeepEqual(parse({ role: 'readonly', cache: '*' }), parse({ role: 'readonly', cache: AllCaches }));
    assert.throws(
      () => parse({ role: 'readonly', cache: Symbol('AllCaches') }),
      is('ERR_SCOPE_INVALID', /^permissions\[0\]\.cache: .*SDK.*Symbols/),
    );
  });

  test(`${format}: 4. what permits nothing, or more than it says, is refused`, () => {
    const one = { role: 'readonly', cache: 'a' };
    const topic = { role: 'publishonly', cache: 'a', topic: 't' };
    for (const [change, field] of [
      [{ cache: '' }, 'cache'],
      [{ cache: ' \t\u2003' }, 'cache'],
      [{ cache: '\ufeff' }, 'cache'],
      [{ cache: { name: '' } }, 'cache'],
      [{ item: '' }, 'item'],
      [{ item: { key: '' } }, 'item'],
      [{ item: { keyPrefix: new Uint8Array() } }, 'item'],
      [{ item: { key: 'k', keyPrefix: 'k' } }, 'item'],
      [{ item: {} }, 'item'],
      [{ item: null }, 'item'],
      [{ item: { key: 'k', namePrefix: 'k' } }, 'item'],
      [{ item: { all: 'items', key: 'k' } }, 'item'],
      [{ item: undefined }, 'item'],
      [{ item: { key: undefined } }, 'item'],
      [{ cache: undefined }, 'cache'],
      [{ topic: undefined }, 'topic'],
      [{ role: 'admin' }, 'role'],
      [{ role: undefined }, 'role'],
      [{ topic: 't' }, 'role'],
    ]) {
      assert.throws(
        () => parseScope({ permissions: [topic, one, { ...one, ...change }] }),
        is('ERR_SCOPE_INVALID', new RegExp(`^permissions\\[2\\]\\.${field}: `)),
        JSON.stringify(change),
      );
    }
    for (const change of [
      { topic: '' },
      { topic: ' ' },
      { topic: { namePrefix: '' } },
      { topic: { name: 't', namePrefix: 't' } },
      { topic: { key: 't' } },
      { topic: { name: 't', namePrefix: undefined } },
    ]) {
      assert.throws(
        () => parse({ ...topic, ...change }),
        is('ERR_SCOPE_INVALID', /^permissions\[0\]\.topic: /),
        JSON.stringify(change),
      );
    }
    assert.throws(() => parseScope({ permissions: [] }), is('ERR_SCOPE_INVALID'));
    const many = (count) => ({
      permissions: Array.from({ length: count }, (_, index) => ({ ...one, cache: `c${index}` })),
    });
    assert.equal(parseScope(many(20)).permissions.length, 20);
    assert.throws(() => parseScope(many(25)), is('ERR_SCOPE_LIMIT', /at most 20, found 25/));
    assert.throws(() => encodePermissions(many(21)), is('ERR_SCOPE_LIMIT'));
    assert.throws(() => parseScope(many(3), { maxPermissions: 2 }), is('ERR_SCOPE_LIMIT'));
    assert.equal(parseScope(many(30), { maxPermissions: 2 ** 40 }).permissions.length, 30);
    assert.equal(parseScope(many(20), {}).permissions.length, 20);
    for (const maxPermissions of [0, -1, 1.5, NaN, Infinity, '5', null]) {
      assert.throws(() => parseScope(many(1), { maxPermissions }), is('ERR_ARGUMENT'), String(maxPermissions));
    }
    for (const limits of [
      null,
      5,
      'x',
      {
        get maxPermissions() {
          throw new Error('no');
        },
      },
    ])
      assert.throws(() => parseScope(many(1), limits), is('ERR_ARGUMENT'));
    assert.throws(() => mergeScopes(many(15), { permissions: many(25).permissions.slice(15) }), is('ERR_SCOPE_LIMIT'));
    assert.throws(() => mergeScopes(), is('ERR_SCOPE_INVALID'));
    assert.deepEqual(mergeScopes(many(15), many(20)), parseScope(many(20)));
    // What a token carries is read, however much it is.
    assert.equal(describeScope(many(25)).length, 25);
    assert.ok(covers(many(25), many(21)));
  });

  test(`${format}: 5. topic prefixes, byte keys, and no letter is changed`, () => {
    assert.deepEqual(TokenScopes.topicNamePrefixPublishOnly('a', 'room-').permissions, [
      { role: 'publishonly', cache: 'a', topic: { namePrefix: 'room-' } },
    ]);
    const key = new Uint8Array([0xff, 0, 0x80]);
    const scope = DisposableTokenScopes.cacheKeyReadOnly('a', key);
    key[0] = 1; // what was given is copied
    assert.deepEqual(decodePermissions(encodePermissions(scope)).permissions[0].item, {
      key: new Uint8Array([0xff, 0, 0x80]),
    });
    assert.throws(
      () => parseScope(JSON.parse(JSON.stringify(scope))),
      is('ERR_SCOPE_INVALID', /^permissions\[0\]\.item: /),
    );
    assert.deepEqual(parseScope(structuredClone(scope)), scope);
    const elsewhere = runInNewContext('new Uint8Array([0xff, 1])');
    assert.deepEqual(parse({ role: 'readonly', cache: 'a', item: { key: elsewhere } }).item, {
      key: new Uint8Array([0xff, 1]),
    });
    assert.deepEqual(parse({ role: 'readonly', cache: 'a', item: { key: Buffer.from('é') } }).item, { key: 'é' });
    for (const [field, permission] of Object.entries({
      cache: { role: 'readonly', cache: 'a\ud800' },
      item: { role: 'readonly', cache: 'a', item: { keyPrefix: '\udc00a' } },
      topic: { role: 'publishonly', cache: 'a', topic: '\ud800' },
      func: { role: 'functioninvoke', cache: 'a', func: { namePrefix: 'a\ud800b' } },
    })) {
      assert.throws(
        () => parse(permission),
        is('ERR_SCOPE_INVALID', new RegExp(`^permissions\\[0\\]\\.${field}: .*surrogate`)),
      );
    }
  });

  test(`${format}: whatever the value is, the error is a TokenError that names the place`, () => {
    class Item {
      key = 'k';
    }
    const thrower = {
      get key() {
        throw new RangeError('no');
      },
    };
    const revoked = Proxy.revocable({}, {});
    revoked.revoke();
    const traps = new Proxy(
      { key: 'k' },
      {
        ownKeys() {
          throw new Error('no');
        },
      },
    );
    const cyclic = {};
    cyclic.key = cyclic;
    const withSymbol = { key: 'k', [Symbol('x')]: 1 };
    const hidden = Object.defineProperty({ key: 'k' }, 'keyPrefix', { value: 'k' });
    const values = [
      new Item(),
      thrower,
      revoked.proxy,
      traps,
      cyclic,
      withSymbol,
      hidden,
      Symbol('AllCacheItems'),
      5n,
      5,
      NaN,
      true,
      null,
      undefined,
      () => 'k',
      new Date(),
      new Map(),
      new String('k'),
      [],
      ['k'],
      new Uint8Array([1]),
      Object.create({ key: 'k' }),
      Object.create(Object.assign(Object.create(null), { key: 'k' })),
      { key: { 0: 255 } },
      { key: { base64: 'aw==' } },
      { key: [107] },
      { key: { toString: () => 'k' } },
      { key: new Uint16Array([1]) },
      { key: new ArrayBuffer(1) },
      { key: new DataView(new ArrayBuffer(1)) },
      { key: Object.create(Uint8Array.prototype) },
      { key: 'k', toJSON: () => ({ key: 'other' }) },
      { toJSON: () => 'k' },
      { key: new String('k') },
      { key: 5n },
      { key: new Date() },
      { key: { [Symbol.toStringTag]: 'Uint8Array' } },
      { all: 'items ' },
      { all: ['items'] },
      { name: 'k' },
    ];
    for (const [index, item] of values.entries()) {
      const permissions = [
        { role: 'readonly', cache: 'a' },
        { role: 'readonly', cache: 'a' },
        { role: 'readonly', cache: 'a', item },
      ];
      for (const call of [parseScope, encodePermissions, describeScope]) {
        assert.throws(
          () => call({ permissions }),
          is('ERR_SCOPE_INVALID', /^permissions\[2\]\.item: /),
          `value ${index}`,
        );
      }
      const fine = { permissions: permissions.slice(0, 1) };
      for (const [call, place] of [
        [() => mergeScopes(fine, { permissions }, fine), /^scope 2: permissions\[2\]\.item: /],
        [() => covers({ permissions }, fine), /^granted: permissions\[2\]\.item: /],
        [() => covers('super-user', { permissions }), /^requested: permissions\[2\]\.item: /],
      ]) {
        assert.throws(call, is('ERR_SCOPE_INVALID', place), `value ${index}`);
      }
    }
    const get = (permission) => ({ permissions: [permission] });
    for (const [index, [value, place]] of [
      [
        get({
          role: 'readonly',
          get cache() {
            throw new Error('no');
          },
        }),
        /^permissions\[0\]\.cache: /,
      ],
      [get(Object.create({ role: 'readonly', cache: 'a' })), /^permissions\[0\]: /],
      [get(Object.assign(Object.create({ item: 'k' }), { role: 'readonly', cache: 'a' })), /^permissions\[0\]: /],
      [
        get({ role: 'readonly', cache: 'a', toJSON: () => ({ role: 'readwrite', cache: 'a' }) }),
        /^permissions\[0\]\.toJSON: /,
      ],
      [get(Object.defineProperty({ role: 'readonly', cache: 'a' }, 'items', { value: 'k' })), /^permissions\[0\]: /],
      [get({ role: 'readonly', cache: 'a', [Symbol('item')]: 'k' }), /^permissions\[0\]: .*Symbol/],
      [
        { permissions: [{ role: 'readonly', cache: 'a' }, , { role: 'readonly', cache: 'a' }] },
        /^permissions\[1\]: .*gap/,
      ],
      [{ permissions: new Array(1e9) }, /^permissions\[0\]: .*gap/],
      [{ permissions: Object.assign([{ role: 'readonly', cache: 'a' }], { extra: 1 }) }, /^permissions\[1\]: /],
      [{ permissions: { 0: { role: 'readonly', cache: 'a' }, length: 1 } }, /^permissions: /],
      [{ permissions: new Set() }, /^permissions: /],
      [
        {
          get permissions() {
            throw 5;
          },
        },
        /^permissions: /,
      ],
      [{}, /^permissions: /],
      [[], /array/],
      [null, /null/],
      [undefined, /undefined/],
      ['super-user', /string/],
      [5, /number/],
      [new Map(), /object/],
      [Symbol('s'), /symbol/],
      [revoked.proxy, /cannot be read/],
      [JSON.parse(`${'{"permissions":['.repeat(2000)}${']}'.repeat(2000)}`), /^permissions\[0\]/],
    ].entries()) {
      assert.throws(() => parseScope(value), is('ERR_SCOPE_INVALID', place), `value ${index}`);
    }
    // A reactive proxy around plain data, and plain data of another realm, are plain data.
    const plain = { permissions: [{ role: 'readonly', cache: 'a' }] };
    const deep = (value) =>
      typeof value === 'object' ? new Proxy(value, { get: (target, key) => deep(target[key]) }) : value;
    assert.deepEqual(parseScope(deep(plain)), plain);
    assert.deepEqual(parseScope(runInNewContext(`(${JSON.stringify(plain)})`)), plain);
    assert.deepEqual(parseScope(Object.assign(Object.create(null), plain)), plain);
  });

  test(`${format}: where there are several scopes, the error says which is wrong`, () => {
    const one = { permissions: [{ role: 'readonly', cache: 'a' }] };
    for (const [wrong, reason] of [
      [undefined, /expected a TokenScope( or 'super-user')?, found undefined/],
      [null, /expected a TokenScope( or 'super-user')?, found null/],
      ['super-user', /expected a TokenScope, found string/],
      [{ permissions: [] }, /permissions: expected at least one permission, found none/],
      [{ ...one, extra: 1 }, /unknown or repeated field "extra"/],
      [{ permissions: undefined }, /permissions: expected plain data, found undefined/],
      [{ permissions: [{ role: 'readonly', cache: ' ' }] }, /permissions\[0\]\.cache: expected a name/],
    ]) {
      const starts = (place) => is('ERR_SCOPE_INVALID', new RegExp(`^${place}: ${reason.source}`));
      assert.throws(() => mergeScopes(wrong, one), starts('scope 1'));
      assert.throws(() => mergeScopes(one, one, wrong), starts('scope 3'));
      assert.throws(() => covers(one, wrong), starts('requested'));
      if (wrong !== 'super-user') assert.throws(() => covers(wrong, one), starts('granted'));
    }
    // The limit is no one scope's fault.
    const many = Array.from({ length: 21 }, (_, index) => ({ role: 'readonly', cache: `${index}` }));
    assert.throws(
      () => mergeScopes(one, { permissions: many }),
      is('ERR_SCOPE_LIMIT', /^permissions: expected at most 20, found 2[12]$/),
    );
  });

  test(`${format}: a value that changes while it is read is read once`, () => {
    let reads = 0;
    const scope = parseScope({
      permissions: [
        {
          role: 'readonly',
          get cache() {
            return reads++ ? AllCaches : 'a';
          },
        },
      ],
    });
    assert.deepEqual([scope.permissions[0].cache, reads], ['a', 1]);
  });

  test(`${format}: the canonical form`, () => {
    assert.deepEqual(
      JSON.stringify(
        parseScope({
          permissions: [
            { topic: { name: 't' }, cache: { name: 'a' }, role: 'publishonly' },
            { item: 'k', cache: 'a', role: 'readonly' },
          ],
        }),
      ),
      '{"permissions":[{"role":"publishonly","cache":"a","topic":"t"},{"role":"readonly","cache":"a","item":{"key":"k"}}]}',
    );
    const frozen = (value) =>
      typeof value !== 'object' ||
      value instanceof Uint8Array ||
      (Object.isFrozen(value) && Object.values(value).every(frozen));
    const scopes = [
      parseScope({ permissions: [{ role: 'readonly', cache: 'a', item: { key: 'k' } }] }),
      decodePermissions('Eg4KDAoKCAIaBgoEY2hhdA=='),
      face.AllDataReadWrite,
    ];
    for (const scope of [
      ...scopes,
      mergeScopes(...scopes),
      ...Object.values(DisposableTokenScopes).map((build) => build('a', 'k')),
    ]) {
      assert.ok(frozen(scope));
      assert.deepEqual(parseScope(scope), scope);
    }
  });

  test(`${format}: builders name what was wrong, at once`, () => {
    for (const [name, build] of Object.entries(DisposableTokenScopes)) {
      for (const cache of [
        undefined,
        null,
        '',
        ' ',
        '\u0085',
        5,
        {},
        { name: '' },
        { name: 'a', extra: 1 },
        { namePrefix: 'a' },
        AllTopics,
        AllCacheItems,
        { all: 'cache' },
        Symbol('AllCaches'),
        '\ud800',
        ['a'],
      ]) {
        assert.throws(() => build(cache, 'k'), is('ERR_ARGUMENT', /^cache: /), `${name} ${String(cache)}`);
      }
      if (build.length < 2) continue;
      const wrong = [
        undefined,
        null,
        '',
        5,
        {},
        { namePrefix: '' },
        { name: 'k', namePrefix: 'k' },
        { name: undefined },
        AllCaches,
        AllCacheItems,
        Symbol('AllTopics'),
        '\ud800',
        new Uint8Array(),
        { 0: 255 },
      ];
      for (const second of wrong)
        assert.throws(
          () => build('a', second),
          is('ERR_ARGUMENT', /^(topic|prefix|func|key|keyPrefix): /),
          `${name} ${String(second)}`,
        );
    }
    assert.ok(Object.isFrozen(TokenScopes) && Object.isFrozen(DisposableTokenScopes));
    const names = [
      'cacheReadWrite',
      'cacheReadOnly',
      'cacheWriteOnly',
      'topicPublishSubscribe',
      'topicSubscribeOnly',
      'topicPublishOnly',
      'topicNamePrefixPublishSubscribe',
      'topicNamePrefixSubscribeOnly',
      'topicNamePrefixPublishOnly',
      'functionInvoke',
      'functionPermitNone',
    ];
    assert.deepEqual(Object.keys(TokenScopes), names);
    assert.deepEqual(Object.keys(DisposableTokenScopes), [
      ...names,
      'cacheKeyReadWrite',
      'cacheKeyReadOnly',
      'cacheKeyWriteOnly',
      'cacheKeyPrefixReadWrite',
      'cacheKeyPrefixReadOnly',
      'cacheKeyPrefixWriteOnly',
    ]);
    assert.deepEqual(
      TokenScopes.topicSubscribeOnly({ name: 'a' }, { namePrefix: 'r' }),
      TokenScopes.topicNamePrefixSubscribeOnly('a', 'r'),
    );
    assert.deepEqual(
      DisposableTokenScopes.cacheKeyReadOnly('a', new TextEncoder().encode('é')),
      DisposableTokenScopes.cacheKeyReadOnly('a', 'é'),
    );
    assert.equal(describeScope(face.AllDataReadWrite).length, 3);
  });

  test(`${format}: the wire form, and nothing that is not understood in full`, () => {
    assert.equal(encodePermissions(TokenScopes.cacheReadOnly('chat')), 'Eg4KDAoKCAIaBgoEY2hhdA==');
    for (const form of ['Eg4KDAoKCAIaBgoEY2hhdA==', 'Eg4KDAoKCAIaBgoEY2hhdA'])
      assert.deepEqual(decodePermissions(form), TokenScopes.cacheReadOnly('chat'));
    const key = DisposableTokenScopes.cacheKeyReadOnly('a', new Uint8Array([0xfb, 0xff, 0xfe]));
    const standard = encodePermissions(key);
    assert.deepEqual(decodePermissions(standard.replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '')), key);
    assert.equal(decodePermissions('CAA='), 'super-user');
    assert.deepEqual(describeScope('super-user'), ['Do anything in the whole account (super-user).']);
    for (const p of [
      '',
      '?',
      'CAE=',
      'EgA=',
      'CAASAA==',
      'Eg4KDAoKCAAaBgoEY2hhdA==',
      'EgQKAgoA',
      '\ud800',
      'Eg4KDAoKCAIaBgoEY2hhdA=='.repeat(2),
    ]) {
      assert.throws(() => decodePermissions(p), is('ERR_SCOPE_NOT_UNDERSTOOD'), p);
    }
    for (const p of [undefined, null, 5, {}, Symbol('p')])
      assert.throws(() => decodePermissions(p), is('ERR_ARGUMENT'));
    // A plain cache permission stays plain; all items by name stay by name.
    const plain = parseScope({
      permissions: [
        { role: 'readonly', cache: 'a' },
        { role: 'readonly', cache: 'a', item: AllCacheItems },
      ],
    });
    assert.deepEqual(decodePermissions(encodePermissions(plain)), plain);
    assert.throws(() => encodePermissions('super-user'), is('ERR_SCOPE_INVALID'));
  });

  test(`${format}: allows: any permission that matches, byte by byte`, () => {
    const scope = mergeScopes(
      TokenScopes.cacheReadOnly('a'),
      TokenScopes.cacheWriteOnly('a'),
      DisposableTokenScopes.cacheKeyPrefixReadWrite('b', new Uint8Array([0xc3])),
      TokenScopes.topicNamePrefixSubscribeOnly(AllCaches, 'r-'),
      TokenScopes.functionInvoke('a', 'f'),
      TokenScopes.functionPermitNone('a', 'g'),
    );
    const cache = (access, name, key) => ({ type: 'cache', access, cache: name, key });
    const topic = (access, name) => ({ type: 'topic', access, cache: 'z', topic: name });
    const yes = [
      cache('read', 'a', 'k'),
      cache('write', 'a', 'k'),
      cache('conditional-write', 'b', 'é'),
      cache('read', 'b', new Uint8Array([0xc3])),
      topic('subscribe', 'r-1'),
      { type: 'function', access: 'invoke', cache: 'a', func: 'f' },
    ];
    const no = [
      cache('conditional-write', 'a', 'k'),
      cache('read', 'c', 'k'),
      cache('read', 'b', 'a'),
      topic('publish', 'r-1'),
      topic('subscribe', 'r'),
      { type: 'function', access: 'invoke', cache: 'a', func: 'g' },
    ];
    assert.deepEqual(
      yes.map((action) => allows(scope, action)),
      yes.map(() => true),
    );
    assert.deepEqual(
      no.map((action) => allows(scope, action)),
      no.map(() => false),
    );
    assert.ok(no.every((action) => allows('super-user', action)));
    const good = cache('read', 'a', 'k');
    const wrong = [
      undefined,
      null,
      5,
      'read',
      [],
      {},
      { ...good, type: 'caches' },
      { ...good, access: 'publish' },
      { ...good, access: undefined },
      { ...good, cache: undefined },
      { ...good, cache: '' },
      { ...good, cache: AllCaches },
      { ...good, key: '' },
      { ...good, key: undefined },
      { ...good, key: 5 },
      { ...good, key: { 0: 1 } },
      { ...good, key: [107] },
      { ...good, topic: 't' },
      { ...good, keys: 'k' },
      { type: 'topic', access: 'read', cache: 'a', topic: 't' },
      { type: 'topic', access: 'publish', cache: 'a' },
      { type: 'function', access: 'invoke', cache: 'a', func: new Uint8Array([97]) },
      {
        ...good,
        get key() {
          throw new Error('no');
        },
      },
      Object.create(good),
      { ...good, key: '\ud800' },
    ];
    for (const [index, action] of wrong.entries()) {
      assert.throws(() => allows(scope, action), is('ERR_ARGUMENT', /^action/), `action ${index}`);
      assert.throws(() => allows('super-user', action), is('ERR_ARGUMENT', /^action/), `action ${index}`);
    }
    for (const other of ['superuser', undefined, {}]) assert.throws(() => allows(other, good), is('ERR_SCOPE_INVALID'));
  });

  test(`${format}: covers sees through unions`, () => {
    const both = mergeScopes(TokenScopes.cacheReadOnly('a'), TokenScopes.cacheWriteOnly('a'));
    assert.ok(covers(TokenScopes.cacheReadWrite('a'), both) && !covers(both, TokenScopes.cacheReadWrite('a')));
    assert.ok(
      covers('super-user', face.AllDataReadWrite) &&
        covers(face.AllDataReadWrite, both) &&
        !covers(both, face.AllDataReadWrite),
    );
    assert.ok(covers(both, TokenScopes.functionPermitNone('z', 'f')), 'a permission for nothing is always covered');
    assert.ok(
      covers(
        DisposableTokenScopes.cacheKeyPrefixReadOnly('a', 'u-'),
        DisposableTokenScopes.cacheKeyReadOnly('a', 'u-1'),
      ),
    );
    assert.throws(() => covers(both, 'super-user'), is('ERR_SCOPE_INVALID'));
  });

  test(`${format}: durations`, () => {
    const { ExpiresIn } = face;
    assert.deepEqual(
      [ExpiresIn.seconds(90), ExpiresIn.minutes(5), ExpiresIn.hours(1), ExpiresIn.days(30)],
      [{ seconds: 90 }, { seconds: 300 }, { seconds: 3600 }, { seconds: 2_592_000 }],
    );
    assert.deepEqual(ExpiresIn.never(), { never: true });
    assert.ok(Object.isFrozen(ExpiresIn.seconds(1)) && Object.isFrozen(ExpiresIn));
    assert.ok(Math.abs(ExpiresIn.epoch(Math.floor(Date.now() / 1000) + 60).seconds - 60) <= 1);
    assert.equal(ExpiresIn.epoch(new Date(Date.now() + 60_000)).seconds, 60);
    for (const unit of ['seconds', 'minutes', 'hours', 'days']) {
      for (const count of [0, -1, -0])
        assert.throws(() => ExpiresIn[unit](count), is('ERR_ARGUMENT', /^disposable token expiry must be positive$/));
      for (const count of [1.5, NaN, Infinity, '60', null, undefined, 5n, {}, 1e300])
        assert.throws(() => ExpiresIn[unit](count), is('ERR_ARGUMENT', new RegExp(`^ExpiresIn\\.${unit}: `)));
    }
    const now = Math.floor(Date.now() / 1000);
    for (const at of [
      now,
      now - 60,
      0,
      NaN,
      now + 60.5,
      Date.now() + 60_000,
      new Date(NaN),
      new Date(0),
      '2030-01-01',
      undefined,
      null,
      5n,
    ])
      assert.throws(() => ExpiresIn.epoch(at), is('ERR_ARGUMENT'), String(at));
  });

  test(`${format}: a source asks for what a disposable token may be`, () => {
    const { ExpiresIn, TokenSource } = face;
    const make = (more, vend = '/token') => new TokenSource({ vend, start: 'on-demand', ...more }).close();
    make({ expiresIn: ExpiresIn.hours(25), scope: TokenScopes.cacheReadOnly('a') });
    assert.throws(() => make({ expiresIn: { seconds: 90_001 } }), is('ERR_ARGUMENT', /at most 90000/));
    assert.throws(
      () => make({ expiresIn: ExpiresIn.never() }),
      is('ERR_ARGUMENT', /^disposable tokens must have an expiry$/),
    );
    for (const expiresIn of [5, null, { seconds: 0 }, { seconds: NaN }, {}])
      assert.throws(() => make({ expiresIn }), is('ERR_ARGUMENT'));
    for (const scope of [null, 'super-user', 5]) assert.throws(() => make({ scope }), is('ERR_ARGUMENT', /^scope: /));
    for (const scope of [{}, { permissions: [{ role: 'readonly', cache: 'a', items: 'k' }] }])
      assert.throws(() => make({ scope }), is('ERR_SCOPE_INVALID'));
    const bytes = DisposableTokenScopes.cacheKeyReadOnly('a', new Uint8Array([0xff]));
    assert.throws(
      () => make({ scope: bytes }),
      is('ERR_SCOPE_INVALID', /^permissions\[0\]\.item: /),
      'JSON cannot carry these',
    );
    make({ scope: bytes }, async () => ''); // a function may send them as it likes
  });

  test(`${format}: properties of random scopes`, () => {
    for (let seed = 1; seed <= 1500; seed++) {
      const random = generator(seed);
      const written = randomScope(random, face);
      const scope = parseScope(written);
      assert.deepEqual(parseScope(scope), scope, `seed ${seed}: parsing again changes nothing`);
      assert.deepEqual(decodePermissions(encodePermissions(scope)), scope, `seed ${seed}: the wire form`);
      assert.equal(encodePermissions(written), encodePermissions(scope), `seed ${seed}: one meaning, one wire form`);
      assert.deepEqual(parseScope(structuredClone(scope)), scope, `seed ${seed}: structuredClone`);
      assert.ok(covers(scope, scope) && covers('super-user', scope), `seed ${seed}: covers itself`);
      assert.equal(describeScope(scope).length, scope.permissions.length);
      assert.deepEqual(mergeScopes(scope, scope), mergeScopes(scope), `seed ${seed}: the union with itself`);
      const text = JSON.stringify(scope);
      if (!/"(key|keyPrefix)":\{/.test(text))
        assert.deepEqual(parseScope(JSON.parse(text)), scope, `seed ${seed}: JSON`);
      else
        assert.throws(
          () => parseScope(JSON.parse(text)),
          is('ERR_SCOPE_INVALID', /^permissions\[\d\]\.item: /),
          `seed ${seed}: bytes in JSON`,
        );
    }
  });
}

test('postMessage carries random scopes', async () => {
  const { port1, port2 } = new MessageChannel();
  for (let seed = 1; seed <= 100; seed++) {
    const scope = esm.parseScope(randomScope(generator(seed), esm));
    const posted = new Promise((resolve) => (port2.onmessage = ({ data }) => resolve(data)));
    port1.postMessage(scope);
    assert.deepEqual(esm.parseScope(await posted), scope, `seed ${seed}`);
  }
  port1.close();
});
