// An app that decodes and compares: the same program with the npm package and with what `wasm-pack build` makes.
import {
  type Action,
  AllCacheItems,
  AllCaches,
  AllDataReadWrite,
  AllFunctions,
  AllTopics,
  CacheRole,
  CredentialProvider,
  type DecodeOptions,
  DisposableTokenScopes,
  type Endpoints,
  FunctionRole,
  type Permission,
  type Token,
  TokenError,
  type TokenErrorCode,
  type TokenScope,
  TokenScopes,
  type TokenWarning,
  TopicRole,
  allows,
  covers,
  decodePermissions,
  decodeToken,
  describeScope,
  encodePermissions,
  keyVersion,
  mergeScopes,
  parseScope,
} from 'momento-token-wasm';

const options: DecodeOptions = { endpoint: 'cell.momentohq.com', allowedEndpointSuffixes: ['momentohq.com'] };
export const token: Token = decodeToken('text', options);
export const version: 'v1' | 'v2' | 'legacy' | 'session' | 'unknown' = keyVersion('text');
export const provided: Token[] = [
  CredentialProvider.fromString({ apiKey: 'text' }),
  CredentialProvider.fromDisposableToken('text', options),
  CredentialProvider.fromApiKeyV2('text', 'cell.momentohq.com'),
];
export const endpoints: Endpoints | undefined = token.endpoints;
export const until: Date | undefined = token.expiresAt;
export const left: [boolean, number] = [token.isExpired(), token.remainingMs(new Date())];
export const sent: string[] = [token.reveal(), token.reveal('envelope')];
export const warnings: readonly TokenWarning[] = token.warnings;

export const permissions: Permission[] = [
  { role: CacheRole.ReadOnly, cache: AllCaches },
  { role: 'readwrite', cache: 'a', item: AllCacheItems },
  { role: TopicRole.PublishOnly, cache: 'a', topic: AllTopics },
  { role: FunctionRole.FunctionInvoke, cache: { name: 'a' }, func: AllFunctions },
];
const scope: TokenScope = mergeScopes(
  parseScope({ permissions }, { maxPermissions: 5 }),
  TokenScopes.topicSubscribeOnly('a', AllTopics),
  DisposableTokenScopes.cacheKeyPrefixReadOnly('a', new Uint8Array([1])),
  AllDataReadWrite,
);
const action: Action = { type: 'cache', access: 'read', cache: 'a', key: 'k' };
export const answers: boolean[] = [allows(token.scope ?? scope, action), covers('super-user', scope)];
export const sentences: string[] = describeScope(decodePermissions(encodePermissions(scope)));

export function codeOf(error: unknown): TokenErrorCode | undefined {
  return error instanceof TokenError ? error.code : undefined;
}

// @ts-expect-error a token is read-only
token.endpoint = 'elsewhere.example';
// @ts-expect-error no such form
token.reveal('raw');
// @ts-expect-error a cache role on a topic permission
export const wrong: Permission = { role: CacheRole.ReadOnly, cache: 'a', topic: 't' };
// @ts-expect-error each constant is of its own kind
TokenScopes.cacheReadOnly(AllTopics);
