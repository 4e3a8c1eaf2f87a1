// Made by tools/standalone-types.mjs of pkg-template/index.d.ts: change it there.

export {}; // what is not marked `export` below stays private

// ───────────────────────────── credentials ─────────────────────────────

/** What a credential string is, by its form alone. Never throws, whatever it is given. */
export function keyVersion(credential: string): 'v1' | 'v2' | 'legacy' | 'session' | 'unknown';

/**
 * Reads a credential; checks no signature. Throws {@link TokenError}.
 *
 * Accepts what people really paste: surrounding white space and quotes, line wraps, `Bearer `, URL-safe or unpadded
 * base64. Needs no endpoint: where none is known, `endpoint` and `endpoints` are undefined ({@link CredentialProvider}
 * is what insists on one). An expired token decodes too: expiry is told, not thrown. A bare JWT with `ver` 1 is version
 * 'v1'.
 */
export function decodeToken(credential: string, options?: DecodeOptions): Token;

export interface DecodeOptions {
  /** Base endpoint for credentials that carry none (v2 keys, session tokens, bare JWTs from Functions). */
  endpoint?: string;
  /**
   * Replaces the endpoints in the credential. Must be plain hosts (with an optional port), but of any suffix: it is the
   * app's own word.
   */
  endpointOverrides?:
    | { baseEndpoint: string; endpointPrefix?: string; secureConnection?: boolean }
    | (Endpoints & { secureConnection?: boolean });
  /**
   * Host suffixes that a credential's own endpoint and `endpoint` above may end in; replaces the default,
   * `momentohq.com`. Anything else is an error, since it decides where the credential is sent. Capitals are lowered;
   * trailing dots, ports, paths and the like are refused.
   */
  allowedEndpointSuffixes?: readonly string[];
}

/** What a credential says. A frozen object: send it with `reveal()`; every other way to print it is redacted. */
export interface Token {
  readonly version: 'v1' | 'v2' | 'legacy' | 'session';
  /**
   * Base endpoint, e.g. `cell-4-us-west-2-1.prod.a.momentohq.com`; the override's base where one was given, undefined
   * where three hosts were.
   */
  readonly endpoint: string | undefined;
  readonly endpoints: Endpoints | undefined;
  /**
   * From the `exp` claim; where there is none, what the vending answer said. A claim that is no sane time is an error,
   * never 'does not expire'.
   */
  readonly expiresAt: Date | undefined;
  /**
   * What the token may do (claim `p`), or `'super-user'`; undefined where the credential does not say (v2 keys, legacy,
   * session) or says what is not fully understood (then with a warning): never a guess.
   */
  readonly scope: TokenScope | 'super-user' | undefined;
  /** Claim `id`: the tokenId given at minting. */
  readonly tokenId: string | undefined;
  /** Claim `sub`. */
  readonly subject: string | undefined;
  /**
   * True where nothing in it contradicts a disposable token: it expires within the limit and its permissions are
   * explicit.
   */
  readonly disposable: boolean;
  /**
   * What a careful reader would point out: long-lived or super-user key in a browser, permissions not fully understood,
   * an expiry in the vending answer that differs from the claim by more than a few seconds, …
   */
  readonly warnings: readonly TokenWarning[];
  /**
   * The credential to send. 'wire' (default): what gRPC sends, the inner key. 'envelope': base64 with the endpoint, as
   * the SDK's `fromDisposableToken` takes it; throws `ERR_ENDPOINT_MISSING` where the endpoint is not known.
   */
  reveal(form?: 'wire' | 'envelope'): string;
  /**
   * `at` in milliseconds since the epoch or a Date, default now. One that is no time (NaN, an invalid Date) is a {@link
   * TokenError}, never a quiet answer.
   */
  isExpired(at?: Date | number): boolean;
  /** Whole milliseconds left, never negative; Infinity where it never expires. */
  remainingMs(at?: Date | number): number;
}

export interface Endpoints {
  readonly cacheEndpoint: string;
  readonly controlEndpoint: string;
  readonly tokenEndpoint: string;
  readonly secureConnection?: boolean;
  readonly overridden?: boolean;
}

export interface TokenWarning {
  readonly code: TokenWarningCode;
  readonly message: string;
}

export type TokenWarningCode =
  /** It expired already. */
  | 'WARN_EXPIRED'
  /** It expires within ten seconds. */
  | 'WARN_EXPIRES_SOON'
  /** The vending answer and the token differ on when it expires; the token is believed. */
  | 'WARN_EXPIRY_DISAGREES'
  /** The token lives longer than `expiresIn` asked for, by more than a minute. */
  | 'WARN_EXPIRY_LONGER'
  /** The token does not say when it expires, and what the vending answer says about it is no time. */
  | 'WARN_EXPIRY_UNCLEAR'
  /** It lives longer than a disposable token may: an API key. */
  | 'WARN_LONG_LIVED'
  /** More permissions than one of Momento's documents allows. */
  | 'WARN_MANY_PERMISSIONS'
  /** An envelope around a v2 API key. */
  | 'WARN_NESTED_V2_KEY'
  /** It never expires: an API key. */
  | 'WARN_NEVER_EXPIRES'
  /** The token permits more than was asked for in one place, and less in another; the message says what. */
  | 'WARN_SCOPE_DIFFERS'
  /** The token permits less than was asked for; the message says what it lacks. */
  | 'WARN_SCOPE_NARROWER'
  /** Claim `p` holds what this version cannot read in full; `scope` is undefined. */
  | 'WARN_SCOPE_NOT_UNDERSTOOD'
  /** The token permits more than was asked for; the message says what. */
  | 'WARN_SCOPE_WIDER'
  /** It may do anything in the account. */
  | 'WARN_SUPER_USER'
  /** The token does not carry the `tokenId` that was asked for. */
  | 'WARN_TOKEN_ID';

/**
 * Every error thrown or rejected with: a stable `code`, a message that says what was expected, what was found and what
 * to do, and never a credential or a piece of one.
 */
export class TokenError extends Error {
  constructor(
    code: TokenErrorCode,
    message: string,
    details?: { cause?: unknown; status?: number; willRetryAt?: Date },
  );
  readonly name: 'TokenError';
  readonly code: TokenErrorCode;
  /** What lies behind it: what a vend function threw, or `fetch`. */
  readonly cause?: unknown;
  /**
   * The HTTP answer's status where it is no success; or the `statusCode` in the answer of a Lambda function without
   * proxy integration.
   */
  readonly status?: number;
  /** When the source tries again by itself; absent where it does not. */
  readonly willRetryAt?: Date;
}

export type TokenErrorCode =
  /** An argument or option of the wrong type or out of range. */
  | 'ERR_ARGUMENT'
  /** The source was closed. */
  | 'ERR_CLOSED'
  /** An endpoint is no plain host name. */
  | 'ERR_ENDPOINT_INVALID'
  /** No endpoint is known. */
  | 'ERR_ENDPOINT_MISSING'
  /** An endpoint lies outside the allowed suffixes. */
  | 'ERR_ENDPOINT_NOT_ALLOWED'
  /** Another credential where a v2 API key is meant. */
  | 'ERR_NOT_V2_KEY'
  /**
   * The React or Vue that the app has installed is too old for its binding, or lacks what the binding calls; the
   * message says which version was found and which is needed (`momento-token-wasm/react`, `momento-token-wasm/vue`).
   */
  | 'ERR_PEER'
  /** A value is no scope. */
  | 'ERR_SCOPE_INVALID'
  /** More permissions than a token may carry. */
  | 'ERR_SCOPE_LIMIT'
  /** Encoded permissions hold what this version cannot read in full. */
  | 'ERR_SCOPE_NOT_UNDERSTOOD'
  /** Momento's SDK would widen the scope, or cannot say it (`momento-token-wasm/momento`). */
  | 'ERR_SCOPE_SDK'
  /**
   * A client of an SDK that topics cannot be rotated with; the message says which version was found and which is needed
   * (`momento-token-wasm/momento`).
   */
  | 'ERR_SDK'
  /** A component that suspends was rendered on a server, which vends nothing (`momento-token-wasm/react`). */
  | 'ERR_SERVER_RENDER'
  /** No credential but white space. */
  | 'ERR_TOKEN_EMPTY'
  /** Claim `exp` is no sane time. */
  | 'ERR_TOKEN_EXPIRY'
  /** Neither an envelope nor a JWT, or a broken one. */
  | 'ERR_TOKEN_MALFORMED'
  /** Even a fresh token has less life left than was asked for. */
  | 'ERR_TOKEN_TOO_SHORT'
  /** A v2 API key where a token is meant. */
  | 'ERR_V2_KEY'
  /** The vending service's answer has no known shape. */
  | 'ERR_VEND_ANSWER'
  /**
   * The vending service answered with a token that had already expired, as far as clocks tell: the device's, and the
   * service's where its `Date` can be read (`Access-Control-Expose-Headers: Date, Age`).
   */
  | 'ERR_VEND_EXPIRED'
  /** The vend function threw, or returned what is no answer. */
  | 'ERR_VEND_FUNCTION'
  /** The vending service answered with a web page: a sign-in page, say, because the user's session has ended. */
  | 'ERR_VEND_HTML'
  /** The vending service answered with an HTTP status that is not a success; see `status`. */
  | 'ERR_VEND_HTTP'
  /**
   * The vending service could not be reached, as far as `fetch` says: offline, blocked by CORS or by a Content Security
   * Policy (`connect-src`), a wrong URL, or, where it is at the page's own origin, a redirect away from there (the
   * user's session may have ended).
   */
  | 'ERR_VEND_NETWORK'
  /**
   * A redirect that was not followed: away from the service's origin, more than five of them, or, in a page, at an
   * origin other than the page's. One that leads away from the page's own origin cannot be told from a network failure,
   * and is `ERR_VEND_NETWORK`.
   */
  | 'ERR_VEND_REDIRECT'
  /** The vending service did not answer within `requestTimeoutMs`. */
  | 'ERR_VEND_TIMEOUT'
  /** The vending service's answer is longer than 256 KB. */
  | 'ERR_VEND_TOO_LARGE'
  /** The engine would not run the WebAssembly module (a Content Security Policy without 'wasm-unsafe-eval', say). */
  | 'ERR_WASM';

/** v1-style and v2-style, named and failing as in Momento's own SDKs, with their messages. */
export const CredentialProvider: {
  /**
   * A v1 key or disposable token, a legacy or session token; a v2 key is refused (`ERR_V2_KEY`), and so is one whose
   * endpoint is not known.
   */
  fromString(key: string | { apiKey: string } | { authToken: string }, options?: DecodeOptions): Token;
  /** As `fromString`; the SDK makes no difference either. */
  fromDisposableToken(token: string, options?: DecodeOptions): Token;
  /** A v2 key, and the base endpoint it belongs to; any other credential is refused (`ERR_NOT_V2_KEY`). */
  fromApiKeyV2(key: string | { apiKey: string; endpoint: string }, endpoint?: string): Token;
};

// ─────────────────────────────── scopes ───────────────────────────────
// Role values are those of Momento's SDK. The All… constants survive JSON, structuredClone and postMessage, compare by
// value, are frozen, and can never be confused with a cache named '*' nor one with another.

export const CacheRole: {
  readonly ReadWrite: 'readwrite';
  readonly ReadOnly: 'readonly';
  readonly WriteOnly: 'writeonly';
};
export const TopicRole: {
  readonly PublishSubscribe: 'publishsubscribe';
  readonly SubscribeOnly: 'subscribeonly';
  readonly PublishOnly: 'publishonly';
};
export const FunctionRole: {
  readonly FunctionInvoke: 'functioninvoke';
  readonly FunctionPermitNone: 'functionpermitnone';
};
export type CacheRole = (typeof CacheRole)[keyof typeof CacheRole];
export type TopicRole = (typeof TopicRole)[keyof typeof TopicRole];
export type FunctionRole = (typeof FunctionRole)[keyof typeof FunctionRole];
declare const brand: unique symbol;
export type AllCaches = { readonly [brand]: 'caches' };
export const AllCaches: AllCaches;
export type AllTopics = { readonly [brand]: 'topics' };
export const AllTopics: AllTopics;
export type AllCacheItems = { readonly [brand]: 'items' };
export const AllCacheItems: AllCacheItems;
export type AllFunctions = { readonly [brand]: 'functions' };
export const AllFunctions: AllFunctions;

export type CacheSelector = AllCaches | string | { name: string };
export type TopicSelector =
  | AllTopics
  | string
  | { name: string; namePrefix?: never }
  | { namePrefix: string; name?: never };
/**
 * Keys are compared by their bytes. Bytes that are valid UTF-8 become text in the canonical form; others stay a
 * Uint8Array, which JSON cannot carry: {@link parseScope} refuses what JSON makes of it. A string is the key itself.
 */
export type CacheItemSelector =
  | AllCacheItems
  | string
  | { key: string | Uint8Array; keyPrefix?: never }
  | { keyPrefix: string | Uint8Array; key?: never };
export type FunctionSelector =
  | AllFunctions
  | string
  | { name: string; namePrefix?: never }
  | { namePrefix: string; name?: never };

/** The whole cache: it names no item, and stays apart from `item: AllCacheItems`, which permits the same. */
export interface CachePermission {
  role: CacheRole;
  cache: CacheSelector;
  item?: never;
  topic?: never;
  func?: never;
}
/** Some items of a cache, or all of them by name of {@link AllCacheItems}. */
export interface DisposableTokenCachePermission {
  role: CacheRole;
  cache: CacheSelector;
  item: CacheItemSelector;
  topic?: never;
  func?: never;
}
export interface TopicPermission {
  role: TopicRole;
  cache: CacheSelector;
  topic: TopicSelector;
  item?: never;
  func?: never;
}
export interface FunctionPermission {
  role: FunctionRole;
  cache: CacheSelector;
  func: FunctionSelector;
  item?: never;
  topic?: never;
}
export type Permission = CachePermission | DisposableTokenCachePermission | TopicPermission | FunctionPermission;
/** Plain data: what its permissions permit, taken together. */
export interface TokenScope {
  readonly permissions: readonly Permission[];
}
export type DisposableTokenScope = TokenScope;

/**
 * Functions that write scopes of one permission, with names and arguments as in Momento's SDK, and the topic prefixes
 * that its protocol has and its JavaScript SDK lacks. {@link mergeScopes} puts several together.
 *
 * Throw `ERR_ARGUMENT` at once for a name that is blank or not a string, and for a constant of another kind. What they
 * give is frozen and in the canonical form of {@link parseScope}.
 */
export const TokenScopes: {
  cacheReadWrite(c: CacheSelector): TokenScope;
  cacheReadOnly(c: CacheSelector): TokenScope;
  /** Plain writes: not conditional ones (`SetIfNotExists`), nor calls that return what they changed (`Increment`). */
  cacheWriteOnly(c: CacheSelector): TokenScope;
  topicPublishSubscribe(c: CacheSelector, t: TopicSelector): TokenScope;
  topicSubscribeOnly(c: CacheSelector, t: TopicSelector): TokenScope;
  topicPublishOnly(c: CacheSelector, t: TopicSelector): TokenScope;
  topicNamePrefixPublishSubscribe(c: CacheSelector, prefix: string): TokenScope;
  topicNamePrefixSubscribeOnly(c: CacheSelector, prefix: string): TokenScope;
  topicNamePrefixPublishOnly(c: CacheSelector, prefix: string): TokenScope;
  functionInvoke(c: CacheSelector, f: FunctionSelector): TokenScope;
  /** Permits nothing. */
  functionPermitNone(c: CacheSelector, f: FunctionSelector): TokenScope;
};

/**
 * {@link TokenScopes}, and those for some items of a cache: one key, or all keys that start so. An empty key is
 * `ERR_ARGUMENT`.
 */
export const DisposableTokenScopes: typeof TokenScopes & {
  cacheKeyReadWrite(c: CacheSelector, key: string | Uint8Array): DisposableTokenScope;
  cacheKeyReadOnly(c: CacheSelector, key: string | Uint8Array): DisposableTokenScope;
  cacheKeyWriteOnly(c: CacheSelector, key: string | Uint8Array): DisposableTokenScope;
  cacheKeyPrefixReadWrite(c: CacheSelector, keyPrefix: string | Uint8Array): DisposableTokenScope;
  cacheKeyPrefixReadOnly(c: CacheSelector, keyPrefix: string | Uint8Array): DisposableTokenScope;
  cacheKeyPrefixWriteOnly(c: CacheSelector, keyPrefix: string | Uint8Array): DisposableTokenScope;
};

/** All caches, topics and functions, as in Momento's SDK. Not super-user: it manages nothing. */
export const AllDataReadWrite: TokenScope;

/**
 * Checks a value of unknown origin (a request body, say) and gives it back typed, frozen and in one canonical form:
 * `cache` as its name or {@link AllCaches}; `item` as `{ key }`, `{ keyPrefix }` or {@link AllCacheItems}; `topic` and
 * `func` as a name, `{ namePrefix }` or their constant; the constants by identity.
 *
 * Never a wider grant than was written: unknown fields, blank names, empty keys, contradictory selectors, and a
 * selector that is present but `undefined` (most often a variable that was not set) are errors. Whatever goes wrong, a
 * throwing getter included, is a {@link TokenError}: `ERR_SCOPE_INVALID`, whose message names the permission and field
 * (`permissions[2].item: …`), `ERR_SCOPE_LIMIT` where there are more than `maxPermissions` (default 20, Momento's own
 * limit), or `ERR_ARGUMENT` for `limits`.
 */
export function parseScope(value: unknown, limits?: { maxPermissions?: number }): TokenScope;

/**
 * The union, in the order written; exact duplicates are dropped. Throws as {@link parseScope} does; more than 20 is
 * `ERR_SCOPE_LIMIT`.
 */
export function mergeScopes(...scopes: TokenScope[]): TokenScope;

/**
 * Standard padded base64 of `permission_messages.Permissions` (protobuf), which the token service takes and tokens
 * carry as claim `p`. Checks and throws as {@link parseScope} does.
 */
export function encodePermissions(scope: TokenScope): string;

/**
 * The other way round, from base64 of either alphabet, padded or not, without a limit on permissions. Throws
 * `ERR_SCOPE_NOT_UNDERSTOOD` for anything not understood in full: unknown fields and roles, a role of none, an unset
 * selector.
 */
export function decodePermissions(p: string): TokenScope | 'super-user';

/** One thing that a holder of a token would do. */
export type Action =
  /**
   * 'conditional-write': a write that depends on what is there, or returns what it changed; only `readwrite` permits
   * it.
   */
  | { type: 'cache'; access: 'read' | 'write' | 'conditional-write'; cache: string; key: string | Uint8Array }
  | { type: 'topic'; access: 'publish' | 'subscribe'; cache: string; topic: string }
  | { type: 'function'; access: 'invoke'; cache: string; func: string };

/**
 * May a holder of `scope` do this? Any matching permission grants. Throws `ERR_ARGUMENT` for what is no action, and for
 * what is no scope as {@link parseScope} does, without a limit on permissions.
 */
export function allows(scope: TokenScope | 'super-user', action: Action): boolean;

/**
 * Is every action that `requested` permits also permitted by `granted`? For a vending service's policy, and for
 * noticing a narrower or wider grant. Sees through unions: read-only and write-only together cover both, but not
 * read-write, whose conditional writes neither has. `true` is always right. Throws for what is no scope as {@link
 * parseScope} does, without a limit on permissions: a text is one only if it is exactly `'super-user'`, as `granted`.
 */
export function covers(granted: TokenScope | 'super-user', requested: TokenScope): boolean;

/** One plain English sentence a permission. Throws {@link TokenError} for what is no scope. */
export function describeScope(scope: TokenScope | 'super-user'): string[];
