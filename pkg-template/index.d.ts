/// <reference lib="esnext.disposable" />
// The public API of momento-token-wasm. Functions take and return plain data or strings: nothing has to be initialised
// or freed.

export {}; // what is not marked `export` below stays private

/**
 * Instantiates the WebAssembly module. Without this, the first call does so: it takes a few milliseconds and needs no
 * network. Call it to choose the moment, or in engines that refuse to compile synchronously.
 */
export function ready(): Promise<void>;

// ───────────────────────────── credentials ─────────────────────────────

/** The kind of a credential, judged by its form alone. Never throws. */
export function keyVersion(credential: string): 'v1' | 'v2' | 'legacy' | 'session' | 'unknown';

/**
 * Decodes a credential. Does not verify its signature. Throws {@link TokenError}.
 *
 * Accepts surrounding white space and quotes, wrapped lines, a `Bearer ` prefix, and URL-safe or unpadded base64. An
 * endpoint is not required: if none is known, `endpoint` and `endpoints` are undefined ({@link CredentialProvider}
 * requires one). An expired token is not an error. A bare JWT with `ver` 1 is version 'v1'.
 */
export function decodeToken(credential: string, options?: DecodeOptions): Token;

export interface DecodeOptions {
  /** Base endpoint for credentials that carry none (v2 keys, session tokens, bare JWTs from Functions). */
  endpoint?: string;
  /**
   * Replaces the endpoints in the credential. Must be plain host names, optionally with a port. Any suffix is allowed.
   */
  endpointOverrides?:
    | { baseEndpoint: string; endpointPrefix?: string; secureConnection?: boolean }
    | (Endpoints & { secureConnection?: boolean });
  /**
   * Allowed suffixes of the credential's own endpoint and of `endpoint` above. Replaces the default, `momentohq.com`.
   * Any other endpoint is an error, since the credential is sent there. Hosts are lowercased; trailing dots, ports,
   * paths and the like are rejected.
   */
  allowedEndpointSuffixes?: readonly string[];
}

/**
 * A decoded credential. The object is frozen. Only `reveal()` returns the credential itself: every other way to print
 * or serialize a token redacts it.
 */
export interface Token {
  readonly version: 'v1' | 'v2' | 'legacy' | 'session';
  /**
   * Base endpoint, e.g. `cell-4-us-west-2-1.prod.a.momentohq.com`. With `endpointOverrides`, its `baseEndpoint`, or
   * undefined if it consists of three hosts.
   */
  readonly endpoint: string | undefined;
  readonly endpoints: Endpoints | undefined;
  /**
   * From the `exp` claim or, if there is none, from the vending service's response. An `exp` that is not a plausible
   * time is an error; it never means that the token does not expire.
   */
  readonly expiresAt: Date | undefined;
  /**
   * What the token permits (claim `p`), or `'super-user'`. Undefined if the credential does not state it (v2 keys,
   * legacy and session tokens), or if it is not fully understood (then there is a warning).
   */
  readonly scope: TokenScope | 'super-user' | undefined;
  /** Claim `id`: the `tokenId` that the token was created with. */
  readonly tokenId: string | undefined;
  /** Claim `sub`. */
  readonly subject: string | undefined;
  /**
   * Whether this may be a disposable token: it expires within the limit and its permissions are explicit.
   */
  readonly disposable: boolean;
  /**
   * Possible problems: a long-lived or super-user key in a browser, permissions that are not fully understood, an
   * expiry in the vending service's response that differs from the claim by more than a few seconds, and so on.
   */
  readonly warnings: readonly TokenWarning[];
  /**
   * Returns the credential. 'wire' (default): the key as it is sent over gRPC. 'envelope': base64 of the key and its
   * endpoint, as the SDK's `fromDisposableToken` takes it; throws `ERR_ENDPOINT_MISSING` if the endpoint is not known.
   */
  reveal(form?: 'wire' | 'envelope'): string;
  /**
   * Whether the token has expired at `at`, a Date or milliseconds since the epoch; default now. Throws
   * {@link TokenError} if `at` is not a time (NaN, an invalid Date).
   */
  isExpired(at?: Date | number): boolean;
  /** Whole milliseconds until the token expires; 0 if it has expired, Infinity if it never does. */
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
  /** The token has expired. */
  | 'WARN_EXPIRED'
  /** The token expires within ten seconds. */
  | 'WARN_EXPIRES_SOON'
  /** The response's expiry differs from that of the token. The token's is used. */
  | 'WARN_EXPIRY_DISAGREES'
  /** The token's lifetime exceeds the requested `expiresIn` by more than a minute. */
  | 'WARN_EXPIRY_LONGER'
  /** The token does not state its expiry, and the response's is not a time. */
  | 'WARN_EXPIRY_UNCLEAR'
  /** The lifetime is longer than a disposable token's can be: an API key. */
  | 'WARN_LONG_LIVED'
  /** There are more permissions than Momento's documentation allows. */
  | 'WARN_MANY_PERMISSIONS'
  /** An envelope around a v2 API key. */
  | 'WARN_NESTED_V2_KEY'
  /** The token never expires: an API key. */
  | 'WARN_NEVER_EXPIRES'
  /** The token permits more than requested in one respect and less in another. The message says what. */
  | 'WARN_SCOPE_DIFFERS'
  /** The token permits less than requested. The message says what is missing. */
  | 'WARN_SCOPE_NARROWER'
  /** Claim `p` is not fully understood by this version. `scope` is undefined. */
  | 'WARN_SCOPE_NOT_UNDERSTOOD'
  /** The token permits more than requested. The message says what. */
  | 'WARN_SCOPE_WIDER'
  /** The credential permits everything in the account. */
  | 'WARN_SUPER_USER'
  /** The token's `tokenId` is not the requested one. */
  | 'WARN_TOKEN_ID';

/**
 * The error of this package, whether thrown or rejected with. `code` is stable. The message says what was expected,
 * what was found and what to do; it never contains a credential or part of one.
 */
export class TokenError extends Error {
  constructor(
    code: TokenErrorCode,
    message: string,
    details?: { cause?: unknown; status?: number; willRetryAt?: Date },
  );
  readonly name: 'TokenError';
  readonly code: TokenErrorCode;
  /** The underlying error, such as what a `vend` function or `fetch` threw. */
  readonly cause?: unknown;
  /**
   * The HTTP status of an unsuccessful response, or the `statusCode` in the response of a Lambda function without proxy
   * integration.
   */
  readonly status?: number;
  /** When the source retries; absent if it does not. */
  readonly willRetryAt?: Date;
}

export type TokenErrorCode =
  /** An argument or option of the wrong type or out of range. */
  | 'ERR_ARGUMENT'
  /** The source has been closed. */
  | 'ERR_CLOSED'
  /** An endpoint is not a plain host name. */
  | 'ERR_ENDPOINT_INVALID'
  /** No endpoint is known. */
  | 'ERR_ENDPOINT_MISSING'
  /** An endpoint does not have an allowed suffix. */
  | 'ERR_ENDPOINT_NOT_ALLOWED'
  /** A v2 API key was expected, and another credential was given. */
  | 'ERR_NOT_V2_KEY'
  /**
   * The installed React or Vue is too old, or lacks a function that the binding calls. The message says which version
   * was found and which is required (`momento-token-wasm/react`, `momento-token-wasm/vue`).
   */
  | 'ERR_PEER'
  /** A value is not a valid scope. */
  | 'ERR_SCOPE_INVALID'
  /** There are more permissions than a token may have. */
  | 'ERR_SCOPE_LIMIT'
  /** Encoded permissions are not fully understood by this version. */
  | 'ERR_SCOPE_NOT_UNDERSTOOD'
  /** Momento's SDK would widen the scope or cannot express it (`momento-token-wasm/momento`). */
  | 'ERR_SCOPE_SDK'
  /**
   * A client of an unsupported SDK version, which cannot resume topics. The message says which version was found and
   * which is required (`momento-token-wasm/momento`).
   */
  | 'ERR_SDK'
  /** A component that suspends was rendered on a server, where no token is requested (`momento-token-wasm/react`). */
  | 'ERR_SERVER_RENDER'
  /** The credential is empty or white space. */
  | 'ERR_TOKEN_EMPTY'
  /** Claim `exp` is not a plausible time. */
  | 'ERR_TOKEN_EXPIRY'
  /** The credential is neither an envelope nor a JWT, or is malformed. */
  | 'ERR_TOKEN_MALFORMED'
  /** Even a new token expires sooner than `minValidityMs`. */
  | 'ERR_TOKEN_TOO_SHORT'
  /** A token was expected, and a v2 API key was given. */
  | 'ERR_V2_KEY'
  /** The vending service's response contains no token, or more than one. */
  | 'ERR_VEND_ANSWER'
  /**
   * The vending service returned a token that had already expired, by the device's clock and, if its `Date` header is
   * readable (`Access-Control-Expose-Headers: Date, Age`), by the service's.
   */
  | 'ERR_VEND_EXPIRED'
  /** The `vend` function threw, or returned a value of an unsupported type. */
  | 'ERR_VEND_FUNCTION'
  /** The vending service returned a web page, such as a sign-in page after the user's session has ended. */
  | 'ERR_VEND_HTML'
  /** The vending service responded with an unsuccessful HTTP status; see `status`. */
  | 'ERR_VEND_HTTP'
  /**
   * `fetch` failed: the device is offline, the request was blocked by CORS or by a Content Security Policy
   * (`connect-src`), the URL is wrong, or a service at the page's own origin redirected to another one (the user's
   * session may have ended).
   */
  | 'ERR_VEND_NETWORK'
  /**
   * A redirect was not followed: it led to another origin, it was the sixth, or, in a page, the service is not at the
   * page's origin. A redirect from the page's own origin to another one cannot be distinguished from a network failure
   * and is `ERR_VEND_NETWORK`.
   */
  | 'ERR_VEND_REDIRECT'
  /** The vending service did not respond within `requestTimeoutMs`. */
  | 'ERR_VEND_TIMEOUT'
  /** The vending service's response is larger than 256 KB. */
  | 'ERR_VEND_TOO_LARGE'
  /**
   * The engine refused the WebAssembly module, e.g. because of a Content Security Policy without 'wasm-unsafe-eval'.
   */
  | 'ERR_WASM';

/** Decodes credentials with the names, requirements and error messages of Momento's SDKs. */
export const CredentialProvider: {
  /**
   * Decodes a v1 key or disposable token, a legacy or a session token. A v2 key (`ERR_V2_KEY`) and a credential whose
   * endpoint is not known (`ERR_ENDPOINT_MISSING`) are rejected.
   */
  fromString(key: string | { apiKey: string } | { authToken: string }, options?: DecodeOptions): Token;
  /** The same as `fromString`, as in the SDK. */
  fromDisposableToken(token: string, options?: DecodeOptions): Token;
  /** Decodes a v2 key, given its base endpoint. Any other credential is rejected (`ERR_NOT_V2_KEY`). */
  fromApiKeyV2(key: string | { apiKey: string; endpoint: string }, endpoint?: string): Token;
};

// ─────────────────────────────── scopes ───────────────────────────────
// Role values are those of Momento's SDK. The All… constants are frozen and compared by value, so they survive JSON,
// structuredClone and postMessage. They cannot be confused with one another, or with a cache named '*'.

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
 * A string is the key itself. Keys are compared as bytes. In the canonical form, bytes that are valid UTF-8 become a
 * string; others stay a Uint8Array, which JSON cannot represent: {@link parseScope} rejects what JSON makes of it.
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

/**
 * A permission for a whole cache. It has no `item`. In canonical form it stays distinct from one with
 * `item: AllCacheItems`, which permits the same.
 */
export interface CachePermission {
  role: CacheRole;
  cache: CacheSelector;
  item?: never;
  topic?: never;
  func?: never;
}
/** A permission for some items of a cache, or for all of them with {@link AllCacheItems}. */
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
/** A list of permissions, as plain data. A scope permits what any of its permissions does. */
export interface TokenScope {
  readonly permissions: readonly Permission[];
}
export type DisposableTokenScope = TokenScope;

/**
 * Functions that make a scope with one permission. Names and arguments are those of Momento's SDK. The topic prefixes
 * are part of Momento's protocol but missing from its JavaScript SDK. {@link mergeScopes} combines scopes.
 *
 * They throw `ERR_ARGUMENT` for a name that is blank or not a string, and for a constant of another kind. The result is
 * frozen and in the canonical form of {@link parseScope}.
 */
export const TokenScopes: {
  cacheReadWrite(c: CacheSelector): TokenScope;
  cacheReadOnly(c: CacheSelector): TokenScope;
  /** Unconditional writes only: not `SetIfNotExists`, nor calls that return what they changed, such as `Increment`. */
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
 * {@link TokenScopes}, and functions for items of a cache: a single key, or all keys with a prefix. An empty key or
 * prefix is `ERR_ARGUMENT`.
 */
export const DisposableTokenScopes: typeof TokenScopes & {
  cacheKeyReadWrite(c: CacheSelector, key: string | Uint8Array): DisposableTokenScope;
  cacheKeyReadOnly(c: CacheSelector, key: string | Uint8Array): DisposableTokenScope;
  cacheKeyWriteOnly(c: CacheSelector, key: string | Uint8Array): DisposableTokenScope;
  cacheKeyPrefixReadWrite(c: CacheSelector, keyPrefix: string | Uint8Array): DisposableTokenScope;
  cacheKeyPrefixReadOnly(c: CacheSelector, keyPrefix: string | Uint8Array): DisposableTokenScope;
  cacheKeyPrefixWriteOnly(c: CacheSelector, keyPrefix: string | Uint8Array): DisposableTokenScope;
};

/** All caches, topics and functions, as in Momento's SDK. Unlike super-user, it excludes management. */
export const AllDataReadWrite: TokenScope;

/**
 * Validates untrusted input, such as a request body, and returns it typed, frozen and in canonical form: `cache` as its
 * name or {@link AllCaches}; `item` as `{ key }`, `{ keyPrefix }` or {@link AllCacheItems}; `topic` and `func` as a
 * name, `{ namePrefix }` or their constant. Constants are the exported objects themselves.
 *
 * The result never grants more than the input. Unknown fields, blank names, empty keys, contradictory selectors, and a
 * selector that is present but `undefined` (usually an unset variable) are errors. Every error, even of a getter that
 * throws, is a {@link TokenError}: `ERR_SCOPE_INVALID`, whose message names the permission and field
 * (`permissions[2].item: …`); `ERR_SCOPE_LIMIT` for more than `maxPermissions` (default 20, Momento's own limit); or
 * `ERR_ARGUMENT` for invalid `limits`.
 */
export function parseScope(value: unknown, limits?: { maxPermissions?: number }): TokenScope;

/**
 * Returns the union of scopes, in order and without exact duplicates. Throws as {@link parseScope} does, and
 * `ERR_SCOPE_LIMIT` for more than 20 permissions.
 */
export function mergeScopes(...scopes: TokenScope[]): TokenScope;

/**
 * Encodes a scope as `permission_messages.Permissions` (protobuf) in standard, padded base64. The token service takes
 * this form, and it is claim `p` of tokens. Validates and throws as {@link parseScope} does.
 */
export function encodePermissions(scope: TokenScope): string;

/**
 * Decodes what {@link encodePermissions} encodes, from base64 of either alphabet, padded or not. The number of
 * permissions is not limited. Throws `ERR_SCOPE_NOT_UNDERSTOOD` for anything not fully understood: an unknown field or
 * role, a permission without a role, an unset selector.
 */
export function decodePermissions(p: string): TokenScope | 'super-user';

/** An operation that a token may permit. */
export type Action =
  /**
   * 'conditional-write': a write that depends on the current value or returns it. Only `readwrite` permits it.
   */
  | { type: 'cache'; access: 'read' | 'write' | 'conditional-write'; cache: string; key: string | Uint8Array }
  | { type: 'topic'; access: 'publish' | 'subscribe'; cache: string; topic: string }
  | { type: 'function'; access: 'invoke'; cache: string; func: string };

/**
 * Whether `scope` permits an action: one matching permission is enough. Throws `ERR_ARGUMENT` for an invalid action,
 * and as {@link parseScope} does for an invalid scope. The number of permissions is not limited.
 */
export function allows(scope: TokenScope | 'super-user', action: Action): boolean;

/**
 * Whether `granted` permits every action that `requested` permits. For the policy of a vending service, and to detect a
 * narrower or wider grant. Takes permissions together: read-only and write-only cover reads and writes, but not
 * read-write, which also permits conditional writes. `true` is always correct. Throws as {@link parseScope} does for an
 * invalid scope, and for any string but `'super-user'` as `granted`. The number of permissions is not limited.
 */
export function covers(granted: TokenScope | 'super-user', requested: TokenScope): boolean;

/** Describes each permission in an English sentence. Throws {@link TokenError} for an invalid scope. */
export function describeScope(scope: TokenScope | 'super-user'): string[];

/** The lifetime of a token to be created, in whole seconds. */
export type ExpiresIn = { readonly seconds: number };
/** No expiry: for API keys only. Disposable tokens must expire. */
export type NeverExpires = { readonly never: true };

/**
 * Lifetimes of tokens to be created. Throws `ERR_ARGUMENT` for zero, negative and fractional numbers, and for more
 * seconds than fit into 32 bits. For disposable tokens ({@link TokenSourceOptions.expiresIn}), Momento's limit of 25
 * hours applies as well.
 */
export const ExpiresIn: {
  seconds(n: number): ExpiresIn;
  minutes(n: number): ExpiresIn;
  hours(n: number): ExpiresIn;
  days(n: number): ExpiresIn;
  /**
   * Until a future time: whole seconds (not milliseconds) since the epoch, or a Date. Rounded to the nearest second.
   */
  epoch(at: number | Date): ExpiresIn;
  never(): NeverExpires;
};

// ───────────────────────── keeping a token fresh ─────────────────────────

/**
 * Keeps a valid token available: fetches it from a vending service and renews it before it expires, despite sleep,
 * lost connections and failures.
 *
 * The clock of the device or of the vending service may be wrong, and a response may come from a stale cache. If it is
 * unclear whether a new token has expired, the service is asked once more after about four seconds. Callers wait
 * meanwhile, and there is no `error` event.
 *
 * A source that becomes unreachable without {@link TokenSource.close} is garbage-collected, with its timer and
 * listeners. A started source that has a listener or was iterated over lives until it is closed. A source does not keep
 * a Node.js or Deno process alive; a pending {@link TokenSource.getToken} does.
 *
 * If the engine refuses WebAssembly, a source cannot start. `status` is then 'failed', `lastError` has the code
 * `ERR_WASM`, and an `error` event is dispatched, late enough for listeners added right after construction. Each call
 * of getToken() and each iteration tries again, and rejects with that error until the engine accepts the module.
 *
 * In Cloudflare Workers, a source may be created at module level and shared by all requests. It starts at the first
 * call, whatever `start` is, and has no timer: the first call after a renewal is due performs it and waits for it,
 * while others get the current token. A request that is cancelled does not affect others that wait.
 *
 * With zone.js (Angular), timers, requests and listeners of a source run outside the app's zones. `vend`, `headers` and
 * listeners are called in the zone in which they were passed.
 */
export class TokenSource extends EventTarget {
  /**
   * Throws `ERR_ARGUMENT` for invalid options, and as {@link parseScope} does for an invalid `scope`. Does not throw
   * `ERR_WASM`: if the engine refuses WebAssembly, the next getToken() validates the scope and rejects with what this
   * would have thrown.
   */
  constructor(options: TokenSourceOptions);
  /**
   * Returns a token that is valid for at least `minValidityMs` (default 10 s). If the current token is, resolves at
   * once, even during a refresh. Otherwise waits for a request and rejects with its error (`willRetryAt` is when the
   * source retries), with `signal.reason`, or with `ERR_WASM` if the engine refuses WebAssembly. Never returns an
   * expired token or one that expires sooner: if even a new token does, rejects with `ERR_TOKEN_TOO_SHORT`.
   */
  getToken(options?: { minValidityMs?: number; forceRefresh?: boolean; signal?: AbortSignal }): Promise<Token>;
  /** The current token; undefined if there is none or it has expired. */
  readonly current: Token | undefined;
  /**
   * - 'idle': not started.
   * - 'fetching': there is no valid token, and one is being requested.
   * - 'ready': there is a valid token.
   * - 'refreshing': there is a valid token, and a new one is being requested.
   * - 'waiting': the last attempt failed or the page is offline. The source retries.
   * - 'failed': the service refused (401, 403, 404, 410, or a response that cannot become a token). The source does not
   *   retry until getToken() is called.
   * - 'closed': the source has been closed.
   *
   * A refusal may be temporary. If there is a valid token, or one that expired within the last five minutes, the status
   * is 'waiting': the source retries after 5, 10, 20 and 40 seconds, then every 60 seconds (each ±20 %), within the
   * limit of ten requests in ten minutes. A token passed to {@link TokenSource.reportRejected} does not count.
   */
  readonly status: 'idle' | 'fetching' | 'ready' | 'refreshing' | 'waiting' | 'failed' | 'closed';
  /** The error of the last attempt; undefined once a token arrives. */
  readonly lastError: TokenError | undefined;
  /** When the next request is due, e.g. to display a countdown. */
  readonly refreshAt: Date | undefined;
  /**
   * Reports that Momento refused this token: the source drops it and requests a new one, once per token. If the token
   * has already expired, it only stops counting as recently valid (see `status`). Any other token that is not the
   * current one is ignored.
   */
  reportRejected(token: Token): void;
  /**
   * Iterates over new tokens as they arrive: `for await (const token of source)`. Ends when the source is closed;
   * throws if it cannot start.
   */
  [Symbol.asyncIterator](): AsyncIterableIterator<Token>;
  /** Stops timers, listeners, requests and iteration. Pending calls reject with `ERR_CLOSED`. */
  close(): void;
  [Symbol.dispose](): void;
  addEventListener<K extends keyof TokenSourceEvents>(
    type: K,
    listener: ((event: TokenSourceEvents[K]) => void) | null,
    options?: ListenerOptions,
  ): void;
  addEventListener(type: string, listener: Listener, options?: ListenerOptions): void;
}

// The platform's types. Those of Node.js do not export names for these, and `lib.dom` may be absent.
type Listener = Parameters<EventTarget['addEventListener']>[1];
type ListenerOptions = Parameters<EventTarget['addEventListener']>[2];
type HeaderFields = NonNullable<ConstructorParameters<typeof Headers>[0]>;

export interface TokenSourceOptions {
  /**
   * Where tokens come from: a URL, a request, or a function.
   *
   * The response is the token as text, or JSON with the token anywhere in it, preferably in a field named `authToken`,
   * `disposableToken`, `momentoToken`, `token` or `apiKey`, with its endpoint and expiry in the same object. If the
   * JSON itself contains none, JSON in its strings is searched too, one level deep, as in `{statusCode, body}`.
   */
  vend: string | URL | VendRequest | ((request: VendContext) => Promise<string | object | Response>);
  /**
   * Sent to the vending service: by POST as a JSON body { scope, expiresIn (seconds), tokenId }, by GET as query
   * parameters of the same names (scope as JSON).
   */
  scope?: TokenScope;
  /** At most 25 hours. */
  expiresIn?: ExpiresIn;
  tokenId?: string;
  /**
   * The part of the token's lifetime after which it is renewed, drawn at random from this range; in hidden pages, whose
   * timers are late, from its earlier part. Default [0.6, 0.8].
   */
  refreshWindow?: readonly [number, number];
  /** Request timeout in milliseconds, from 1 s to 10 min. Default 10 s. */
  requestTimeoutMs?: number;
  /**
   * Shares one request among all tabs of this origin that have the same key and the same options (URL or request,
   * scope, lifetime, tokenId, decode options; `vend` functions are not compared). Off by default: tabs pass each other
   * the vending service's responses, including token and refresh token, over a `BroadcastChannel`. Nothing is stored.
   * In a page without Web Locks, each tab makes its own requests and passes the responses on.
   */
  shareAcrossTabs?: string | false;
  decode?: DecodeOptions;
  /**
   * Start at construction (default), or at the first getToken() or iteration. In Cloudflare Workers, always the latter.
   */
  start?: 'now' | 'on-demand';
}

export interface VendRequest {
  url: string | URL;
  /** Default 'GET', or 'POST' with a `body`. */
  method?: 'GET' | 'POST';
  /** Headers, read once, or a function called before each request, e.g. for an Authorization header that changes. */
  headers?: HeaderFields | (() => HeaderFields | Promise<HeaderFields>);
  /**
   * Read once, and sent with every attempt.
   *
   * A plain object (or undefined, with POST) is sent as JSON. `scope`, `expiresIn` and `tokenId` are added to it, and
   * the `refreshToken` of the last response, if there was one. (A refresh token is never sent by GET, and is discarded
   * once it is refused.) `toJSON` is honoured. Arrays, numbers, booleans and null are sent as JSON too. A string,
   * URLSearchParams, FormData, a Blob, an ArrayBuffer or a view of one is sent unchanged, with the content type that
   * `fetch` sets unless `headers` has one.
   *
   * `ERR_ARGUMENT` for anything but an object if `scope`, `expiresIn` or `tokenId` is set; for streams; for values that
   * JSON would silently drop, such as a Map; and, with `shareAcrossTabs`, for FormData, Blobs and bytes.
   */
  body?: unknown;
  /** As in `fetch`. Default 'same-origin'. */
  credentials?: 'omit' | 'same-origin' | 'include';
  /**
   * Follow redirects to any origin, sending headers and body there. Default `false`: nothing is sent to another origin,
   * and the URL itself is requested once per attempt, whatever the response.
   *
   * With `false`, in a page or browser worker, redirects within the page's own origin are followed. A redirect to
   * another origin is `ERR_VEND_NETWORK`, since the browser does not distinguish it from a network failure. If the URL
   * is not at the page's origin (or that is opaque, as in a sandboxed frame), no redirect is followed:
   * `ERR_VEND_REDIRECT`. Elsewhere (Node.js, Deno, Bun, Cloudflare Workers), up to five are followed within the URL's
   * origin; others are `ERR_VEND_REDIRECT`. As with `fetch`, 301 and 302 turn POST into GET, 303 always does, and 307
   * and 308 repeat the request unchanged.
   */
  allowRedirects?: boolean;
}

export interface VendContext {
  readonly signal: AbortSignal;
  readonly reason: 'first' | 'refresh' | 'rejected' | 'forced';
  readonly scope?: TokenScope;
  readonly expiresIn?: ExpiresIn;
  readonly tokenId?: string;
  /**
   * The `refreshToken` of the last response. Not enumerable, so that logging the context does not reveal it.
   */
  readonly refreshToken?: string;
}

export interface TokenSourceEvents {
  /** There is a new token. */
  token: CustomEvent<Token>;
  /** There is no valid token any more: it expired without a successor, or was reported as rejected. */
  dropped: CustomEvent<null>;
  status: CustomEvent<TokenSource['status']>;
  /** An attempt failed, or the source could not start. */
  error: CustomEvent<TokenError>;
  /** A new token has a warning. */
  warning: CustomEvent<TokenWarning>;
}
