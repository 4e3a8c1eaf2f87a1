// What a page has of the package that a bare `wasm-pack build` makes: `face` is its module.
import { declared } from './declared.mjs';

const base64url = (value) => btoa(JSON.stringify(value)).replace(/\+/g, '-').replace(/\//g, '_').replace(/=/g, '');

/** A synthetic credential, signed by nobody; claim `p` says "read-only, cache chat". */
function mint() {
  const permissions = [0x12, 0x0e, 0x0a, 0x0c, 0x0a, 0x0a, 0x08, 0x02, 0x1a, 0x06, 0x0a, 0x04, 0x63, 0x68, 0x61, 0x74];
  const claims = {
    sub: 'someone',
    ver: 1,
    p: btoa(String.fromCharCode(...permissions)),
    exp: Math.floor(Date.now() / 1000) + 300,
  };
  const jwt = `${base64url({ alg: 'HS256' })}.${base64url(claims)}.c2lnbmF0dXJl`;
  return btoa(JSON.stringify({ endpoint: 'cell-1-us-east-2-1.prod.a.momentohq.com', api_key: jwt }));
}

/** What `../support/expected.mjs` says it is. */
export async function readToken(face) {
  const { AllCaches, AllTopics, DisposableTokenScopes, TokenScopes } = face;
  const credential = mint();
  const token = face.decodeToken(credential);
  const { cacheEndpoint } = token.endpoints;
  return {
    version: face.keyVersion(credential),
    subject: token.subject,
    cacheEndpoint,
    scope: token.scope,
    expires: token.expiresAt > new Date(),
    provided: face.CredentialProvider.fromDisposableToken(token.reveal('envelope')).subject,
    printed: `${token} ${JSON.stringify(token)}`.includes(token.reveal()),
    refused: [
      refusal(face, () => face.decodeToken('x')),
      refusal(face, () => face.decodeToken(credential, { endpoint: 7 })),
      refusal(face, () => face.parseScope({ permissions: [{ role: 'readonly', cache: 'chat', item: undefined }] })),
      refusal(face, () => TokenScopes.cacheReadOnly('')),
      refusal(face, () => TokenScopes.cacheReadOnly(AllTopics)),
    ],
    built: [
      DisposableTokenScopes.cacheKeyPrefixReadOnly('caché', 'user/'),
      TokenScopes.topicPublishSubscribe(AllCaches, { namePrefix: 'room-' }),
    ],
    compared: compare(face),
    same: TokenScopes.cacheReadOnly(AllCaches).permissions[0].cache === AllCaches,
    missing: declared.filter((name) => !(name in face)),
  };
}

/** What becomes of a scope by each function that takes one. */
function compare({ allows, covers, decodePermissions, describeScope, encodePermissions, mergeScopes, parseScope }) {
  const asked = parseScope({ permissions: [{ role: 'readonly', cache: 'chat', item: { key: 'name' } }] });
  const granted = mergeScopes(asked, { permissions: [{ role: 'readonly', cache: 'chat' }] });
  return {
    says: describeScope(decodePermissions(encodePermissions(granted))),
    covers: [covers(granted, asked), covers(asked, granted)],
    allows: allows(granted, { type: 'cache', access: 'write', cache: 'chat', key: 'name' }),
  };
}

/** The code of the error that this throws. */
function refusal({ TokenError }, run) {
  try {
    return `${run()}`;
  } catch (error) {
    return error instanceof TokenError ? error.code : `${error}`;
  }
}
