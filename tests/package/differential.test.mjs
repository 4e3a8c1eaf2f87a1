// The package against Momento's own SDK, side by side: what the SDK handles rightly, we handle alike. Where the two
// differ on purpose is in defects.test.mjs.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as ours from '../../pkg/index.js';
import { envelope, jwt } from './support/mint.mjs';
import { anyHost, cases, host, name } from './support/random.mjs';
import { ourScope, permissions, sdkScope } from './support/scopes.mjs';
import { protoPermissions, sdk, sdkPermissions, superUser } from './support/sdk.mjs';

/** What a provider of the SDK says, as a token of ours says it. */
const facts = (provider) => ({
  cacheEndpoint: provider.getCacheEndpoint(),
  controlEndpoint: provider.getControlEndpoint(),
  tokenEndpoint: provider.getTokenEndpoint(),
  secureConnection: provider.isCacheEndpointSecure(),
  overridden: provider.areEndpointsOverridden(),
  wire: provider.getAuthToken(),
});

const ourFacts = (token) => ({ ...token.endpoints, wire: token.reveal() });

/** Claims as minted, and a few that nobody knows. */
const claims = (random) => ({
  ...(random.chance(0.9) && { sub: name(random) }),
  ver: 1,
  ...(random.chance(0.7) && { exp: random.between(1_600_000_000, 4_000_000_000) }),
  ...(random.chance(0.5) && { id: name(random) }),
  ...(random.chance(0.3) && {
    [`x${random.below(99)}`]: random.pick([null, 1.5, [], { deep: [name(random)] }, name(random)]),
  }),
});

const overrides = (random) => {
  const secure = random.pick([{}, { secureConnection: true }, { secureConnection: false }]);
  if (random.chance(0.5))
    return {
      cacheEndpoint: anyHost(random),
      controlEndpoint: anyHost(random),
      tokenEndpoint: anyHost(random),
      ...secure,
    };
  return {
    baseEndpoint: anyHost(random),
    ...(random.chance(0.5) && { endpointPrefix: random.pick(['', 'p', 'a.b', 'x-1']) }),
    ...secure,
  };
};

const props = (key, endpointOverrides) => ({
  ...(key.length % 2 ? { apiKey: key } : { authToken: key }),
  ...(endpointOverrides && { endpointOverrides }),
});

/** The same credential and overrides through both. */
function both(key, endpointOverrides) {
  const options = endpointOverrides && { endpointOverrides };
  const theirs = facts(sdk.CredentialProvider.fromString(props(key, endpointOverrides)));
  for (const token of [
    ours.decodeToken(key, options),
    ours.CredentialProvider.fromString(key, options),
    ours.CredentialProvider.fromString(props(key), options),
    ours.CredentialProvider.fromDisposableToken(key, options),
  ])
    assert.deepEqual(ourFacts(token), theirs);
}

test("envelopes: endpoints and wire credential are the SDK's", (context) => {
  cases(context, 'envelopes', 3000, (random) => both(envelope(jwt(claims(random)), host(random))));
});

test('envelopes written by other SDKs: any order, any spacing, other fields', (context) => {
  cases(context, 'written envelopes', 2000, (random) => {
    const key = jwt(claims(random));
    const fields = [
      ['endpoint', host(random)],
      ['api_key', key],
      ...(random.chance(0.3) ? [[`x${random.below(9)}`, name(random)]] : []),
    ];
    if (random.chance(0.5)) fields.reverse();
    both(Buffer.from(JSON.stringify(Object.fromEntries(fields), null, random.pick([0, 1, '\t']))).toString('base64'));
  });
});

test('overrides: base, prefix, three hosts, and no TLS', (context) => {
  cases(context, 'overrides', 3000, (random) => both(envelope(jwt(claims(random)), host(random)), overrides(random)));
});

test('legacy tokens, and session tokens with overrides', (context) => {
  const cache = (random) => `${random.pick(['cache', 'c'])}.${host(random)}`;
  cases(context, 'legacy', 1500, (random) => {
    const key = jwt({
      sub: name(random),
      cp: `control.${host(random)}`,
      c: cache(random),
      ...(random.chance(0.3) && { exp: 1_900_000_000 }),
    });
    both(key, random.chance(0.3) ? overrides(random) : undefined);
  });
  cases(context, 'session', 1000, (random) => {
    const key = jwt({ iss: name(random), aud: name(random), exp: random.between(1_600_000_000, 4_000_000_000) });
    both(key, overrides(random));
    assert.throws(() => sdk.CredentialProvider.fromString(key), /unable to determine/);
    assert.throws(() => ours.CredentialProvider.fromString(key), { code: 'ERR_ENDPOINT_MISSING' });
  });
});

test('v2 keys: taken where the SDK takes them, and refused in its words', (context) => {
  cases(context, 'v2 keys', 1500, (random) => {
    const key = jwt({ t: 'g', jti: name(random) });
    const endpoint = host(random);
    const theirs = facts(sdk.CredentialProvider.fromApiKeyV2({ apiKey: key, endpoint }));
    assert.deepEqual(ourFacts(ours.CredentialProvider.fromApiKeyV2({ apiKey: key, endpoint })), theirs);
    assert.deepEqual(ourFacts(ours.CredentialProvider.fromApiKeyV2(key, endpoint)), theirs);
    const refused = (call, ...given) => {
      try {
        call(...given);
      } catch (error) {
        return error.message.replace(/^failed to parse token: \w*Error: /, '');
      }
    };
    assert.equal(refused(ours.CredentialProvider.fromString, key), refused(sdk.CredentialProvider.fromString, key));
    const other = envelope(jwt(claims(random)));
    assert.equal(
      refused(ours.CredentialProvider.fromApiKeyV2, other, endpoint),
      refused(sdk.CredentialProvider.fromApiKeyV2, { apiKey: other, endpoint }),
    );
  });
});

/** The scope of a token that carries these permissions. */
const decoded = (p) => ours.decodeToken(envelope(jwt({ ver: 1, p }))).scope;

/** What the SDK expresses rightly: either cache items and functions alone, or no cache items at all. */
const RIGHT = [
  ['Item', 'Function'],
  ['Cache', 'Topic', 'Function'],
];

test('permissions the SDK writes are read as the scope it was given', (context) => {
  cases(context, 'SDK scopes', 5000, (random) => {
    const list = permissions(random, random.pick(RIGHT));
    assert.deepEqual(decoded(sdkPermissions(sdkScope(list, sdk, random))), ourScope(list, ours));
  });
  assert.equal(decoded(sdkPermissions(superUser)), 'super-user');
  assert.deepEqual(decoded(sdkPermissions(sdk.AllDataReadWrite)).permissions, [
    { role: 'readwrite', cache: ours.AllCaches },
    { role: 'publishsubscribe', cache: ours.AllCaches, topic: ours.AllTopics },
    { role: 'functioninvoke', cache: ours.AllCaches, func: ours.AllFunctions },
  ]);
});

test('permissions only the protocol can say: mixed kinds, byte keys, topic prefixes', (context) => {
  cases(context, 'generated messages', 4000, (random) => {
    const list = permissions(random, ['Item', 'Cache', 'Topic', 'Function'], { bytes: true, prefixes: true });
    assert.deepEqual(decoded(protoPermissions(list)), ourScope(list, ours));
  });
});

test("the permissions we write are the SDK's, byte for byte", {
  skip: ours.encodePermissions ? false : 'this build exports no encodePermissions',
}, (context) => {
  cases(context, 'our bytes for SDK scopes', 4000, (random) => {
    const list = permissions(random, random.pick(RIGHT));
    assert.equal(ours.encodePermissions(ourScope(list, ours)), sdkPermissions(sdkScope(list, sdk, random)));
  });
  cases(context, 'our bytes for generated messages', 4000, (random) => {
    const list = permissions(random, ['Item', 'Cache', 'Topic', 'Function'], { bytes: true, prefixes: true });
    assert.equal(ours.encodePermissions(ourScope(list, ours)), protoPermissions(list));
  });
});
