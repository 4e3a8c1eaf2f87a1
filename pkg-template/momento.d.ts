/// <reference lib="esnext.disposable" />
// The public face of momento-token-wasm/momento: tokens and scopes for Momento's Web SDK (@gomomento/sdk-web 1.118 or a
// later 1.x, which the app installs and hands in; nothing here imports it).
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
 * A token as the SDK's clients take credentials: `new CacheClient({ credentialProvider: credentialProvider(token), …
 * })`.
 *
 * Unlike the SDK's own, it prints and serialises redacted, and leads to hosts without TLS where the token was decoded
 * with `secureConnection: false`: its endpoints are then URLs, since the Web SDK puts `https://` in front of all else.
 * Throws a `TokenError`: `ERR_ENDPOINT_MISSING` for a token whose endpoints are not known.
 */
export function credentialProvider(token: Token): CredentialProvider;

/** The SDK's constants: the module itself, `import * as sdk from '@gomomento/sdk-web'`. */
export interface SdkConstants {
  readonly AllCaches: symbol;
  readonly AllTopics: symbol;
  readonly AllFunctions: symbol;
  /**
   * Exported by `@gomomento/sdk-core` alone. Needed only for `item: AllCacheItems` beside permissions for some items.
   */
  readonly AllCacheItems?: symbol;
}

/**
 * A scope in the SDK's form, for its `generateDisposableToken()`.
 *
 * Never a wider grant than was written. Throws a `TokenError`: `ERR_SCOPE_SDK` for what the SDK would widen in silence
 * or cannot say, namely permissions for some items beside a topic or a whole cache, keys that are blank or not text,
 * and prefixes of topics (send `encodePermissions(scope)` to the token service without the SDK, as the reference
 * vending service does); `ERR_ARGUMENT` for an SDK that lacks a constant; and as `parseScope` does.
 */
export function toSdkScope(scope: TokenScope, sdk: SdkConstants): DisposableTokenScope;

/**
 * Topics through changing tokens: the SDK's TopicClient keeps the token that it was made with, so this makes a new one
 * for each token, and carries subscriptions over.
 *
 * Each message is delivered once, in order. A new stream resumes after the last message delivered and shows a sign of
 * life before the old one is dropped. Lost connections, streams gone silent, sleep and offline are seen to alike, with
 * growing pauses between attempts. What the service no longer has is told to `onDiscontinuity`. A token that the
 * service refuses is reported to the source, and its successor waited for; while the source has no token, subscriptions
 * wait, and the source's own events say why.
 */
export class RotatingTopicClient {
  /** Throws `ERR_ARGUMENT` for what makes no sense. */
  constructor(source: TokenSource, options: RotatingTopicClientOptions);
  /**
   * Subscribes, now or as soon as there is a token. Throws `ERR_CLOSED`, `ERR_ARGUMENT`, what `makeClient` throws, or
   * `ERR_SDK` where it gives a client of an SDK that cannot resume.
   */
  subscribe(cacheName: string, topicName: string, options: RotatingSubscribeOptions): RotatingSubscription;
  /**
   * Publishes with the token in hand; once more where the service refuses it. Gives the SDK's response, or rejects with
   * a `TokenError` where there is no token.
   */
  publish(cacheName: string, topicName: string, value: string | Uint8Array): Promise<TopicPublish.Response>;
  /** Ends all subscriptions. So does closing the source; the source itself is left as it is. */
  close(): void;
  [Symbol.dispose](): void;
}

export interface RotatingTopicClientOptions {
  /**
   * Makes a client of the SDK: `(credentialProvider) => new TopicClient({ credentialProvider, configuration })`. Called
   * for each stream, and for publishing once for each token: a new one each time, since a client of the SDK counts a
   * stream that was cancelled as open for ever.
   */
  makeClient: (credentialProvider: CredentialProvider) => TopicClient;
  /**
   * A stream that says nothing for so long, not even a heartbeat, is replaced (and kept until its successor speaks).
   * Default 60 s; Infinity for never.
   */
  silenceLimitMs?: number;
  /**
   * The pause after a failure is drawn at random from zero to the first of these, which doubles with each failure in a
   * row up to the second. Default [500, 30000].
   */
  backoffMs?: readonly [base: number, most: number];
}

/** The SDK's own handlers, which get what the SDK's client gives them. */
export interface RotatingSubscribeOptions {
  onItem: (item: TopicItem) => void;
  /**
   * An attempt failed, or a message is not readable. The subscription goes on by itself, unless
   * `subscription.isSubscribed` is false: a name that the service cannot take ends it. A refused permission is tried
   * again with the next token. What `makeClient` throws once `subscribe()` has returned comes here too, as
   * `error.innerException()`.
   */
  onError?: (error: TopicSubscribe.Error, subscription: RotatingSubscription) => void;
  onHeartbeat?: NonNullable<SubscribeCallOptions['onHeartbeat']>;
  /**
   * Messages were missed: the service no longer had them, or was too slow to send them. All numbers are 0 where a
   * connection was lost before its first message, and what came meanwhile is not known.
   */
  onDiscontinuity?: (discontinuity: TopicGap) => void;
  /** The stream that delivered is lost, and its successor has yet to speak. */
  onConnectionLost?: () => void;
  /** Where to begin: with this message, if the service still has it. Default: with the next. */
  resumeAtTopicSequenceNumber?: number;
  /** The page of that number. */
  resumeAtTopicSequencePage?: number;
}

/** As in the SDK's TopicDiscontinuity. */
export type TopicGap = Pick<TopicDiscontinuity, 'lastSequenceNumber' | 'newSequenceNumber' | 'newSequencePage'>;

/** A message's place. Numbers grow by one, and start again on a later page where the topic was reset. */
export interface TopicPosition {
  readonly sequenceNumber: number;
  readonly sequencePage: number;
}

export interface RotatingSubscription {
  /**
   * False once it was ended by `unsubscribe()`, by closing the client or the source, or by an error that no other
   * attempt would mend.
   */
  readonly isSubscribed: boolean;
  /**
   * The last message delivered (or known to be missed). To resume there another time, ask for `sequenceNumber + 1` on
   * its page.
   */
  readonly position: TopicPosition | undefined;
  /** Resolves once the service has answered the subscription; rejects with `ERR_CLOSED` once it is ended. */
  ready(): Promise<void>;
  unsubscribe(): void;
  [Symbol.dispose](): void;
}
