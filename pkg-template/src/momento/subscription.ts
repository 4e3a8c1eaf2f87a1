// A subscription across tokens and streams: opens the next stream when one is needed, and delivers the messages that
// the sequence lets through.
import type * as Sdk from '@gomomento/sdk-web';
import type * as Face from '../../momento.js';
import { type Token, TokenError } from 'momento-token-wasm';
import { disposes } from '../common/dispose.js';
import { type Moment, now, since } from './clocks.js';
import { failureOf } from './failure.js';
import type { Lane, Sequence } from './sequence.js';
import { openStream } from './stream.js';

/** The client, as its subscriptions see it. */
export interface Owner {
  readonly silenceLimitMs: number;
  readonly backoffMs: readonly [base: number, most: number];
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
  readonly lane: Lane;
  readonly token: Token;
  readonly opened: Moment;
  heard: Moment;
  /**
   * When it began to wait for the previous stream, which has GRACE_MS to deliver the message that this one received.
   */
  waits: Moment | undefined;
  /** Whether its connection may be dead, after sleep or offline. */
  doubted: boolean;
  cancel(): void;
}

/** Reported if it is not known what was missed. */
const unknown: Face.TopicGap = Object.freeze({
  lastSequenceNumber: () => 0,
  newSequenceNumber: () => 0,
  newSequencePage: () => 0,
});

export class Subscription implements Face.RotatingSubscription {
  declare readonly [Symbol.dispose]: () => void;
  readonly #owner: Owner;
  readonly #names: readonly [cache: string, topic: string];
  readonly #handlers: Face.RotatingSubscribeOptions;
  readonly #sequence: Sequence;
  readonly #live = new Map<Lane, Live>();
  readonly #waiting: { resolve(): void; reject(reason: unknown): void }[] = [];
  #ended = false;
  /** Consecutive failures. */
  #failures = 0;
  /** The backoff timer. While it is set, no stream is opened. */
  #pause: ReturnType<typeof setTimeout> | undefined;
  #watch: ReturnType<typeof setTimeout> | undefined;
  /** The token that the service refused. No stream is opened with it again. */
  #refused: Token | undefined;

  constructor(
    owner: Owner,
    names: readonly [string, string],
    handlers: Face.RotatingSubscribeOptions,
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

  get position(): Face.TopicPosition | undefined {
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
    this.#resume();
    clearTimeout(this.#watch);
    for (const live of this.#live.values()) live.cancel();
    this.#live.clear();
    this.#owner.ended(this);
    for (const { reject } of this.#waiting.splice(0)) reject(closed(cause));
  }

  /** A new token resets the backoff. */
  tokenChanged(): void {
    this.#failures = 0;
    this.#resume();
    this.settle();
  }

  /** The page is back from sleep or offline. */
  doubt(): void {
    for (const live of this.#live.values()) live.doubted = since(live.heard) > FRESH_MS;
    if (this.#pause !== undefined) {
      this.#failures = 0;
      this.#wait();
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
      if (silent) this.#wait();
      if (silent || next.doubted || (token && next.token !== token)) sequence.drop(next.lane);
      else if (
        old &&
        next.waits &&
        since(next.waits) >= GRACE_MS &&
        (sequence.complete || sequence.withheld || this.#isSilent(old))
      )
        sequence.drop(old.lane);
    }
    for (const live of this.#live.values()) {
      if (sequence.holds(live.lane)) continue;
      this.#live.delete(live.lane);
      live.cancel();
    }
    if (sequence.current) this.#takenOver();
    if (this.#ended) return;
    const current = sequence.current && this.#live.get(sequence.current);
    const wanted = !current || current.token !== token || current.doubted || this.#isSilent(current);
    if (wanted && !sequence.next && token && token !== this.#refused && this.#pause === undefined)
      this.#open(token, first);
    this.#arm();
  }

  #open(token: Token, first: boolean): void {
    const lane = this.#sequence.open();
    const live: Live = { lane, token, opened: now(), heard: now(), waits: undefined, doubted: false, cancel: () => {} };
    this.#live.set(lane, live);
    try {
      live.cancel = openStream(this.#owner.makeClient(token), ...this.#names, lane.after, {
        item: (item, at) =>
          this.#heard(live, () => lane.item(at.sequenceNumber, at.sequencePage) && this.#handlers.onItem(item)),
        odd: (error, at) =>
          this.#heard(
            live,
            () =>
              (at ? lane.item(at.sequenceNumber, at.sequencePage) : lane.alive()) &&
              this.#handlers.onError?.(error, this),
          ),
        discontinuity: (gap) =>
          this.#heard(
            live,
            () =>
              lane.discontinuity(gap.newSequenceNumber(), gap.newSequencePage()) &&
              this.#handlers.onDiscontinuity?.(gap),
          ),
        heartbeat: (heartbeat) => this.#heard(live, () => lane.alive() && this.#handlers.onHeartbeat?.(heartbeat)),
        end: (error) => this.#lost(live, error),
      });
      // While creating the client, the app may have ended the subscription or caused a new token.
      if (!this.#live.has(lane)) live.cancel();
    } catch (error) {
      if (!first) return this.#lost(live, error);
      this.unsubscribe(error);
      throw error;
    }
  }

  /** A stream has received something. `take` passes it to the sequence, and to the app if it is to be delivered. */
  #heard(live: Live, take: () => unknown): void {
    live.heard = now();
    live.doubted = false;
    const { lane } = live;
    const sequence = this.#sequence;
    const { current: before, withheld } = sequence;
    if (lane.alive() && lane !== before) this.#takenOver();
    this.#tell(take);
    if (lane.waits && (!live.waits || sequence.withheld !== withheld)) live.waits = live.heard;
    // A single stream that was already current needs no change.
    if (before !== lane || this.#live.size > 1) guarded(() => this.settle());
  }

  #takenOver(): void {
    for (const { resolve } of this.#waiting.splice(0)) resolve();
    if (!this.#sequence.blind) return;
    this.#sequence.blind = false;
    this.#tell(() => this.#handlers.onDiscontinuity?.(unknown));
  }

  #lost(live: Live, cause: unknown): void {
    this.#live.delete(live.lane);
    if (this.#ended) return;
    const wasCurrent = live.lane === this.#sequence.current;
    this.#sequence.drop(live.lane);
    const error = cause ? failureOf(cause) : undefined;
    const code = error?.errorCode();
    if (code === 'AUTHENTICATION_ERROR') this.#owner.rejected((this.#refused = live.token));
    else if (code === 'PERMISSION_ERROR') this.#refused = live.token;
    else {
      if (wasCurrent && since(live.opened) > STABLE_MS) this.#failures = 0;
      this.#wait();
    }
    if (wasCurrent && !this.#sequence.current) this.#tell(() => this.#handlers.onConnectionLost?.());
    // A refused token is reported by the source.
    const told = error && code !== 'AUTHENTICATION_ERROR' && !this.#ended;
    if (code === 'INVALID_ARGUMENT_ERROR') this.unsubscribe(error);
    if (told) guarded(() => this.#handlers.onError?.(error, this));
    guarded(() => this.settle());
  }

  #tell(handler: () => unknown): void {
    if (!this.#ended) guarded(handler);
  }

  /** Exponential backoff with full jitter: a random delay below a limit that doubles with each failure. */
  #wait(): void {
    this.#resume();
    const [base, most] = this.#owner.backoffMs;
    this.#pause = setTimeout(
      () => {
        this.#pause = undefined;
        guarded(() => this.settle());
      },
      Math.random() * Math.min(most, base * 2 ** this.#failures++),
    );
  }

  #resume(): void {
    clearTimeout(this.#pause);
    this.#pause = undefined;
  }

  #isSilent(live: Live): boolean {
    return since(live.heard) >= this.#owner.silenceLimitMs;
  }

  #arm(): void {
    const limit = this.#owner.silenceLimitMs;
    clearTimeout(this.#watch);
    if (this.#ended) return;
    const left = [...this.#live.values()]
      .flatMap(({ heard, waits }) => [limit - since(heard), waits ? GRACE_MS - since(waits) : 0])
      .filter((ms) => ms > 0);
    if (left.length === 0) return;
    this.#watch = setTimeout(() => guarded(() => this.settle()), Math.min(...left, LONGEST_WATCH_MS) + 1);
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
