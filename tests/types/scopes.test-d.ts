// What a scope may be: a wrong one does not compile. Checked by the compiler alone.
import * as face from 'momento-token-wasm';
import {
  AllCacheItems,
  AllCaches,
  AllFunctions,
  AllTopics,
  CacheRole,
  DisposableTokenScopes,
  ExpiresIn,
  FunctionRole,
  TokenScopes,
  TopicRole,
} from 'momento-token-wasm';

const bytes = new Uint8Array([0xff]);

// What reads well, compiles.
export const permissions: face.Permission[] = [
  { role: CacheRole.ReadWrite, cache: AllCaches },
  { role: 'readonly', cache: { name: 'a' }, item: 'k' },
  { role: CacheRole.WriteOnly, cache: 'a', item: { key: bytes } },
  { role: 'readwrite', cache: 'a', item: AllCacheItems },
  { role: TopicRole.SubscribeOnly, cache: 'a', topic: { namePrefix: 'room-' } },
  { role: 'publishonly', cache: 'a', topic: AllTopics },
  { role: FunctionRole.FunctionInvoke, cache: 'a', func: AllFunctions },
];
const scope: face.TokenScope = face.mergeScopes(
  TokenScopes.cacheReadOnly(AllCaches),
  TokenScopes.topicNamePrefixPublishOnly('a', 'room-'),
  TokenScopes.functionInvoke('a', { namePrefix: 'f' }),
  DisposableTokenScopes.cacheReadOnly({ name: 'a' }),
  DisposableTokenScopes.cacheKeyPrefixReadWrite('a', bytes),
  face.AllDataReadWrite,
  { permissions },
);
const frozen: readonly face.Permission[] = face.parseScope({} as unknown, { maxPermissions: 5 }).permissions;
export const encoded: string = face.encodePermissions({ permissions: frozen });
export const decoded: face.TokenScope | 'super-user' = face.decodePermissions(encoded);
export const allowed: boolean = face.allows('super-user', {
  type: 'cache',
  access: 'conditional-write',
  cache: 'a',
  key: bytes,
});
export const covered: boolean = face.covers(decoded, scope);
export const asConst = face.describeScope({ permissions: [{ role: 'readonly', cache: 'a' }] } as const);
export const action: face.Action = { type: 'topic', access: 'publish', cache: 'a', topic: 't' };
export const never: face.NeverExpires = ExpiresIn.never();
new face.TokenSource({ vend: '/token', scope, expiresIn: ExpiresIn.minutes(5) });
const code: face.TokenErrorCode = 'ERR_SCOPE_NOT_UNDERSTOOD';
export { code };

// What is wrong, does not: each of these is a wider grant than was meant, or none, in Momento's SDK or at its service.
// @ts-expect-error a topic role on a cache permission
export const topicRole: face.CachePermission = { role: TopicRole.SubscribeOnly, cache: 'a' };
// @ts-expect-error a cache role on a topic permission
export const cacheRole: face.Permission = { role: CacheRole.ReadOnly, cache: 'a', topic: 't' };
// @ts-expect-error a misspelt field, which would leave the whole cache
export const misspelt: face.Permission = { role: 'readonly', cache: 'a', items: 'k' };
// @ts-expect-error a key and a prefix at once
export const both: face.Permission = { role: 'readonly', cache: 'a', item: { key: 'k', keyPrefix: 'k' } };
// @ts-expect-error a name and a prefix at once
export const bothNames: face.Permission = { role: 'publishonly', cache: 'a', topic: { name: 't', namePrefix: 't' } };
// @ts-expect-error a selector that selects nothing
export const none: face.Permission = { role: 'readonly', cache: 'a', item: {} };
// @ts-expect-error an item that may not be set
export const unset: face.Permission = { role: 'readonly', cache: 'a', item: undefined };
// @ts-expect-error an item and a topic at once
export const mixed: face.Permission = { role: 'readonly', cache: 'a', item: 'k', topic: 't' };
// @ts-expect-error a permission without a cache
export const noCache: face.Permission = { role: 'readonly' };
// @ts-expect-error caches have no prefixes
export const cachePrefix: face.Permission = { role: 'readonly', cache: { namePrefix: 'a' } };
// @ts-expect-error a plain cache permission where an item is meant
export const plain: face.DisposableTokenCachePermission = { role: 'readonly', cache: 'a' };
// @ts-expect-error each constant is of its own kind
export const otherAll: face.Permission = { role: 'publishonly', cache: 'a', topic: AllCaches };
// @ts-expect-error each constant is of its own kind
TokenScopes.cacheReadOnly(AllTopics);
// @ts-expect-error each constant is of its own kind
TokenScopes.topicPublishOnly(AllCaches, AllCaches);
// @ts-expect-error the constants cannot be written by hand
export const forged: face.AllCaches = { all: 'caches' };
// @ts-expect-error a topic must be named
TokenScopes.topicPublishOnly('a');
// @ts-expect-error a name that may not be set
TokenScopes.cacheReadOnly(process as string | undefined);
// @ts-expect-error keys are made by the functions for disposable tokens
TokenScopes.cacheKeyReadOnly('a', 'k');
// @ts-expect-error a key is text or bytes
DisposableTokenScopes.cacheKeyReadOnly('a', AllCacheItems);
// @ts-expect-error a scope is read-only
scope.permissions = [];
// @ts-expect-error a super-user is no scope to ask for
face.covers(scope, 'super-user');
// @ts-expect-error a super-user is no scope to encode
face.encodePermissions('super-user');
// @ts-expect-error access to a topic is not access to an item
export const wrongAccess: face.Action = { type: 'topic', access: 'read', cache: 'a', topic: 't' };
// @ts-expect-error an action is on one thing
export const noKey: face.Action = { type: 'cache', access: 'read', cache: 'a' };
// @ts-expect-error a disposable token must expire
new face.TokenSource({ vend: '/token', expiresIn: ExpiresIn.never() });
// @ts-expect-error seconds are a number
ExpiresIn.seconds('60');

declare const process: unknown;
