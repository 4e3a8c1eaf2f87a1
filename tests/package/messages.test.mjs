// Errors and warnings quote no credential: not even one that was passed in place of another argument.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inspect } from 'node:util';
import * as core from '../../pkg/index.js';
import * as momento from '../../pkg/momento.js';
import { READ_CHAT, disposable, envelope, jwt } from './support/mint.mjs';

const {
  CredentialProvider,
  DisposableTokenScopes,
  ExpiresIn,
  TokenError,
  TokenScopes,
  TokenSource,
  decodeToken,
  parseScope,
} = core;

/** Credentials of every form, and a text that no host name is as long as. */
const SECRETS = {
  envelope: disposable(),
  'bare JWT': jwt({ ver: 1, p: READ_CHAT, exp: 4_102_444_800 }),
  'v2 key': jwt({ t: 'g', jti: 'example-key-0123456789' }),
  'pasted with Bearer': `Bearer ${jwt({ ver: 1, exp: 4_102_444_800, sub: 'someone' })}`,
  'spaced envelope': Buffer.from(
    `{ "endpoint": "cell-1.prod.a.momentohq.com", "api_key": "${jwt({ ver: 1 })}" }`,
  ).toString('base64'),
  'in small letters': disposable().toLowerCase(),
  'first half': disposable().slice(0, 120),
  'second half': disposable().slice(-120),
  'long text': 'a.'.repeat(127),
};

/** Any 16 characters of it in a row. */
function assertNotQuoted(text, secret, label) {
  for (let at = 0; at + 16 <= secret.length; at++) {
    const piece = secret.slice(at, at + 16);
    assert.ok(!text.includes(piece) && !text.includes(piece.toLowerCase()), `${label} quotes what it was passed`);
  }
}

/** The error's every face: as it is logged, serialised and converted, with its cause. */
const facesOf = (error) =>
  [
    inspect(error, { depth: 9, showHidden: true }),
    JSON.stringify(error),
    String(error),
    error.message,
    String(error.stack),
  ].join('\n');

const functions = Object.entries({
  ...core,
  ...CredentialProvider,
  ...TokenScopes,
  ...DisposableTokenScopes,
  ...ExpiresIn,
  ...momento,
}).filter(([, value]) => typeof value === 'function' && !/^class\b/.test(Function.prototype.toString.call(value)));
const SCOPE = { permissions: [{ role: 'readonly', cache: 'chat' }] };

/** The calls that a mix-up of arguments makes. */
function* calls(secret) {
  const valid = [disposable(), SCOPE, { type: 'cache', access: 'read', cache: 'a', key: 'k' }, 'chat', {}];
  for (const [name, call] of functions) {
    yield [`${name}(secret)`, () => call(secret)];
    yield [`${name}([secret])`, () => call([secret])];
    yield [`${name}({ secret: secret })`, () => call({ [secret]: secret })];
    for (const other of valid) {
      yield [`${name}(_, secret)`, () => call(other, secret)];
      yield [`${name}(_, { [secret]: … })`, () => call(other, { [secret]: secret })];
      yield [`${name}(_, _, secret)`, () => call(other, other, secret)];
    }
  }
  for (const options of [
    { endpoint: secret },
    { allowedEndpointSuffixes: secret },
    { allowedEndpointSuffixes: [secret] },
    { allowedEndpointSuffixes: Array(50).fill(secret) },
    { allowedEndpointSuffixes: ['example.com', secret] },
    { endpointOverrides: secret },
    { endpointOverrides: { baseEndpoint: secret } },
    { endpointOverrides: { baseEndpoint: 'a.example', endpointPrefix: secret } },
    { endpointOverrides: { cacheEndpoint: secret, controlEndpoint: secret, tokenEndpoint: secret } },
    { endpointOverrides: { baseEndpoint: 'a.example', secureConnection: secret } },
  ]) {
    yield [`decodeToken(_, ${Object.keys(options)})`, () => decodeToken(disposable(), options)];
    yield [`decodeToken(v2, ${Object.keys(options)})`, () => decodeToken(SECRETS['v2 key'], options)];
    yield [
      `TokenSource({ decode: ${Object.keys(options)} })`,
      () => new TokenSource({ vend: () => '', start: 'on-demand', decode: options }).close(),
    ];
  }
  yield ['an endpoint in an envelope', () => decodeToken(envelope(jwt({ ver: 1 }), secret))];
  for (const option of [
    'vend',
    'scope',
    'expiresIn',
    'tokenId',
    'refreshWindow',
    'requestTimeoutMs',
    'shareAcrossTabs',
    'decode',
    'start',
    secret,
  ]) {
    yield [
      `TokenSource({ ${option === secret ? 'secret' : option} })`,
      () => new TokenSource({ vend: () => '', start: 'on-demand', [option]: secret }).close(),
    ];
  }
  for (const field of ['url', 'method', 'headers', 'credentials', 'allowRedirects']) {
    yield [
      `TokenSource({ vend.${field} })`,
      () => new TokenSource({ vend: { url: '/token', [field]: secret }, start: 'on-demand' }).close(),
    ];
  }
  for (const permission of [
    { [secret]: 1 },
    { role: secret, cache: 'a' },
    { role: 'readonly', cache: { [secret]: 'a' } },
    { role: 'readonly', cache: 'a', [secret]: 'k' },
    { role: 'readonly', cache: 'a', item: { [secret]: 'k' } },
    { role: 'readonly', cache: 'a', item: { key: secret, keyPrefix: secret } },
    { role: 'readonly', cache: 'a', item: { [secret]: new Date() } },
  ])
    yield ['parseScope(a permission)', () => parseScope({ permissions: [permission] })];
  yield ['parseScope({ [secret]: [] })', () => parseScope({ [secret]: [] })];
  yield ['parseScope({ [secret]: new Date() })', () => parseScope({ [secret]: new Date() })];
}

for (const [form, secret] of Object.entries(SECRETS)) {
  test(`an error quotes nothing of a credential in the wrong place: ${form}`, (context) => {
    let errors = 0;
    for (const [label, call] of calls(secret)) {
      try {
        const value = call();
        if (value instanceof TokenSource) value.close();
      } catch (error) {
        assert.ok(error instanceof TokenError, `${label}: ${error?.constructor?.name}`);
        assertNotQuoted(facesOf(error), secret, label);
        errors++;
      }
    }
    context.diagnostic(`${errors} errors`);
    assert.ok(errors > 300);
  });
}

test('a credential in place of the URL is refused before it is requested', async () => {
  for (const form of ['envelope', 'bare JWT', 'v2 key', 'pasted with Bearer']) {
    for (const vend of [SECRETS[form], ` ${SECRETS[form]}\n`, { url: SECRETS[form] }]) {
      assert.throws(() => new TokenSource({ vend, start: 'on-demand' }), {
        code: 'ERR_ARGUMENT',
        message: /^vend: expected a URL, found what looks like a credential/,
      });
    }
  }
  // Long paths and presigned queries are URLs all the same.
  for (const url of [
    '/token',
    'https://a.example/eyJ/token',
    `/t?signature=${'eyJhbGciOiJub25lIn0'.repeat(8)}`,
    'token',
    `/${'a'.repeat(300)}`,
  ])
    new TokenSource({ vend: url, start: 'on-demand' }).close();
});

test('a warning about the scope quotes no credential that stands in place of a name', async () => {
  const secret = SECRETS['bare JWT'];
  const answer = disposable();
  for (const scope of [
    TokenScopes.cacheReadOnly(secret),
    DisposableTokenScopes.cacheKeyReadOnly('other', secret),
    TokenScopes.topicNamePrefixPublishOnly('chat', secret),
  ]) {
    const source = new TokenSource({ vend: async () => answer, scope, start: 'on-demand' });
    const { warnings } = await source.getToken();
    source.close();
    const [warning] = warnings.filter(({ code }) => /^WARN_SCOPE/.test(code));
    assert.match(warning.message, /\(not shown\)/);
    assertNotQuoted(warning.message, secret, warning.code);
  }
});

test('what is no credential is quoted, so that the mistake can be seen', () => {
  assert.throws(() => parseScope({ permissions: [{ role: 'readonly', cache: 'a', keyJson: 'k' }] }), {
    message: 'permissions[0]: unknown or repeated field "keyJson"',
  });
  assert.throws(() => decodeToken(disposable(), { allowedEndpointSuffixes: ['one.example', 'other.example'] }), {
    message: /under one\.example or other\.example,/,
  });
});
