// The public face of momento-token-wasm/momento: tokens and scopes for Momento's Web SDK (@gomomento/sdk-web 1.118 or a later 1.x, which the
// app installs and hands in; nothing here imports it).
import type { CredentialProvider, DisposableTokenScope } from '@gomomento/sdk-web';
import type { Token, TokenScope } from 'momento-token-wasm';

export {}; // what is not marked `export` below stays private

/**
 * A token as the SDK's clients take credentials: `new CacheClient({ credentialProvider: credentialProvider(token), … })`.
 *
 * Unlike the SDK's own, it prints and serialises redacted, and leads to hosts without TLS where the token was decoded with
 * `secureConnection: false`: its endpoints are then URLs, since the Web SDK puts `https://` in front of all else. Throws a `TokenError`:
 * `ERR_ENDPOINT_MISSING` for a token whose endpoints are not known.
 */
export function credentialProvider(token: Token): CredentialProvider;

/** The SDK's constants: the module itself, `import * as sdk from '@gomomento/sdk-web'`. */
export interface SdkConstants {
  readonly AllCaches: symbol;
  readonly AllTopics: symbol;
  readonly AllFunctions: symbol;
  /** Exported by `@gomomento/sdk-core` alone. Needed only for `item: AllCacheItems` beside permissions for some items. */
  readonly AllCacheItems?: symbol;
}

/**
 * A scope in the SDK's form, for its `generateDisposableToken()`.
 *
 * Never a wider grant than was written. Throws a `TokenError`: `ERR_SCOPE_SDK` for what the SDK would widen in silence or cannot say, namely
 * permissions for some items beside a topic or a whole cache, keys that are blank or not text, and prefixes of topics (send `encodePermissions(scope)` to the
 * token service without the SDK, as the reference vending service does); `ERR_ARGUMENT` for an SDK that lacks a constant; and as `parseScope` does.
 */
export function toSdkScope(scope: TokenScope, sdk: SdkConstants): DisposableTokenScope;
