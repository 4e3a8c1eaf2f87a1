// Credentials through the package, as Node.js loads it.
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { test } from 'node:test';
import { inspect } from 'node:util';
import * as esm from '../../pkg/index.js';
import { disposable, envelope, jwt } from './support/mint.mjs';

const cjs = createRequire(import.meta.url)('../../pkg/index.cjs');
const CELL = 'cell-1-us-east-2-1.prod.a.momentohq.com';

for (const [
  format,
  { CredentialProvider, TokenError, decodeToken, describeScope, keyVersion, AllCaches },
] of Object.entries({ esm, cjs })) {
  test(`${format}: a disposable token says what it is`, () => {
    const token = decodeToken(`Bearer ${disposable(300)}\n`);
    assert.equal(token.version, 'v1');
    assert.equal(token.endpoint, CELL);
    assert.deepEqual(token.endpoints, {
      cacheEndpoint: `cache.${CELL}`,
      controlEndpoint: `control.${CELL}`,
      tokenEndpoint: `token.${CELL}`,
      secureConnection: true,
      overridden: false,
    });
    assert.ok(token.expiresAt instanceof Date);
    assert.ok(!token.isExpired() && token.isExpired(Date.now() + 301_000));
    assert.equal(token.remainingMs(token.expiresAt.getTime() - 5), 5);
    assert.deepEqual(token.scope, { permissions: [{ role: 'readonly', cache: 'chat' }] });
    assert.deepEqual(describeScope(token.scope), ['Read all items in cache "chat".']);
    assert.deepEqual(
      [token.tokenId, token.subject, token.disposable, token.warnings.length],
      ['user-7', 'someone', true, 0],
    );
  });

  test(`${format}: reveals the wire form, and an envelope that decodes again`, () => {
    const text = disposable();
    const token = decodeToken(text);
    assert.equal(token.reveal(), JSON.parse(atob(text)).api_key);
    assert.equal(decodeToken(token.reveal('envelope')).endpoint, CELL);
    assert.throws(() => token.reveal('raw'), { code: 'ERR_ARGUMENT' });
    assert.throws(() => decodeToken(token.reveal()).reveal('envelope'), { code: 'ERR_ENDPOINT_MISSING' });
  });

  test(`${format}: no way to print a token shows the credential`, () => {
    const token = decodeToken(disposable());
    const printed = [
      String(token),
      `${token}`,
      `${token}`,
      JSON.stringify(token),
      JSON.stringify({ token }),
      inspect(token, { depth: 9, showHidden: true }),
      inspect({ token }),
      JSON.stringify(token.valueOf()),
      JSON.stringify(Object.entries(token)),
      JSON.stringify(structuredClone(token.toJSON())),
    ];
    for (const text of printed) assert.ok(!text.includes('eyJ') && !text.includes(token.reveal().slice(-12)), text);
  });

  test(`${format}: super-user, byte keys and constants`, () => {
    assert.equal(decodeToken(envelope(jwt({ ver: 1, p: 'CAA=' }))).scope, 'super-user');
    assert.deepEqual(describeScope('super-user'), ['Do anything in the whole account (super-user).']);
    // { role: readonly, all caches, item key 0xff 0x00 }
    const bytes = Buffer.from([0x12, 0x0e, 0x0a, 0x0c, 0x0a, 0x0a, 8, 2, 0x12, 0, 0x2a, 4, 0x0a, 2, 0xff, 0]).toString(
      'base64',
    );
    const { scope } = decodeToken(envelope(jwt({ ver: 1, p: bytes, exp: 4_102_444_800 })));
    assert.equal(scope.permissions[0].cache, AllCaches);
    assert.deepEqual(scope.permissions[0].item, { key: new Uint8Array([0xff, 0]) });
    assert.deepEqual(describeScope(scope), ['Read item 0xff00 in all caches.']);
    assert.ok(Object.isFrozen(scope.permissions));
  });

  test(`${format}: versions, and the SDK's own words for a wrong one`, () => {
    const v2 = jwt({ t: 'g', jti: 'k' });
    assert.deepEqual(
      [disposable(), v2, 'x', '', 5, null, undefined, {}].map((value) => keyVersion(value)),
      ['v1', 'v2', ...Array(6).fill('unknown')],
    );
    for (const call of [
      () => CredentialProvider.fromString(v2),
      () => CredentialProvider.fromDisposableToken(v2),
      () => CredentialProvider.fromString({ authToken: v2 }),
    ]) {
      assert.throws(call, {
        name: 'TokenError',
        code: 'ERR_V2_KEY',
        message:
          'Received a v2 API key. Are you using the correct key? Or did you mean to use `fromApiKeyV2()` or `fromEnvVarV2()` instead?',
      });
    }
    assert.equal(CredentialProvider.fromApiKeyV2({ apiKey: v2, endpoint: CELL }).endpoint, CELL);
    assert.throws(() => CredentialProvider.fromApiKeyV2(v2), { message: 'Missing required property: endpoint' });
    assert.throws(() => CredentialProvider.fromApiKeyV2(disposable(), CELL), { code: 'ERR_NOT_V2_KEY' });
    assert.throws(() => CredentialProvider.fromString({}), {
      message: 'Missing required property: authToken or apiKey',
    });
  });

  test(`${format}: options are checked, and obeyed`, () => {
    const local = decodeToken(disposable(), {
      endpointOverrides: { baseEndpoint: 'localhost:8080', endpointPrefix: 'p', secureConnection: false },
    });
    assert.deepEqual(
      [local.endpoint, local.endpoints.cacheEndpoint, local.endpoints.secureConnection],
      ['localhost:8080', 'p.cache.localhost:8080', false],
    );
    const all = { cacheEndpoint: 'a.example', controlEndpoint: 'b.example', tokenEndpoint: 'c.example' };
    assert.deepEqual(
      { ...decodeToken(disposable(), { endpointOverrides: all }).endpoints },
      { ...all, secureConnection: true, overridden: true },
    );
    const elsewhere = envelope(jwt({ ver: 1 }), 'a.example.com');
    assert.throws(() => decodeToken(elsewhere), { code: 'ERR_ENDPOINT_NOT_ALLOWED' });
    assert.equal(decodeToken(elsewhere, { allowedEndpointSuffixes: ['example.com'] }).endpoint, 'a.example.com');
    for (const options of [
      null,
      5,
      { endpoint: 5 },
      { endpointOverrides: 'x' },
      { endpointOverrides: {} },
      { endpointOverrides: { baseEndpoint: 'a', secureConnection: 1 } },
      { allowedEndpointSuffixes: 'x' },
      { allowedEndpointSuffixes: [1] },
      { allowedEndpointSuffixes: ['\ud800'] },
      { endpoint: '\ud800' },
    ]) {
      assert.throws(() => decodeToken(disposable(), options), { code: 'ERR_ARGUMENT' }, JSON.stringify(options));
    }
  });

  test(`${format}: what a getter throws is the cause of a coded error`, () => {
    const cause = new RangeError('a getter of the app');
    const thrower = (name) =>
      Object.defineProperty({}, name, {
        enumerable: true,
        get() {
          throw cause;
        },
      });
    const key = jwt({ t: 'g', jti: 'k' });
    for (const call of [
      ...['endpoint', 'endpointOverrides', 'allowedEndpointSuffixes'].map(
        (name) => () => decodeToken(disposable(), thrower(name)),
      ),
      ...['baseEndpoint', 'cacheEndpoint'].map(
        (name) => () => decodeToken(disposable(), { endpointOverrides: thrower(name) }),
      ),
      ...['authToken', 'apiKey'].map((name) => () => CredentialProvider.fromString(thrower(name))),
      () => CredentialProvider.fromApiKeyV2(thrower('apiKey')),
      () =>
        CredentialProvider.fromApiKeyV2({
          apiKey: key,
          get endpoint() {
            throw cause;
          },
        }),
    ])
      assert.throws(call, { name: 'TokenError', code: 'ERR_ARGUMENT', cause });
  });

  test(`${format}: a host is a line of its own, whatever it holds`, () => {
    for (const host of ['a.momentohq.com\nbevil.example', 'a\u00e9', 'a\u{1f600}', 'a\0', '\n', 'a b']) {
      assert.throws(
        () => decodeToken(disposable(), { endpointOverrides: { baseEndpoint: host } }),
        { code: 'ERR_ENDPOINT_INVALID' },
        host,
      );
      assert.throws(() => decodeToken(jwt({ iss: 'i' }), { endpoint: host }), { code: 'ERR_ENDPOINT_INVALID' }, host);
      assert.throws(
        () =>
          decodeToken(envelope(jwt({ ver: 1 }), 'evil.example'), { allowedEndpointSuffixes: [host, 'momentohq.com'] }),
        { code: 'ERR_ENDPOINT_NOT_ALLOWED' },
        host,
      );
    }
  });

  test(`${format}: names in any script, and keys that are no text`, () => {
    const field = (number, bytes) => Buffer.concat([Buffer.from([number * 8 + 2, bytes.length]), bytes]);
    const cache = (name) => field(3, field(1, Buffer.from(name)));
    const item = (key) =>
      field(
        1,
        field(1, Buffer.concat([Buffer.from([8, 1]), cache('\u{1f600}caché'), field(5, field(2, Buffer.from(key)))])),
      );
    const topic = field(
      1,
      field(2, Buffer.concat([Buffer.from([8, 1]), cache('b'), field(5, field(1, Buffer.from('日本')))])),
    );
    const p = field(2, Buffer.concat([item([0xff, 0xc3, 0, 0x41]), topic, item('é')])).toString('base64');
    const token = decodeToken(envelope(jwt({ ver: 1, p, exp: 4_102_444_800, sub: 'Zoë', id: '\ufeffid' })));
    assert.deepEqual([token.subject, token.tokenId, token.reveal().split('.').length], ['Zoë', '\ufeffid', 3]);
    assert.deepEqual(token.scope.permissions, [
      { role: 'readwrite', cache: '\u{1f600}caché', item: { keyPrefix: new Uint8Array([0xff, 0xc3, 0, 0x41]) } },
      { role: 'publishsubscribe', cache: 'b', topic: '日本' },
      { role: 'readwrite', cache: '\u{1f600}caché', item: { keyPrefix: 'é' } },
    ]);
  });

  test(`${format}: what is no credential is a coded error, and the module goes on`, () => {
    const deep = Buffer.from(`{"endpoint":"a.momentohq.com","x":${'['.repeat(1e5)}${']'.repeat(1e5)}}`).toString(
      'base64',
    );
    for (const value of [5, null, undefined, {}, [], Symbol('s'), () => {}])
      assert.throws(() => decodeToken(value), { code: 'ERR_ARGUMENT' });
    for (const value of ['', ' ', 'x', '\ud800', 'a'.repeat(1e6), '<!doctype html>', '.'.repeat(1e5), deep])
      assert.throws(() => decodeToken(value), TokenError);
    assert.throws(() => decodeToken(envelope(jwt({ ver: 1, exp: 0 }))), { code: 'ERR_TOKEN_EXPIRY' });
    for (const at of [NaN, new Date(NaN), 'x', {}])
      assert.throws(() => decodeToken(disposable()).isExpired(at), { code: 'ERR_ARGUMENT' });
    assert.equal(decodeToken(disposable()).version, 'v1');
  });

  test(`${format}: describeScope refuses what is no scope`, () => {
    const cyclic = {};
    cyclic.permissions = cyclic;
    for (const value of [
      null,
      5,
      {},
      { permissions: [] },
      { permissions: [{ role: 'readonly', cache: 'a', items: 'k' }] },
      { permissions: [{ role: 'readonly', cache: 'a', item: undefined }] },
      { permissions: [{ role: 'readonly', cache: Symbol('all') }] },
      cyclic,
    ]) {
      assert.throws(() => describeScope(value), TokenError);
    }
  });
}
