// credentialProvider beside the SDK's own.
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { test } from 'node:test';
import { inspect } from 'node:util';
import { decodeToken } from '../../pkg/index.js';
import { credentialProvider } from '../../pkg/momento.js';
import { disposable, envelope, jwt } from '../package/support/mint.mjs';
import { sdk } from '../package/support/sdk.mjs';

const { getWebCacheEndpoint, getWebControlEndpoint, getWebTokenEndpoint } = createRequire(import.meta.url)(
  '@gomomento/sdk-web/dist/src/utils/web-client-utils.js',
);

/** All that the SDK's clients ask a provider for. */
const asked = (provider) => [
  provider.getAuthToken(),
  provider.getCacheEndpoint(),
  provider.getControlEndpoint(),
  provider.getTokenEndpoint(),
  provider.areEndpointsOverridden(),
  ...['', 'Cache', 'Control', 'Token'].map((which) => provider[`is${which}EndpointSecure`]()),
];
const web = (provider) => [
  getWebCacheEndpoint(provider),
  getWebControlEndpoint(provider),
  getWebTokenEndpoint(provider),
];

const THREE = { cacheEndpoint: 'a.example', controlEndpoint: 'b.example:8443', tokenEndpoint: 'c.example' };

for (const [what, key, endpointOverrides] of [
  ['a disposable token', disposable()],
  ['a v1 key', envelope(jwt({ ver: 1, p: 'EgA=' }))],
  ['a legacy token', jwt({ sub: 's', cp: 'control.x.momentohq.com', c: 'cache.x.momentohq.com' })],
  ['an override of the base', disposable(), { baseEndpoint: 'cell.example' }],
  ['an override with a prefix', disposable(), { baseEndpoint: 'cell.example', endpointPrefix: 'private' }],
  ['an override of all three', disposable(), THREE],
]) {
  test(`${what}: the same as the SDK's own provider`, () => {
    const ours = credentialProvider(decodeToken(key, { endpointOverrides }));
    const theirs = sdk.CredentialProvider.fromString({ apiKey: key, ...(endpointOverrides && { endpointOverrides }) });
    assert.deepEqual(asked(ours), asked(theirs));
    assert.deepEqual(web(ours), web(theirs));
  });
}

test('a v2 key', () => {
  const key = jwt({ t: 'g', jti: 'k' });
  const theirs = sdk.CredentialProvider.fromApiKeyV2({ apiKey: key, endpoint: 'cell.momentohq.com' });
  assert.deepEqual(asked(credentialProvider(decodeToken(key, { endpoint: 'cell.momentohq.com' }))), asked(theirs));
});

test('without TLS: the SDK goes to https:// all the same; ours leads to http://', () => {
  const endpointOverrides = { baseEndpoint: 'localhost:8080', secureConnection: false };
  const theirs = sdk.CredentialProvider.fromString({ apiKey: disposable(), endpointOverrides });
  const ours = credentialProvider(decodeToken(disposable(), { endpointOverrides }));
  assert.equal(getWebCacheEndpoint(theirs), 'https://cache.localhost:8080');
  assert.deepEqual(web(ours), [
    'http://cache.localhost:8080',
    'http://control.localhost:8080',
    'http://token.localhost:8080',
  ]);
  assert.deepEqual(
    ['', 'Cache', 'Control', 'Token'].map((which) => ours[`is${which}EndpointSecure`]()),
    [false, false, false, false],
  );
});

test('the clients of the SDK take it', () => {
  const provider = credentialProvider(decodeToken(disposable()));
  assert.ok(
    new sdk.TopicClient({
      credentialProvider: provider,
      configuration: sdk.TopicConfigurations.Default.latest(new sdk.NoopMomentoLoggerFactory()),
    }),
  );
  assert.ok(new sdk.AuthClient({ credentialProvider: provider }));
});

for (const [how, print] of Object.entries({
  String: String,
  'a template': (provider) => `${provider}`,
  concatenation: (provider) => `${provider}`,
  'JSON.stringify': (provider) => JSON.stringify({ provider }),
  inspect: (provider) => inspect({ provider }, { depth: 9, showHidden: true }),
  valueOf: (provider) => JSON.stringify(provider.valueOf()),
  'a spread copy': (provider) => JSON.stringify({ ...provider }),
  'structuredClone of a copy': (provider) => JSON.stringify(structuredClone({ ...provider })),
  'Object.values': (provider) => Object.values(provider).join(),
})) {
  test(`${how} shows nothing of the credential`, () => {
    const printed = print(credentialProvider(decodeToken(disposable())));
    assert.doesNotMatch(printed, /eyJ/);
  });
}

test('what makes no provider is refused', () => {
  for (const value of [undefined, null, 5, 'eyJ', {}])
    assert.throws(() => credentialProvider(value), { name: 'TokenError', code: 'ERR_ARGUMENT' });
  const nowhere = decodeToken(jwt({ t: 'g', jti: 'k' }));
  assert.throws(() => credentialProvider(nowhere), {
    code: 'ERR_ENDPOINT_MISSING',
    message: /^Malformed token; unable to determine cache endpoint/,
  });
  assert.throws(() => credentialProvider(decodeToken(disposable())).withMomentoLocal(), { code: 'ERR_ARGUMENT' });
});
