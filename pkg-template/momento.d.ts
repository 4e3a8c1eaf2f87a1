/// <reference lib="esnext.disposable" />
// The public API of momento-token-wasm/momento: tokens and scopes for Momento's Web SDK, @gomomento/sdk-web 1.118 or a
// later 1.x. The app installs the SDK and passes it in; nothing here imports it.
import type {
  CredentialProvider,
  DisposableTokenScope,
  SubscribeCallOptions,
  TopicClient,
  TopicDiscontinuity,
  TopicItem,
  TopicPublish,
  TopicSubscribe,
} from '@gomomento/sdk-web';
import type { Token, TokenScope, TokenSource } from 'momento-token-wasm';

export {}; // what is not marked `export` below stays private

/**
 * Returns a credential provider for the SDK's clients:
 * `new CacheClient({ credentialProvider: credentialProvider(token), … })`.
 *
 * Unlike the SDK's own, it is redacted when printed or serialized, and supports hosts without TLS: if the token was
 * decoded with `secureConnection: false`, its endpoints are `http://` URLs, since the Web SDK prefixes anything without
 * a scheme with `https://`. Throws a `TokenError`: `ERR_ENDPOINT_MISSING` if the token's endpoints are not known.
 */
export function credentialProvider(token: Token): CredentialProvider;

/** The SDK's constants: the module itself, `import * as sdk from '@gomomento/sdk-web'`. */
export interface SdkConstants {
  readonly AllCaches: symbol;
  readonly AllTopics: symbol;
  readonly AllFunctions: symbol;
  /**
   * Exported by `@gomomento/sdk-core` only. Required only for a scope that has both `item: AllCacheItems` and
   * permissions for some items.
   */
  readonly AllCacheItems?: symbol;
}

/**
 * Converts a scope to the SDK's form, for its `generateDisposableToken()`.
 *
 * The result never grants more than `scope`. Throws a `TokenError`: `ERR_SCOPE_SDK` for what the SDK would silently
 * widen or cannot express, namely permissions for some items together with a topic or a whole cache, keys that are
 * blank or not text, and topic prefixes (send `encodePermissions(scope)` to the token service without the SDK, as the
 * reference vending service does); `ERR_ARGUMENT` if the SDK lacks a constant; and as `parseScope` does.
 */
export function toSdkScope(scope: TokenScope, sdk: SdkConstants): DisposableTokenScope;

/**
 * A topic client whose subscriptions outlive the token. The SDK's TopicClient uses a single token for its lifetime, so
 * this creates a new one for each token and transfers subscriptions to it.
 *
 * Each message is delivered once, in order. A new stream resumes after the last delivered message, and the old one is
 * closed only once the new one has received something. Lost connections, silent streams, sleep and offline are handled
 * in the same way, with exponential backoff. Messages that the service no longer has are reported to `onDiscontinuity`.
 * A token that the service refuses is reported to the source. While the source has no token, subscriptions wait; the
 * source's events say why.
 */
export class RotatingTopicClient {
  /** Throws `ERR_ARGUMENT` for invalid arguments. */
  constructor(source: TokenSource, options: RotatingTopicClientOptions);
  /**
   * Subscribes, now or as soon as there is a token. Throws `ERR_CLOSED`, `ERR_ARGUMENT`, any error of `makeClient`, or
   * `ERR_SDK` if that returns a client of an SDK version that cannot resume.
   */
  subscribe(cacheName: string, topicName: string, options: RotatingSubscribeOptions): RotatingSubscription;
  /**
   * Publishes with the current token; retries once with a new one if the service refuses it. Resolves with the SDK's
   * response. Rejects with a `TokenError` if there is no token.
   */
  publish(cacheName: string, topicName: string, value: string | Uint8Array): Promise<TopicPublish.Response>;
  /** Ends all subscriptions, as closing the source does. Does not close the source. */
  close(): void;
  [Symbol.dispose](): void;
}

export interface RotatingTopicClientOptions {
  /**
   * Creates a client of the SDK: `(credentialProvider) => new TopicClient({ credentialProvider, configuration })`.
   * Called for each stream, and once per token for publishing. Must return a new client each time, since the SDK's
   * clients count cancelled streams as open forever.
   */
  makeClient: (credentialProvider: CredentialProvider) => TopicClient;
  /**
   * A stream that receives nothing for this long, not even a heartbeat, is replaced. It is kept until its successor
   * receives something. Default 60 s; Infinity for never.
   */
  silenceLimitMs?: number;
  /**
   * The delay after a failure is random, between zero and a limit that begins at the first of these and doubles with
   * each consecutive failure, up to the second. Default [500, 30000].
   */
  backoffMs?: readonly [base: number, most: number];
}

/** The SDK's handlers, called with the SDK's own objects. */
export interface RotatingSubscribeOptions {
  onItem: (item: TopicItem) => void;
  /**
   * An attempt failed, or a message is not readable. The subscription continues unless `subscription.isSubscribed` is
   * false: a name that the service rejects ends it. After a permission error, it continues with the next token. Errors
   * that `makeClient` throws after `subscribe()` has returned are reported here too, as `error.innerException()`.
   */
  onError?: (error: TopicSubscribe.Error, subscription: RotatingSubscription) => void;
  onHeartbeat?: NonNullable<SubscribeCallOptions['onHeartbeat']>;
  /**
   * Messages were missed: the service no longer had them, or was too slow to send them. All numbers are 0 if a
   * connection was lost before its first message, so that it is not known what was missed.
   */
  onDiscontinuity?: (discontinuity: TopicGap) => void;
  /** The current stream was lost, and its successor has not received anything yet. */
  onConnectionLost?: () => void;
  /** The message to start with, if the service still has it. Default: the next one published. */
  resumeAtTopicSequenceNumber?: number;
  /** The page of that sequence number. */
  resumeAtTopicSequencePage?: number;
}

/** The fields of the SDK's TopicDiscontinuity. */
export type TopicGap = Pick<TopicDiscontinuity, 'lastSequenceNumber' | 'newSequenceNumber' | 'newSequencePage'>;

/** The position of a message. Numbers increase by one, and restart on a later page when the topic is reset. */
export interface TopicPosition {
  readonly sequenceNumber: number;
  readonly sequencePage: number;
}

export interface RotatingSubscription {
  /**
   * False after `unsubscribe()`, after the client or the source was closed, and after an error that a retry would not
   * resolve.
   */
  readonly isSubscribed: boolean;
  /**
   * The last message that was delivered, or is known to be missed. To resume later, start with `sequenceNumber + 1` on
   * the same page.
   */
  readonly position: TopicPosition | undefined;
  /** Resolves once the service has accepted the subscription; rejects with `ERR_CLOSED` when it ends. */
  ready(): Promise<void>;
  unsubscribe(): void;
  [Symbol.dispose](): void;
}
