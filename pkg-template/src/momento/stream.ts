// One stream of one topic, through a client of the SDK made for it alone: a client counts a stream that was cancelled
// as open for ever, and takes no more than a hundred.
//
// The SDK resumes a stream by itself where the connection was lost, at once where the server ended it, and for ever;
// but it offers no way to say where a new stream is to resume, nor tells a message's page. Both are at hand where it
// sends a stream's request (`sendSubscribe`), so that is watched: the first request is told where to resume, and the
// second is not sent, but taken for the end of the stream.
import type * as Sdk from '@gomomento/sdk-web';
import type * as Face from '../../momento.js';
import { TokenError } from 'momento-token-wasm';
import type { SdkFailure } from './failure.js';

/** The SDK does not export the type by its name. */
type TopicHeartbeat = Parameters<NonNullable<Sdk.SubscribeCallOptions['onHeartbeat']>>[0];

export interface StreamEvents {
  item(item: Sdk.TopicItem, at: Face.TopicPosition): void;
  discontinuity(discontinuity: Sdk.TopicDiscontinuity): void;
  heartbeat(heartbeat: TopicHeartbeat): void;
  /**
   * A message that the SDK cannot give out (text of no characters, for one); of a kind that it does not know, it does
   * not know the place.
   */
  odd(error: SdkFailure, at: Face.TopicPosition | undefined): void;
  /** It ended by itself; without an error where the connection was lost or the server ended it. */
  end(error?: unknown): void;
}

/** The SDK's own record of a stream (SubscriptionState in its core). */
interface State {
  lastTopicSequenceNumber?: number;
  lastTopicSequencePage?: number;
  readonly resumeAtTopicSequenceNumber: number;
  unsubscribe(): void;
}

/** What is private of the SDK's TopicClient, as far as it is used here. */
interface Inside {
  pubsubStreamClients?: readonly {
    client?: { sendSubscribe?: (options: { subscriptionState: State }) => Promise<unknown> };
  }[];
}

/** What is private of older ones, as far as it tells their version: what they send to the service. */
interface Older {
  client?: Metadata;
  pubsubClient?: Metadata;
  pubsubClients?: readonly Metadata[];
}

interface Metadata {
  clientMetadataProvider?: { createClientMetadata?: () => { agent?: unknown; Agent?: unknown } };
}

const used = new WeakSet<object>();

/** Opens a stream, and gives what cancels it: its end is not told after that. */
export function openStream(
  client: Sdk.TopicClient,
  cache: string,
  topic: string,
  after: Face.TopicPosition | undefined,
  tell: StreamEvents,
): () => void {
  const pubsub = (client as unknown as Inside).pubsubStreamClients?.[0]?.client;
  const send = pubsub?.sendSubscribe;
  if (!pubsub || typeof send !== 'function') throw unsuitable(client);
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
    tell.end(error);
  };
  /** The place of the last message, as the SDK took note of it. */
  let last = after ?? { sequenceNumber: 0, sequencePage: 0 };
  const place = (): Face.TopicPosition =>
    (last = { sequenceNumber: state?.lastTopicSequenceNumber ?? 0, sequencePage: state?.lastTopicSequencePage ?? 0 });
  const newPlace = (): Face.TopicPosition | undefined => {
    const { sequenceNumber, sequencePage } = last;
    const at = place();
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
      onItem: (item) => tell.item(item, place()),
      onDiscontinuity: (discontinuity) => {
        place();
        tell.discontinuity(discontinuity);
      },
      onHeartbeat: (heartbeat) => tell.heartbeat(heartbeat),
      onError: (error, subscription) => (subscription.isSubscribed ? tell.odd(error, newPlace()) : end(error)),
    })
    // What it resolves with is told above already, but for an error that comes first.
    .then((response) => 'errorCode' in response && end(response), end);
  if (after && state && (state as State).resumeAtTopicSequenceNumber !== after.sequenceNumber + 1) {
    cancel();
    throw unsuitable(client);
  }
  return cancel;
}

function unsuitable(client: Sdk.TopicClient): TokenError {
  const version = versionOf(client);
  return new TokenError(
    'ERR_SDK',
    `makeClient: expected a TopicClient of @gomomento/sdk-web 1.118 or a later 1.x, found one${version ? ` of ${version}` : ''} that cannot be told where to resume`,
  );
}

/** The version that the client's SDK names to the service; undefined where that cannot be found out. */
function versionOf(client: Sdk.TopicClient): string | undefined {
  try {
    const {
      pubsubClients = [],
      pubsubClient = pubsubClients[0],
      client: data = pubsubClient,
    } = client as unknown as Older;
    const { agent, Agent = agent } = data?.clientMetadataProvider?.createClientMetadata?.() ?? {};
    return /\d+\.\d+\.\d+$/.exec(String(Agent))?.[0];
  } catch {
    return undefined;
  }
}
