// A source and an SDK under a test's thumb, for what is about time. The SDK's inside is made after the real one
// (AbstractPubsubClient and PubsubClient of 1.118), against which rotation is tested in wire.test.mjs and
// browser.test.mjs.
import { decodeToken } from '../../../pkg/index.js';
import { RotatingTopicClient } from '../../../pkg/momento.js';
import { disposable } from '../../package/support/mint.mjs';

export const newToken = () => decodeToken(disposable());

class Source extends EventTarget {
  status = 'ready';
  rejected = [];
  asked = 0;

  constructor(token) {
    super();
    this.current = token;
  }

  give(token) {
    this.current = token;
    this.dispatchEvent(new CustomEvent('token', { detail: token }));
  }

  async getToken() {
    this.asked++;
    if (!this.current) throw new Error('none');
    return this.current;
  }

  reportRejected(token) {
    this.rejected.push(token);
    if (token === this.current) this.current = undefined;
  }

  close() {
    this.status = 'closed';
    this.current = undefined;
    this.dispatchEvent(new CustomEvent('status', { detail: 'closed' }));
  }
}

export const failure = (code) => ({ errorCode: () => code, message: () => code });

/** One stream, as the test plays it. */
class Stream {
  cancelled = false;
  #speaks = false;
  #client;
  #options;
  #resumed;
  #answer;

  constructor(provider, client, options, answer) {
    const { subscriptionState: state, topicName } = options;
    this.token = provider.getAuthToken();
    this.topic = topicName;
    this.#client = client;
    this.#options = options;
    this.#answer = answer;
    this.#resumed = state.resumeAtTopicSequenceNumber > 0;
    /** Where it is to resume. */
    this.after = this.#resumed ? [state.lastTopicSequenceNumber, state.lastTopicSequencePage] : undefined;
    state.unsubscribe = () => {
      this.cancelled = true;
    };
  }

  item(number, page = 7) {
    this.#speaks = true;
    Object.assign(this.#options.subscriptionState, { lastTopicSequenceNumber: number, lastTopicSequencePage: page });
    this.#options.onItem({ value: () => `${page}/${number}` });
  }

  /** A message that the SDK cannot give out; the stream goes on. */
  oddItem(number, page = 7) {
    Object.assign(this.#options.subscriptionState, { lastTopicSequenceNumber: number, lastTopicSequencePage: page });
    this.#options.onError(failure('UNKNOWN_ERROR'), { isSubscribed: true });
  }

  /** A message of a kind that the SDK does not know; it takes no note of its place. */
  unknown() {
    this.#speaks = true;
    this.#options.onError(failure('UNKNOWN_ERROR'), { isSubscribed: true });
  }

  heartbeat() {
    this.#speaks = true;
    this.#options.onHeartbeat({});
  }

  discontinuity(last, number, page) {
    Object.assign(this.#options.subscriptionState, { lastTopicSequenceNumber: number, lastTopicSequencePage: page });
    this.#options.onDiscontinuity({
      lastSequenceNumber: () => last,
      newSequenceNumber: () => number,
      newSequencePage: () => page,
    });
  }

  /**
   * As the SDK tells of errors: in its answer where it is the first word of a first stream, to the handler otherwise.
   */
  async fail(code) {
    if (this.#speaks || this.#resumed) this.#options.onError(failure(code), { isSubscribed: false });
    else this.#answer(failure(code));
    await Promise.resolve();
  }

  /**
   * As the SDK tells of whatever was thrown inside it: as an error of its own, which fails as soon as it is asked
   * anything.
   */
  async break(thrown) {
    this.#answer({
      errorCode: () => thrown.errorCode(),
      message: () => thrown.wrappedErrorMessage(),
      innerException: () => thrown,
    });
    await new Promise(setImmediate);
  }

  /** The connection is lost, or the server ends the stream: the SDK would open it again by itself. */
  lose() {
    this.#client.pubsubStreamClients[0].client.sendSubscribe(this.#options);
  }
}

/** A RotatingTopicClient, and the streams that it opened in their order. */
export function stage(context, { token = newToken(), publish, ...options } = {}) {
  const source = new Source(token);
  const streams = [];
  const makeClient = (provider) => {
    const client = {
      publish,
      subscribe: (cacheName, topicName, handlers) =>
        client.pubsubStreamClients[0].client.sendSubscribe({
          cacheName,
          topicName,
          ...handlers,
          subscriptionState: newState(),
        }),
      pubsubStreamClients: [
        {
          client: {
            sendSubscribe: (options) =>
              new Promise((answer) => streams.push(new Stream(provider, client, options, answer))),
          },
        },
      ],
    };
    return client;
  };
  const topics = new RotatingTopicClient(source, { makeClient, ...options });
  context.after(() => topics.close());
  return { source, topics, streams, makeClient };
}

const newState = () => ({
  get resumeAtTopicSequenceNumber() {
    return (this.lastTopicSequenceNumber ?? -1) + 1;
  },
});
