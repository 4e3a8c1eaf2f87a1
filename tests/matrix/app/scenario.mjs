// What each tool of the matrix has to build and run: a token is read, a scope is built and described, and a source
// vends twice, the second time because the first token ages.
import {
  DisposableTokenScopes,
  TokenError,
  TokenScopes,
  TokenSource,
  allows,
  decodePermissions,
  decodeToken,
  describeScope,
  encodePermissions,
} from 'momento-token-wasm';
import { decodeToken as decodeAlone } from 'momento-token-wasm/decode';

const base64url = (value) => btoa(JSON.stringify(value)).replace(/\+/g, '-').replace(/\//g, '_').replace(/=/g, '');

/** A synthetic credential, signed by nobody. */
function mint() {
  const claims = {
    sub: 'someone',
    ver: 1,
    p: encodePermissions(TokenScopes.cacheReadOnly('chat')),
    exp: Math.floor(Date.now() / 1000) + 300,
  };
  const jwt = `${base64url({ alg: 'HS256' })}.${base64url(claims)}.c2lnbmF0dXJl`;
  return btoa(JSON.stringify({ endpoint: 'cell-1-us-east-2-1.prod.a.momentohq.com', api_key: jwt }));
}

/** What `../support/expected.mjs` says it is. `vend` is as TokenSource takes it. */
export async function scenario(vend) {
  const credential = mint();
  const token = decodeToken(credential);
  const scope = DisposableTokenScopes.cacheKeyPrefixReadOnly('caché', 'user/');
  const outcome = {
    subject: token.subject,
    says: describeScope(token.scope),
    alone: decodeAlone(credential).subject,
    scope: describeScope(decodePermissions(encodePermissions(scope))),
    allows: [
      allows(scope, { type: 'cache', access: 'read', cache: 'caché', key: 'user/7' }),
      allows(scope, { type: 'cache', access: 'write', cache: 'caché', key: 'user/7' }),
    ],
    printed: `${token}`.includes(token.reveal()),
    refused: refusal(),
    vended: [],
    warnings: [],
  };
  const source = new TokenSource({ vend, scope: TokenScopes.cacheReadOnly('chat'), refreshWindow: [0.03, 0.06] });
  source.addEventListener('warning', ({ detail }) => outcome.warnings.push(detail.code));
  // The source's own timer keeps no process of Node.js alive.
  const alive = setInterval(() => {}, 1_000);
  for await (const { tokenId } of source) {
    outcome.vended.push(tokenId);
    if (outcome.vended.length === 2) break;
    if (source.lastError) throw source.lastError;
  }
  clearInterval(alive);
  source.close();
  return outcome;
}

function refusal() {
  try {
    return decodeToken('x').version;
  } catch (error) {
    return error instanceof TokenError ? error.code : `${error}`;
  }
}
