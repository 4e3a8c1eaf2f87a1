// RotatingTopicClient with Momento's own Web SDK, over the wire, in Node.js.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { until } from '../e2e/support/until.mjs';
import { generator } from '../package/support/random.mjs';
import { credentialProvider } from '../../pkg/momento.js';
import { makeClient, open, sdk } from './support/client.mjs';
import { diary } from './support/diary.mjs';
import { Status, topicService } from './support/topics.mjs';

const LIMIT = { timeout: 30_000 };

/** A service, and a subscription to it that stands. */
async function begin(t, { service: how, ...options } = {}) {
  const service = await topicService(t, how);
  const { source, topics } = open(t, service, options);
  const handlers = diary();
  const subscription = topics.subscribe('chat', 'room', handlers);
  await subscription.ready();
  let said = 0;
  const say = (count = 1) => Array.from({ length: count }, () => service.say('chat', 'room', `${said++}`));
  const all = (seconds) => until(`${said} messages are there`, () => handlers.heard.items.length >= said, seconds);
  const check = () =>
    assert.deepEqual(
      handlers.heard.items,
      Array.from({ length: said }, (_, i) => `${i}`),
    );
  return { service, source, topics, subscription, heard: handlers.heard, say, all, check };
}

test('a new token: a second stream resumes, and the first is closed', LIMIT, async (t) => {
  const { service, source, say, all, check } = await begin(t);
  say(3);
  await all();
  for (let round = 0; round < 3; round++) {
    await source.getToken({ forceRefresh: true });
    say(3);
    await all();
  }
  await until('one stream is left', () => service.streams.size === 1);
  assert.equal([...service.streams][0].token, source.current.reveal());
  check();
  assert.deepEqual(service.count.resumedAt.slice(0, 2), [0, 4]);
});

test('a token that the service no longer knows: the source fetches another, and nothing is lost', LIMIT, async (t) => {
  const { service, source, say, all, check, heard } = await begin(t);
  say(3);
  await all();
  const before = source.current;
  service.revoke();
  say(3);
  await all();
  check();
  assert.notEqual(source.current, before);
  assert.deepEqual([service.count.vended, heard.errors], [2, []]);
});

test('publishing with such a token: sent once more with the next', LIMIT, async (t) => {
  const { service, topics, heard } = await begin(t);
  service.revoke();
  assert.ok((await topics.publish('chat', 'room', 'x')) instanceof sdk.TopicPublish.Success);
  await until('it arrives', () => heard.items.length === 1);
  assert.deepEqual([service.count.published, service.count.vended], [1, 2]);
});

test('a connection that breaks in the midst of a message', LIMIT, async (t) => {
  const { service, say, all, check, heard } = await begin(t);
  say(3);
  await all();
  for (const stream of service.streams) stream.drop();
  say(3);
  await all();
  check();
  assert.deepEqual([heard.lost, heard.errors], [1, []]);
});

test('a service that ends each stream at once: the SDK alone storms, RotatingTopicClient pauses', LIMIT, async (t) => {
  const { service, source } = await begin(t, { backoffMs: [500, 30_000] });
  const ending = setInterval(() => service.streams.forEach((stream) => stream.end(Status.ok, '')), 1);
  t.after(() => clearInterval(ending));
  const opened = async (milliseconds) => {
    const before = service.count.subscribed;
    const begun = Date.now();
    await until('a while has passed', () => Date.now() - begun > milliseconds);
    return service.count.subscribed - before;
  };
  const ours = await opened(1_000);
  const alone = await makeClient(credentialProvider(source.current)).subscribe('chat', 'room', diary());
  const theirs = await opened(1_000);
  alone.unsubscribe();
  t.diagnostic(`streams opened in a second: ${ours} by us, ${theirs} by the SDK`);
  assert.ok(ours < 15 && theirs > 3 * ours, `${ours}, ${theirs}`);
});

test("a hundred streams cancelled: the SDK's client takes no more, RotatingTopicClient goes on", LIMIT, async (t) => {
  const { source, topics } = await begin(t);
  const client = makeClient(credentialProvider(source.current));
  let last;
  for (let round = 0; round <= 100; round++) {
    const subscription = topics.subscribe('chat', 'other', diary());
    await subscription.ready();
    subscription.unsubscribe();
    last = await client.subscribe('chat', 'other', diary());
    last.unsubscribe?.();
  }
  assert.equal(last.errorCode(), 'CLIENT_RESOURCE_EXHAUSTED');
  await topics.subscribe('chat', 'other', diary()).ready();
});

for (const fault of [Status.unavailable, Status.notFound, 'hang up']) {
  test(`a service that answers ${fault} for a while`, LIMIT, async (t) => {
    const { service, say, all, check } = await begin(t);
    say(3);
    await all();
    service.faults.refuse = fault;
    for (const stream of service.streams) stream.drop();
    say(3);
    await until('it was asked some times', () => service.count.refused >= 3);
    service.faults.refuse = undefined;
    await all();
    check();
  });
}

test('a first attempt that fails is told, and tried again', LIMIT, async (t) => {
  const service = await topicService(t);
  const { topics } = open(t, service);
  service.faults.refuse = Status.unavailable;
  const handlers = diary();
  const subscription = topics.subscribe('chat', 'room', handlers);
  await until('it is told', () => handlers.heard.errors.length >= 2);
  service.faults.refuse = undefined;
  await subscription.ready();
  assert.ok(handlers.heard.errors.every((code) => code === 'SERVER_UNAVAILABLE'));
});

test('an empty name ends the subscription, and nothing is sent', LIMIT, async (t) => {
  const service = await topicService(t);
  const { source, topics } = open(t, service);
  await source.getToken();
  const handlers = diary();
  const subscription = topics.subscribe(' ', 'room', handlers);
  await assert.rejects(subscription.ready(), { code: 'ERR_CLOSED' });
  assert.deepEqual(
    [handlers.heard.errors, subscription.isSubscribed, service.count.subscribed],
    [['INVALID_ARGUMENT_ERROR'], false, 0],
  );
});

for (const announced of [true, false]) {
  test(`a topic that starts again on a later page, ${announced ? 'announced' : 'without a word'}`, LIMIT, async (t) => {
    const { service, source, say, all, check, heard } = await begin(t);
    for (let round = 0; round < 3; round++) {
      say(5);
      await all();
      service.topic('chat', 'room').restart({ announced });
      say(2);
      if (round === 1) for (const stream of service.streams) stream.drop();
      else await source.getToken({ forceRefresh: true });
    }
    await all();
    check();
    assert.equal(heard.gaps.length > 0, announced);
  });
}

test('a topic whose numbers start again on the same page', LIMIT, async (t) => {
  const { service, say, all, check } = await begin(t);
  for (let round = 0; round < 3; round++) {
    say(5);
    await all();
    service.topic('chat', 'room').restart({ samePage: true });
    say(2);
    await all();
  }
  check();
});

test('messages that the service no longer has: a discontinuity is told', LIMIT, async (t) => {
  const { service, say, all, heard } = await begin(t);
  say(3);
  await all();
  for (const stream of service.streams) stream.drop();
  say(5);
  service.topic('chat', 'room').log.splice(0, 6);
  await until('the rest is there', () => heard.items.length === 5);
  assert.deepEqual([heard.items, heard.gaps], [['0', '1', '2', '6', '7'], [[3, 6, 1_000]]]);
});

test('a stream that is silently dead is noticed and replaced', LIMIT, async (t) => {
  const { service, say, all, check } = await begin(t, { silenceLimitMs: 400, service: { heartbeatMs: 100 } });
  say(3);
  await all();
  for (const stream of service.streams) stream.muted = true;
  const silent = Date.now();
  say(3);
  await all();
  t.diagnostic(`noticed and mended in ${Date.now() - silent} ms, with a limit of 400 ms`);
  check();
  await until('the dead one is closed', () => service.streams.size === 1);
});

test('a page that comes back: the app resumes where it left off', LIMIT, async (t) => {
  const { service, topics, say, all, subscription } = await begin(t);
  say(3);
  await all();
  const { sequenceNumber, sequencePage } = subscription.position;
  subscription.unsubscribe();
  say(3);
  const handlers = diary();
  topics.subscribe('chat', 'room', {
    ...handlers,
    resumeAtTopicSequenceNumber: sequenceNumber + 1,
    resumeAtTopicSequencePage: sequencePage,
  });
  await until('the rest is there', () => handlers.heard.items.length === 3);
  assert.deepEqual([handlers.heard.items, service.count.resumedAt.at(-1)], [['3', '4', '5'], 4]);
});

test('bytes and text arrive as they were sent, with who published them', LIMIT, async (t) => {
  const { topics, service } = await begin(t);
  const items = [];
  await topics.subscribe('chat', 'mixed', { onItem: (item) => items.push([item.value(), item.tokenId()]) }).ready();
  for (const value of ['text 漢\u{1f600}', Uint8Array.of(0, 255, 128)]) await topics.publish('chat', 'mixed', value);
  await until('both are there', () => items.length === 2);
  assert.deepEqual(items, [
    ['text 漢\u{1f600}', 'token-1'],
    [Uint8Array.of(0, 255, 128), 'token-1'],
  ]);
  assert.equal(service.count.published, 2);
});

test('after close() nothing is left, and Node.js ends by itself', LIMIT, async (t) => {
  const service = await topicService(t);
  service.say('chat', 'room', 'too early');
  const program = fileURLToPath(new URL('support/program.mjs', import.meta.url));
  const { stdout, stderr } = await promisify(execFile)(process.execPath, [program, service.url], { timeout: 20_000 });
  const { heard, closing } = JSON.parse(stdout);
  assert.deepEqual([heard, stderr], [['hello'], '']);
  // That it ends at all: else it would have been killed, which is an error of execFile.
  t.diagnostic(`ended ${Date.now() - closing} ms after close()`);
  await until('its stream is closed', () => service.streams.size === 0);
});

test('a random mixture of faults: each message once, in order', { timeout: 60_000 }, async (t) => {
  const seed = Number(process.env.DIFF_SEED ?? 1);
  const random = generator(seed);
  const { service, source, say, all, check } = await begin(t, { silenceLimitMs: 1_000, service: { heartbeatMs: 100 } });
  say(1);
  await all();
  const happenings = {
    rotate: () => source.getToken({ forceRefresh: true }),
    rotateTwice: () => Promise.all([source.getToken({ forceRefresh: true }), source.getToken({ forceRefresh: true })]),
    drop: () => service.streams.forEach((stream) => stream.drop()),
    end: () => service.streams.forEach((stream) => stream.end(Status.ok, '')),
    revoke: () => service.revoke(),
    restart: () => service.topic('chat', 'room').restart({ announced: random.chance(0.5) }),
    mute: () => service.streams.forEach((stream) => (stream.muted = true)),
    slow: () => (service.faults.delayMs = random.pick([0, 0, 50])),
    wait: () => all(),
  };
  const done = {};
  for (let round = 0; round < 40; round++) {
    say(random.between(0, 40));
    const name = random.pick([...Object.keys(happenings), 'wait', 'wait']);
    // Most often there is a stream for it to happen to.
    if (random.chance(0.7)) await until('a stream is open', () => service.streams.size > 0);
    done[name] = (done[name] ?? 0) + 1;
    await happenings[name]();
    say(random.between(0, 5));
    if (random.chance(0.5)) await new Promise(setImmediate);
  }
  await all();
  check();
  t.diagnostic(
    `${JSON.stringify(done)}; ${service.count.subscribed} streams, ${service.count.vended} tokens, DIFF_SEED=${seed}`,
  );
});
