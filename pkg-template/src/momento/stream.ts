// One stream of a topic. Each has a client of the SDK to itself, because a client counts cancelled streams as open
// forever and accepts at most a hundred.
//
// The SDK itself resumes streams after a lost connection, without a delay if the server ended them, and without a
// limit. But its API cannot set the position at which a new stream resumes, and does not report the page of a message.
// Both are accessible in the method that sends a stream's request (`sendSubscribe`), so that is replaced: the first
// request is given the position, and a second one is not sent but treated as the end of the stream.
import type * as Sdk from '@gomomento/sdk-web';
import type * as Api from '../../momento.js';
import { TokenError } from 'momento-token-wasm';
import type { SdkFailure } from './failure.js';

/** The SDK does not export the type by its name. */
type TopicHeartbeat = Parameters<NonNullable<Sdk.SubscribeCallOptions['onHeartbeat']>>[0];

export interface StreamEvents {
  item(item: Sdk.TopicItem, at: Api.TopicPosition): void;
  discontinuity(discontinuity: Sdk.TopicDiscontinuity): void;
  heartbeat(heartbeat: TopicHeartbeat): void;
  /**
   * The SDK cannot return a message, such as an empty string. For an unknown kind of message, there is no position.
   */
  unreadable(error: SdkFailure, at: Api.TopicPosition | undefined): void;
  /** The stream ended; without an error if the connection was lost or the server ended it. */
  end(error?: unknown): void;
}

/** The SDK's state of a stream (SubscriptionState in its core). */
interface State {
  lastTopicSequenceNumber?: number;
  lastTopicSequencePage?: number;
  readonly resumeAtTopicSequenceNumber: number;
  unsubscribe(): void;
}

/** Private fields of the SDK's TopicClient, as far as they are used here. */
interface ClientInternals {
  pubsubStreamClients?: readonly {
    client?: { sendSubscribe?: (options: { subscriptionState: State }) => Promise<unknown> };
  }[];
}

/** Private fields of older clients that contain their version, in the metadata they send to the service. */
interface OldClientInternals {
  client?: Metadata;
  pubsubClient?: Metadata;
  pubsubClients?: readonly Metadata[];
}

interface Metadata {
  clientMetadataProvider?: { createClientMetadata?: () => { agent?: unknown; Agent?: unknown } };
}

const used = new WeakSet<object>();

/** Opens a stream. Returns a function that cancels it, after which `end` is not called. */
export function openStream(
  client: Sdk.TopicClient,
  cache: string,
  topic: string,
  after: Api.TopicPosition | undefined,
  events: StreamEvents,
): () => void {
  const pubsub = (client as unknown as ClientInternals).pubsubStreamClients?.[0]?.client;
  const send = pubsub?.sendSubscribe;
  if (!pubsub || typeof send !== 'function') throw unsupported(client);
  if (used.has(client))
    throw new TokenError(
      'ERR_ARGUMENT',
      'makeClient: expected a new client at each call, found one that it gave before',
    );
  used.add(client);

  let state: State | undefined;
  let over = false;
  const cancel = (): void => {
    over = true;
    state?.unsubscribe();
  };
  const end = (error?: unknown): void => {
    if (over) return;
    cancel();
    events.end(error);
  };
  /** The position of the last message, as recorded by the SDK. */
  let last = after ?? { sequenceNumber: 0, sequencePage: 0 };
  const position = (): Api.TopicPosition =>
    (last = { sequenceNumber: state?.lastTopicSequenceNumber ?? 0, sequencePage: state?.lastTopicSequencePage ?? 0 });
  const newPosition = (): Api.TopicPosition | undefined => {
    const { sequenceNumber, sequencePage } = last;
    const at = position();
    return at.sequenceNumber === sequenceNumber && at.sequencePage === sequencePage ? undefined : at;
  };

  pubsub.sendSubscribe = (options) => {
    if (state || over) {
      end();
      return new Promise(() => {});
    }
    state = options.subscriptionState;
    if (after) {
      state.lastTopicSequenceNumber = after.sequenceNumber;
      state.lastTopicSequencePage = after.sequencePage;
    }
    return send.call(pubsub, options);
  };
  client
    .subscribe(cache, topic, {
      onItem: (item) => events.item(item, position()),
      onDiscontinuity: (discontinuity) => {
        position();
        events.discontinuity(discontinuity);
      },
      onHeartbeat: (heartbeat) => events.heartbeat(heartbeat),
      onError: (error, subscription) =>
        subscription.isSubscribed ? events.unreadable(error, newPosition()) : end(error),
    })
    // The response matters only if it is an error: everything else is reported to the handlers.
    .then((response) => 'errorCode' in response && end(response), end);
  if (after && state && (state as State).resumeAtTopicSequenceNumber !== after.sequenceNumber + 1) {
    cancel();
    throw unsupported(client);
  }
  return cancel;
}

function unsupported(client: Sdk.TopicClient): TokenError {
  const version = versionOf(client);
  return new TokenError(
    'ERR_SDK',
    `makeClient: expected a TopicClient of @gomomento/sdk-web 1.118 or a later 1.x, found one${version ? ` of ${version}` : ''} that cannot be told where to resume`,
  );
}

/** The version that the client's SDK sends to the service; undefined if it is not found. */
function versionOf(client: Sdk.TopicClient): string | undefined {
  try {
    const {
      pubsubClients = [],
      pubsubClient = pubsubClients[0],
      client: data = pubsubClient,
    } = client as unknown as OldClientInternals;
    const { agent, Agent = agent } = data?.clientMetadataProvider?.createClientMetadata?.() ?? {};
    return /\d+\.\d+\.\d+$/.exec(String(Agent))?.[0];
  } catch {
    return undefined;
  }
}
