// A service that speaks Momento's topics over gRPC-web, as the Web SDK does (text mode), and vends tokens: under a
// test's thumb, and counting. It uses the very messages that the SDK is generated from, so it needs no build;
// gRPC-web's frames are made by hand: a flag, four bytes of length, the message, all in base64.
import { once } from 'node:events';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { envelope, jwt } from '../../package/support/mint.mjs';

const fromSdk = createRequire(createRequire(import.meta.url).resolve('@gomomento/sdk-web'));
const pb = fromSdk('@gomomento/generated-types-webtext/dist/cachepubsub_pb');
const { _Empty } = fromSdk('@gomomento/generated-types-webtext/dist/common_pb');

export const Status = {
  ok: 0,
  unknown: 2,
  invalidArgument: 3,
  notFound: 5,
  permissionDenied: 7,
  unavailable: 14,
  unauthenticated: 16,
};

function frame(flag, bytes) {
  const head = Buffer.alloc(5);
  head.writeUInt8(flag);
  head.writeUInt32BE(bytes.length, 1);
  return Buffer.concat([head, bytes]).toString('base64');
}
const message = (body) => frame(0, Buffer.from(body.serializeBinary()));
const trailer = (status, text = '') =>
  frame(0x80, Buffer.from(`grpc-status:${status}\r\ngrpc-message:${encodeURIComponent(text)}\r\n`));

const CORS = {
  'access-control-allow-origin': '*',
  'access-control-expose-headers': 'grpc-status, grpc-message',
  'access-control-max-age': '7200',
};

const wrap = (set, body) => {
  const item = new pb._SubscriptionItem();
  item[set](body);
  return message(item);
};
const heartbeat = () => wrap('setHeartbeat', new pb._Heartbeat());
function discontinuity(last, { number, page }) {
  const body = new pb._Discontinuity();
  body.setLastTopicSequence(last);
  body.setNewTopicSequence(number);
  body.setNewSequencePage(page);
  return wrap('setDiscontinuity', body);
}
function itemOf({ number, page, value, publisher }) {
  const body = new pb._TopicItem();
  body.setTopicSequenceNumber(number);
  body.setSequencePage(page);
  body.setPublisherId(publisher);
  body.setValue(value);
  return wrap('setItem', body);
}

/** One topic: all its messages in order, of one page after another, as far as they are kept. */
class Topic {
  log = [];
  page = 1_000;
  number = 0;
  /** Where in the log the present page's numbers begin. */
  from = 0;

  append(value, publisher) {
    this.log.push({ number: ++this.number, page: this.page, value, publisher });
  }

  /** Numbering starts again on a later page (or on the same, as servers without pages do). */
  restart({ samePage = false, announced = false } = {}) {
    if (samePage) this.from = this.log.length;
    else this.page += 37;
    this.number = 0;
    if (announced) this.log.push({ discontinuity: true, number: 0, page: this.page });
  }

  /** Where in the log a stream begins; `gap` where what it asks for is not there any more. */
  find(number, page) {
    if (number === 0) return { index: this.log.length };
    if (page === this.page && number > this.number + 1) return { index: this.from, gap: { number: 0, page } };
    const index = this.log.findIndex(
      (entry, index) => index >= this.from && (entry.page > page || (entry.page === page && entry.number >= number)),
    );
    const at = index < 0 ? this.log.length : index;
    const first = this.log[at];
    if (first && !first.discontinuity && first.page === page && first.number > number)
      return { index: at, gap: { number: first.number - 1, page } };
    return { index: at };
  }
}

export async function topicService(context, { heartbeatMs = 1_000, ttl = 300 } = {}) {
  const topics = new Map();
  const topic = (cache, name) => {
    const key = `${cache}/${name}`;
    if (!topics.has(key)) topics.set(key, new Topic());
    return topics.get(key);
  };
  /** Those that are good, and for whom they were vended. */
  const tokens = new Map();
  const streams = new Set();
  const count = { vended: 0, published: 0, subscribed: 0, sent: 0, refused: 0, resumedAt: [] };
  /** How the service misbehaves: with a status for all calls, or by hanging up; by being slow. */
  const faults = { refuse: undefined, delayMs: 0 };

  function subscribe(request, response, token) {
    const subscribed = topic(request.getCacheName(), request.getTopic());
    const number = request.getResumeAtTopicSequenceNumber();
    const { index, gap } = subscribed.find(number, request.getSequencePage());
    count.subscribed++;
    count.resumedAt.push(number);
    response.writeHead(200, { ...CORS, 'content-type': 'application/grpc-web-text' });
    /** Whether it keeps to itself what it should send. */
    const stream = { token, index, muted: false };
    const write = (text) => stream.muted || response.write(text);
    stream.pump = () => {
      while (!stream.muted && stream.index < subscribed.log.length && !response.writableNeedDrain) {
        const entry = subscribed.log[stream.index++];
        if (!entry.discontinuity) count.sent++;
        write(entry.discontinuity ? discontinuity(0, entry) : itemOf(entry));
      }
    };
    const forget = () => {
      stream.muted = true;
      clearInterval(beat);
      streams.delete(stream);
    };
    /** Breaks the connection in the midst of a message. */
    stream.drop = () => {
      forget();
      const text = heartbeat();
      response.write(text.slice(0, text.length - 3), () => response.destroy());
    };
    stream.end = (status, text) => {
      forget();
      response.end(trailer(status, text));
    };
    response.on('drain', stream.pump);
    response.flushHeaders();
    write(heartbeat());
    if (gap) write(discontinuity(number - 1, gap));
    stream.pump();
    const beat = setInterval(() => write(heartbeat()), heartbeatMs);
    streams.add(stream);
    response.on('close', forget);
  }

  function publish(request, response, token) {
    const { id = '' } = JSON.parse(Buffer.from(token.split('.')[1], 'base64url'));
    topic(request.getCacheName(), request.getTopic()).append(request.getValue(), id);
    count.published++;
    response.writeHead(200, { ...CORS, 'content-type': 'application/grpc-web-text' });
    response.end(message(new _Empty()) + trailer(Status.ok));
    for (const stream of streams) stream.pump();
  }

  const server = createServer(async (incoming, response) => {
    if (incoming.method === 'OPTIONS') {
      const allowed = {
        'access-control-allow-headers': incoming.headers['access-control-request-headers'] ?? '',
        'access-control-allow-methods': 'GET, POST',
      };
      return response.writeHead(204, { ...CORS, ...allowed }).end();
    }
    const [path, name = ''] = incoming.url.split('?name=');
    if (path === '/token') {
      const exp = Math.floor(Date.now() / 1000) + ttl;
      const key = jwt({ sub: 'someone', ver: 1, p: 'EgA=', exp, id: `token-${++count.vended}` });
      tokens.set(key, name);
      return response
        .writeHead(200, { ...CORS, 'content-type': 'application/json' })
        .end(JSON.stringify({ authToken: envelope(key), expiresAt: exp }));
    }
    const chunks = [];
    try {
      for await (const chunk of incoming) chunks.push(chunk);
    } catch {
      return undefined; // the caller has gone
    }
    const fail = (status, text) =>
      response
        .writeHead(200, {
          ...CORS,
          'content-type': 'application/grpc-web-text',
          'grpc-status': status,
          'grpc-message': encodeURIComponent(text),
        })
        .end();
    const body = Buffer.from(Buffer.concat(chunks).toString(), 'base64').subarray(5);
    const token = incoming.headers.authorization;
    const { exp = 0 } = tokens.has(token) ? JSON.parse(Buffer.from(token.split('.')[1], 'base64url')) : {};
    if (faults.delayMs > 0) await new Promise((resolve) => setTimeout(resolve, faults.delayMs));
    if (response.destroyed) return undefined;
    if (exp * 1000 <= Date.now()) {
      count.refused++;
      return fail(Status.unauthenticated, 'Invalid credentials');
    }
    if (faults.refuse !== undefined) {
      count.refused++;
      return faults.refuse === 'hang up' ? response.destroy() : fail(faults.refuse, 'as the test says');
    }
    if (incoming.url.endsWith('/Subscribe'))
      return subscribe(pb._SubscriptionRequest.deserializeBinary(body), response, token);
    return publish(pb._PublishRequest.deserializeBinary(body), response, token);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  context.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const host = `127.0.0.1:${server.address().port}`;

  return {
    host,
    url: `http://${host}`,
    count,
    faults,
    topic,
    /** Streams that are open. */
    streams,
    /** Puts a message into the log as if someone had published it. */
    say(cache, name, text) {
      const value = new pb._TopicValue();
      if (typeof text === 'string') value.setText(text);
      else value.setBinary(text);
      topic(cache, name).append(value, 'the service');
      for (const stream of streams) stream.pump();
    },
    /** Tokens are not good any more, all of them or all but everybody's last; their streams are ended. */
    revoke({ keepLast = false } = {}) {
      const last = new Map([...tokens].map(([token, name]) => [name, token]));
      tokens.clear();
      if (keepLast) for (const [name, token] of last) tokens.set(token, name);
      for (const stream of streams)
        if (!tokens.has(stream.token)) stream.end(Status.unauthenticated, 'Invalid credentials');
    },
    /** Options of a TokenSource that leads here. */
    sourceFor: (name) => ({
      vend: `http://${host}/token?name=${name}`,
      decode: {
        endpointOverrides: { cacheEndpoint: host, controlEndpoint: host, tokenEndpoint: host, secureConnection: false },
      },
    }),
  };
}
