// A subscription across tokens and streams: opens the next stream when one is needed, and delivers the messages that
// the sequence lets through.
import type * as Sdk from '@gomomento/sdk-web';
import type * as Api from '../../momento.js';
import { type Token, TokenError } from 'momento-token-wasm';
import { disposes } from '../common/dispose.js';
import { type Moment, now, since } from './clocks.js';
import { failureOf } from './failure.js';
import type { Stream, Sequence } from './sequence.js';
import { openStream } from './stream.js';

/** The client, as its subscriptions see it. */
export interface Owner {
  readonly silenceLimitMs: number;
  readonly backoffMs: readonly [base: number, max: number];
  /** The current token. */
  readonly token: Token | undefined;
  makeClient(token: Token): Sdk.TopicClient;
  rejected(token: Token): void;
  ended(subscription: Subscription): void;
}

/** A failure after a stream has lasted this long counts as the first. */
const STABLE_MS = 10_000;
/** The maximum delay of a timer, to notice a sleep during which timers stopped. */
const LONGEST_WATCH_MS = 15_000;
/** After sleep or offline, a stream that received something this recently is presumed alive. */
const FRESH_MS = 1_000;
/** The minimum time that a stream without messages is kept after its successor: a message may still arrive. */
const GRACE_MS = 5_000;

interface Live {
  readonly stream: Stream;
  readonly token: Token;
  readonly opened: Moment;
  lastReceived: Moment;
  /**
   * When it began to wait for the previous stream, which has GRACE_MS to deliver the message that this one received.
   */
  waitsSince: Moment | undefined;
  /** Whether its connection may be dead, after sleep or offline. */
  suspect: boolean;
  cancel(): void;
}

/** Reported if it is not known what was missed. */
const UNKNOWN_GAP: Api.TopicGap = Object.freeze({
  lastSequenceNumber: () => 0,
  newSequenceNumber: () => 0,
  newSequencePage: () => 0,
});

export class Subscription implements Api.RotatingSubscription {
  declare readonly [Symbol.dispose]: () => void;
  readonly #owner: Owner;
  readonly #names: readonly [cache: string, topic: string];
  readonly #handlers: Api.RotatingSubscribeOptions;
  readonly #sequence: Sequence;
  readonly #live = new Map<Stream, Live>();
  readonly #waiting: { resolve(): void; reject(reason: unknown): void }[] = [];
  #ended = false;
  /** Consecutive failures. */
  #failures = 0;
  /** The backoff timer. While it is set, no stream is opened. */
  #backoff: ReturnType<typeof setTimeout> | undefined;
  #watchdog: ReturnType<typeof setTimeout> | undefined;
  /** The token that the service refused. No stream is opened with it again. */
  #refused: Token | undefined;

  constructor(
    owner: Owner,
    names: readonly [string, string],
    handlers: Api.RotatingSubscribeOptions,
    sequence: Sequence,
  ) {
    disposes(this, () => this.unsubscribe());
    this.#owner = owner;
    this.#names = names;
    this.#handlers = handlers;
    this.#sequence = sequence;
  }

  get isSubscribed(): boolean {
    return !this.#ended;
  }

  get position(): Api.TopicPosition | undefined {
    return this.#sequence.position;
  }

  ready(): Promise<void> {
    if (this.#ended) return Promise.reject(closed());
    if (this.#sequence.current) return Promise.resolve();
    return new Promise((resolve, reject) => this.#waiting.push({ resolve, reject }));
  }

  unsubscribe(cause?: unknown): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#endBackoff();
    clearTimeout(this.#watchdog);
    for (const live of this.#live.values()) live.cancel();
    this.#live.clear();
    this.#owner.ended(this);
    for (const { reject } of this.#waiting.splice(0)) reject(closed(cause));
  }

  /** A new token resets the backoff. */
  tokenChanged(): void {
    this.#failures = 0;
    this.#endBackoff();
    this.settle();
  }

  /** The page is back from sleep or offline. */
  suspectStreams(): void {
    for (const live of this.#live.values()) live.suspect = since(live.lastReceived) > FRESH_MS;
    if (this.#backoff !== undefined) {
      this.#failures = 0;
      this.#startBackoff();
    }
    this.settle();
  }

  /**
   * Brings the streams up to date. Every event handler ends with a call of this. `first`: called by subscribe(), which
   * can throw.
   */
  settle(first = false): void {
    if (this.#ended) return;
    const sequence = this.#sequence;
    const { token } = this.#owner;
    const next = sequence.next && this.#live.get(sequence.next);
    const old = sequence.current && this.#live.get(sequence.current);
    if (next) {
      const silent = this.#isSilent(next);
      if (silent) this.#startBackoff();
      if (silent || next.suspect || (token && next.token !== token)) sequence.drop(next.stream);
      else if (
        old &&
        next.waitsSince &&
        since(next.waitsSince) >= GRACE_MS &&
        (sequence.complete || sequence.withheld || this.#isSilent(old))
      )
        sequence.drop(old.stream);
    }
    for (const live of this.#live.values()) {
      if (sequence.holds(live.stream)) continue;
      this.#live.delete(live.stream);
      live.cancel();
    }
    if (sequence.current) this.#becameCurrent();
    if (this.#ended) return;
    const current = sequence.current && this.#live.get(sequence.current);
    const wanted = !current || current.token !== token || current.suspect || this.#isSilent(current);
    if (wanted && !sequence.next && token && token !== this.#refused && this.#backoff === undefined)
      this.#open(token, first);
    this.#setWatchdog();
  }

  #open(token: Token, first: boolean): void {
    const stream = this.#sequence.open();
    const live: Live = {
      stream,
      token,
      opened: now(),
      lastReceived: now(),
      waitsSince: undefined,
      suspect: false,
      cancel: () => {},
    };
    this.#live.set(stream, live);
    try {
      live.cancel = openStream(this.#owner.makeClient(token), ...this.#names, stream.after, {
        item: (item, at) =>
          this.#received(live, () => stream.item(at.sequenceNumber, at.sequencePage) && this.#handlers.onItem(item)),
        unreadable: (error, at) =>
          this.#received(
            live,
            () =>
              (at ? stream.item(at.sequenceNumber, at.sequencePage) : stream.alive()) &&
              this.#handlers.onError?.(error, this),
          ),
        discontinuity: (gap) =>
          this.#received(
            live,
            () =>
              stream.discontinuity(gap.newSequenceNumber(), gap.newSequencePage()) &&
              this.#handlers.onDiscontinuity?.(gap),
          ),
        heartbeat: (heartbeat) => this.#received(live, () => stream.alive() && this.#handlers.onHeartbeat?.(heartbeat)),
        end: (error) => this.#lost(live, error),
      });
      // While creating the client, the app may have ended the subscription or caused a new token.
      if (!this.#live.has(stream)) live.cancel();
    } catch (error) {
      if (!first) return this.#lost(live, error);
      this.unsubscribe(error);
      throw error;
    }
  }

  /** A stream has received something. `take` passes it to the sequence, and to the app if it is to be delivered. */
  #received(live: Live, take: () => unknown): void {
    live.lastReceived = now();
    live.suspect = false;
    const { stream } = live;
    const sequence = this.#sequence;
    const { current: before, withheld } = sequence;
    if (stream.alive() && stream !== before) this.#becameCurrent();
    this.#callApp(take);
    if (stream.waits && (!live.waitsSince || sequence.withheld !== withheld)) live.waitsSince = live.lastReceived;
    // A single stream that was already current needs no change.
    if (before !== stream || this.#live.size > 1) guarded(() => this.settle());
  }

  #becameCurrent(): void {
    for (const { resolve } of this.#waiting.splice(0)) resolve();
    if (!this.#sequence.blind) return;
    this.#sequence.blind = false;
    this.#callApp(() => this.#handlers.onDiscontinuity?.(UNKNOWN_GAP));
  }

  #lost(live: Live, cause: unknown): void {
    this.#live.delete(live.stream);
    if (this.#ended) return;
    const wasCurrent = live.stream === this.#sequence.current;
    this.#sequence.drop(live.stream);
    const error = cause ? failureOf(cause) : undefined;
    const code = error?.errorCode();
    if (code === 'AUTHENTICATION_ERROR') this.#owner.rejected((this.#refused = live.token));
    else if (code === 'PERMISSION_ERROR') this.#refused = live.token;
    else {
      if (wasCurrent && since(live.opened) > STABLE_MS) this.#failures = 0;
      this.#startBackoff();
    }
    if (wasCurrent && !this.#sequence.current) this.#callApp(() => this.#handlers.onConnectionLost?.());
    // A refused token is reported by the source.
    const report = error && code !== 'AUTHENTICATION_ERROR' && !this.#ended;
    if (code === 'INVALID_ARGUMENT_ERROR') this.unsubscribe(error);
    if (report) guarded(() => this.#handlers.onError?.(error, this));
    guarded(() => this.settle());
  }

  #callApp(handler: () => unknown): void {
    if (!this.#ended) guarded(handler);
  }

  /** Exponential backoff with full jitter: a random delay below a limit that doubles with each failure. */
  #startBackoff(): void {
    this.#endBackoff();
    const [base, max] = this.#owner.backoffMs;
    this.#backoff = setTimeout(
      () => {
        this.#backoff = undefined;
        guarded(() => this.settle());
      },
      Math.random() * Math.min(max, base * 2 ** this.#failures++),
    );
  }

  #endBackoff(): void {
    clearTimeout(this.#backoff);
    this.#backoff = undefined;
  }

  #isSilent(live: Live): boolean {
    return since(live.lastReceived) >= this.#owner.silenceLimitMs;
  }

  #setWatchdog(): void {
    const limit = this.#owner.silenceLimitMs;
    clearTimeout(this.#watchdog);
    if (this.#ended) return;
    const left = [...this.#live.values()]
      .flatMap(({ lastReceived, waitsSince }) => [
        limit - since(lastReceived),
        waitsSince ? GRACE_MS - since(waitsSince) : 0,
      ])
      .filter((ms) => ms > 0);
    if (left.length === 0) return;
    this.#watchdog = setTimeout(() => guarded(() => this.settle()), Math.min(...left, LONGEST_WATCH_MS) + 1);
  }
}

/** Calls the app's code. Its exceptions are rethrown in a microtask, so that they do not end the stream. */
export function guarded(run: () => unknown): void {
  try {
    run();
  } catch (error) {
    queueMicrotask(() => {
      throw error;
    });
  }
}

export const closed = (cause?: unknown): TokenError =>
  new TokenError('ERR_CLOSED', 'expected an open subscription or RotatingTopicClient, found one that was closed', {
    cause,
  });
