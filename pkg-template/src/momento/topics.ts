// RotatingTopicClient: subscriptions that outlive the token they started with.
import type * as Sdk from '@gomomento/sdk-web';
import type * as Api from '../../momento.js';
import type { Token, TokenSource } from 'momento-token-wasm';
import { disposes } from '../common/dispose.js';
import { type Cleanups, listen } from './listen.js';
import { reading, wrong } from './argument.js';
import { credentialProvider } from './provider.js';
import { Sequence } from './sequence.js';
import { type Owner, Subscription, closed, guarded } from './subscription.js';

export class RotatingTopicClient implements Api.RotatingTopicClient {
  declare readonly [Symbol.dispose]: () => void;
  readonly #source: TokenSource;
  readonly #owner: Owner;
  readonly #subscriptions = new Set<Subscription>();
  readonly #cleanups: Cleanups = [];
  #isClosed = false;
  #publisher: { token: Token; client: Sdk.TopicClient } | undefined;

  constructor(source: TokenSource, options: Api.RotatingTopicClientOptions) {
    // Checks the methods, not the class: another copy of the package may have created the source.
    const used = ['getToken', 'reportRejected', 'addEventListener', 'removeEventListener'] as const;
    if (!reading('source', () => used.every((name) => typeof source?.[name] === 'function')))
      throw wrong('source: expected a TokenSource');
    const { makeClient, silenceLimitMs, backoffMs } = reading('options', () => readOptions(options));
    disposes(this, () => this.close());
    this.#source = source;
    const subscriptions = this.#subscriptions;
    this.#owner = {
      silenceLimitMs,
      backoffMs,
      get token() {
        return source.current;
      },
      makeClient: (token) => makeClient(credentialProvider(token)),
      rejected: (token) => source.reportRejected(token),
      ended: (subscription) => subscriptions.delete(subscription),
    };
    const cleanups = this.#cleanups;
    const all = (act: (subscription: Subscription) => void) => () => {
      for (const subscription of [...subscriptions]) guarded(() => act(subscription));
    };
    const suspectStreams = all((subscription) => subscription.suspectStreams());
    listen(
      source,
      'token',
      all((subscription) => subscription.tokenChanged()),
      cleanups,
    );
    listen(source, 'status', () => void (source.status === 'closed' && this.close()), cleanups);
    // Only in pages. After sleep or in a tab that was hidden, clocks show how long a stream was silent. After offline
    // or in a page from the back/forward cache, they do not.
    listen(globalThis, 'online', suspectStreams, cleanups);
    listen(
      globalThis,
      'pageshow',
      (({ persisted }: PageTransitionEvent) => persisted && suspectStreams()) as () => void,
      cleanups,
    );
    listen(
      globalThis.document,
      'visibilitychange',
      all((subscription) => subscription.settle()),
      cleanups,
    );
    if (source.status === 'closed') this.close();
  }

  subscribe(cacheName: string, topicName: string, options: Api.RotatingSubscribeOptions): Api.RotatingSubscription {
    this.#assertOpen();
    const sequence = new Sequence(reading('options', () => readPosition(options)));
    const subscription = new Subscription(this.#owner, [cacheName, topicName], options, sequence);
    this.#subscriptions.add(subscription);
    subscription.settle(true);
    // A source may start on demand. Its events report the result.
    if (!this.#source.current) this.#source.getToken({ minValidityMs: 0 }).catch(() => {});
    return subscription;
  }

  async publish(cacheName: string, topicName: string, value: string | Uint8Array): Promise<Sdk.TopicPublish.Response> {
    for (let again = true; ; again = false) {
      this.#assertOpen();
      const token = await this.#source.getToken({ minValidityMs: 0 });
      this.#assertOpen();
      const outcome = await this.#clientFor(token)
        .publish(cacheName, topicName, value)
        .then(
          (response) => ({ response }),
          (error: unknown) => ({ error }),
        );
      const failure = ('error' in outcome ? outcome.error : outcome.response) as { errorCode?(): string } | undefined;
      // The message was not accepted, so it can be sent again.
      if (failure?.errorCode?.() === 'AUTHENTICATION_ERROR') this.#source.reportRejected(token);
      else again = false;
      if (again) continue;
      if ('error' in outcome) throw outcome.error;
      return outcome.response;
    }
  }

  close(): void {
    this.#isClosed = true;
    for (const end of this.#cleanups.splice(0)) end();
    this.#publisher = undefined;
    for (const subscription of [...this.#subscriptions]) subscription.unsubscribe();
  }

  #clientFor(token: Token): Sdk.TopicClient {
    if (this.#publisher?.token !== token) this.#publisher = { token, client: this.#owner.makeClient(token) };
    return this.#publisher.client;
  }

  #assertOpen(): void {
    if (this.#isClosed) throw closed();
  }
}

function readOptions(options: Api.RotatingTopicClientOptions) {
  const { makeClient, silenceLimitMs = 60_000, backoffMs = [500, 30_000] } = options ?? {};
  if (typeof makeClient !== 'function') throw wrong('makeClient: expected a function');
  if (!(typeof silenceLimitMs === 'number' && silenceLimitMs > 0))
    throw wrong('silenceLimitMs: expected milliseconds, or Infinity');
  const [base, max] = Array.isArray(backoffMs) ? (backoffMs as unknown[]) : [];
  if (!(typeof base === 'number' && typeof max === 'number' && base > 0 && base <= max && max < 2 ** 31)) {
    throw wrong('backoffMs: expected two times in milliseconds, 0 < first <= most');
  }
  return { makeClient, silenceLimitMs, backoffMs: [base, max] as const };
}

/** The position before the message that the app wants to resume at. */
function readPosition(options: Api.RotatingSubscribeOptions): Api.TopicPosition | undefined {
  if (typeof options?.onItem !== 'function') throw wrong('onItem: expected a function');
  // Web storage returns null for a missing item.
  const number = options.resumeAtTopicSequenceNumber ?? undefined;
  const page = options.resumeAtTopicSequencePage ?? 0;
  const fits = (value: unknown, least: number): boolean => Number.isSafeInteger(value) && (value as number) >= least;
  if (!fits(number ?? 1, 1) || !fits(page, 0)) {
    throw wrong('resumeAtTopicSequenceNumber: expected a whole number above zero, and a page of zero or more');
  }
  return number === undefined ? undefined : { sequenceNumber: number - 1, sequencePage: page };
}
