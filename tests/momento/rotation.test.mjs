// What RotatingTopicClient does when: the clock, the source and the SDK are the test's.
import assert from 'node:assert/strict';
import process from 'node:process';
import { test } from 'node:test';
import { RotatingTopicClient } from '../../pkg/momento.js';
import { diary } from './support/diary.mjs';
import { failure, newToken, stage } from './support/fakes.mjs';

/** Timers and the wall clock stand still until the test moves them; the pauses are as long as they may be. */
function still(t) {
  t.mock.timers.enable({ apis: ['setTimeout', 'Date'], now: Date.now() });
  t.mock.method(Math, 'random', () => 1);
  return (ms) => t.mock.timers.tick(ms);
}

/** A subscription whose first stream has said something. */
function begin(t, options) {
  const pass = still(t);
  const played = stage(t, options);
  const handlers = diary();
  const subscription = played.topics.subscribe('chat', 'room', handlers);
  played.streams[0]?.item(1);
  return { ...played, pass, subscription, handlers, heard: handlers.heard };
}

test('a new token: its stream resumes after the last message, and the old one is dropped once it speaks', (t) => {
  const { source, streams, heard, subscription } = begin(t);
  streams[0].item(2);
  source.give(newToken());
  assert.equal(streams.length, 2);
  assert.deepEqual(streams[1].after, [2, 7]);
  assert.equal(streams[1].token, source.current.reveal());
  streams[0].item(3);
  assert.equal(streams[0].cancelled, false);
  streams[1].item(3);
  assert.equal(streams[0].cancelled, true);
  streams[0].item(4);
  streams[1].item(4);
  assert.deepEqual(heard.items, ['7/1', '7/2', '7/3', '7/4']);
  assert.deepEqual(subscription.position, { sequenceNumber: 4, sequencePage: 7 });
  assert.deepEqual([heard.lost, heard.errors, heard.gaps], [0, [], []]);
});

test('a token that follows before the last one spoke takes its place; the old stream goes on meanwhile', (t) => {
  const { source, streams, heard } = begin(t);
  source.give(newToken());
  source.give(newToken());
  assert.deepEqual(streams.map(({ cancelled }) => cancelled), [false, true, false]);
  streams[1].item(2);
  streams[0].item(2);
  streams[2].heartbeat();
  assert.deepEqual(streams.map(({ cancelled }) => cancelled), [true, true, false]);
  assert.deepEqual(heard.items, ['7/1', '7/2']);
});

test('a topic that starts again while a stream is on its way: that one is opened anew', (t) => {
  const { source, streams, heard } = begin(t);
  source.give(newToken());
  streams[0].item(1, 90);
  assert.deepEqual([streams.length, streams[1].cancelled, streams[2].after], [3, true, [1, 90]]);
  streams[2].item(2, 90);
  assert.deepEqual(heard.items, ['7/1', '90/1', '90/2']);
});

test('a lost stream is opened again after a pause that doubles, up to a limit, and begins anew after a good while', (t) => {
  const { streams, pass, heard } = begin(t);
  const pauses = [];
  for (let round = 0; round < 9; round++) {
    streams.at(-1).lose();
    const before = streams.length;
    let waited = 0;
    for (; streams.length === before; waited += 100) pass(100);
    pauses.push(waited);
  }
  assert.deepEqual(pauses, [500, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000, 30_000]);
  assert.deepEqual(streams.at(-1).after, [1, 7]);
  assert.equal(heard.lost, 1);
  streams.at(-1).item(2);
  pass(11_000);
  streams.at(-1).lose();
  pass(500);
  assert.deepEqual([streams.length, streams.at(-1).after], [11, [2, 7]]);
});

test('a service that takes streams and ends them at once is not stormed', (t) => {
  const { streams, pass } = begin(t);
  t.mock.method(Math, 'random', () => 0.5);
  for (let seconds = 0; seconds < 600; seconds++) {
    streams.at(-1).heartbeat();
    streams.at(-1).lose();
    pass(1_000);
  }
  assert.ok(streams.length > 30 && streams.length < 60, `${streams.length} in ten minutes`);
});

test('a refused token is reported once, and nothing is tried until the next one comes', async (t) => {
  const { source, streams, pass, heard } = begin(t);
  const refused = source.current;
  await streams[0].fail('AUTHENTICATION_ERROR');
  assert.deepEqual(source.rejected, [refused]);
  pass(600_000);
  assert.equal(streams.length, 1);
  source.give(newToken());
  assert.deepEqual([streams.length, streams[1].after], [2, [1, 7]]);
  assert.deepEqual(heard.errors, []);
  await streams[1].fail('AUTHENTICATION_ERROR');
  assert.equal(source.rejected.length, 2);
});

test('a refusal of a token that was replaced already costs the new one nothing', async (t) => {
  const { source, streams } = begin(t);
  source.give(newToken());
  await streams[0].fail('AUTHENTICATION_ERROR');
  assert.deepEqual([streams.length, streams[1].cancelled], [2, false]);
  assert.ok(source.current);
});

test('a token that is refused first of all is reported too', async (t) => {
  const pass = still(t);
  const { source, topics, streams } = stage(t);
  topics.subscribe('chat', 'room', diary());
  await streams[0].fail('AUTHENTICATION_ERROR');
  await Promise.resolve();
  pass(60_000);
  assert.deepEqual([source.rejected.length, streams.length], [1, 1]);
});

test('a refused permission is told, and tried again with the next token alone', async (t) => {
  const { source, streams, pass, heard, subscription } = begin(t);
  await streams[0].fail('PERMISSION_ERROR');
  pass(600_000);
  assert.deepEqual([heard.errors, streams.length, subscription.isSubscribed], [['PERMISSION_ERROR'], 1, true]);
  source.give(newToken());
  assert.equal(streams.length, 2);
});

test('a name that the service cannot take ends the subscription', async (t) => {
  const { streams, pass, heard, subscription, source } = begin(t);
  await streams[0].fail('INVALID_ARGUMENT_ERROR');
  assert.deepEqual([heard.errors, subscription.isSubscribed], [['INVALID_ARGUMENT_ERROR'], false]);
  await assert.rejects(subscription.ready(), { code: 'ERR_CLOSED' });
  pass(600_000);
  source.give(newToken());
  assert.equal(streams.length, 1);
});

test('other errors are told, and tried again', async (t) => {
  const { streams, pass, heard } = begin(t);
  await streams[0].fail('SERVER_UNAVAILABLE');
  pass(500);
  await streams[1].fail('NOT_FOUND_ERROR');
  pass(1_000);
  assert.deepEqual([heard.errors, streams.length], [['SERVER_UNAVAILABLE', 'NOT_FOUND_ERROR'], 3]);
});

test('a message that the SDK cannot read is told once, and the stream goes on', (t) => {
  const { source, streams, heard } = begin(t);
  streams[0].oddItem(2);
  source.give(newToken());
  assert.deepEqual(streams[1].after, [2, 7]);
  streams[0].oddItem(3);
  streams[1].oddItem(3);
  streams[1].item(4);
  assert.deepEqual([heard.errors, heard.items], [['UNKNOWN_ERROR', 'UNKNOWN_ERROR'], ['7/1', '7/4']]);
});

test('a stream gone silent is replaced, and kept until its successor speaks', (t) => {
  const { streams, pass, heard } = begin(t);
  for (let minute = 0; minute < 3; minute++) {
    pass(59_000);
    streams[0].heartbeat();
  }
  assert.equal(streams.length, 1);
  pass(61_000);
  assert.deepEqual([streams.length, streams[0].cancelled, streams[1].after], [2, false, [1, 7]]);
  streams[0].item(2);
  streams[1].item(2);
  assert.deepEqual([streams[0].cancelled, heard.items, heard.lost], [true, ['7/1', '7/2'], 0]);
});

test('a successor that stays silent is given up, and tried again with pauses', (t) => {
  const { streams, pass } = begin(t);
  pass(61_000);
  pass(61_000);
  assert.deepEqual(streams.map(({ cancelled }) => cancelled), [false, true]);
  pass(500);
  assert.equal(streams.length, 3);
});

test('sleep: timers stood still, the wall clock went on', (t) => {
  let slept = 0;
  const { now } = Date;
  t.mock.timers.enable({ apis: ['setTimeout'] });
  t.mock.method(Date, 'now', () => now() + slept);
  const { topics, streams } = stage(t);
  topics.subscribe('chat', 'room', diary());
  streams[0].item(1);
  slept = 3_600_000;
  t.mock.timers.tick(15_001);
  assert.equal(streams.length, 2);
});

test('a new token cuts a pause short, and failures are counted anew', (t) => {
  const { source, streams, pass } = begin(t);
  for (let round = 0; round < 8; round++) {
    streams.at(-1).lose();
    pass(30_000);
  }
  streams.at(-1).lose();
  const before = streams.length;
  source.give(newToken());
  assert.equal(streams.length, before + 1);
  pass(30_000);
  assert.equal(streams.length, before + 1, 'the pause is over, and not kept');
  streams.at(-1).lose();
  pass(500);
  assert.equal(streams.length, before + 2);
});

test('back from offline: streams that have been silent are doubted, pauses cut short', (t) => {
  const page = new EventTarget();
  for (const method of ['addEventListener', 'removeEventListener']) {
    globalThis[method] = page[method].bind(page);
    t.after(() => delete globalThis[method]);
  }
  const { streams, pass, topics } = begin(t);
  page.dispatchEvent(new Event('online'));
  assert.equal(streams.length, 1, 'it spoke just now');
  pass(2_000);
  page.dispatchEvent(new Event('online'));
  assert.deepEqual([streams.length, streams[0].cancelled], [2, false]);
  pass(2_000);
  page.dispatchEvent(new Event('online'));
  assert.deepEqual(streams.map(({ cancelled }) => cancelled), [false, true, false], 'one on its way for so long is given up');
  streams[2].heartbeat();
  for (let round = 0; round < 6; round++) {
    streams.at(-1).lose();
    pass(30_000);
  }
  streams.at(-1).lose();
  const before = streams.length;
  page.dispatchEvent(new Event('online'));
  pass(500);
  assert.equal(streams.length, before + 1);

  topics.close();
  page.dispatchEvent(new Event('online'));
  pass(600_000);
  assert.equal(streams.length, before + 1);
});

test('a connection lost before its first message: what was missed is not known, and that is told', (t) => {
  const pass = still(t);
  const { topics, streams } = stage(t);
  const handlers = diary();
  topics.subscribe('chat', 'room', handlers);
  streams[0].heartbeat();
  streams[0].lose();
  pass(500);
  assert.equal(streams[1].after, undefined);
  streams[1].heartbeat();
  streams[1].item(5);
  assert.deepEqual([handlers.heard.gaps, handlers.heard.items], [[[0, 0, 0]], ['7/5']]);
});

test('a topic without messages: the old stream is kept a while beside the new one, should one be on its way', (t) => {
  const pass = still(t);
  const { source, topics, streams } = stage(t);
  const handlers = diary();
  topics.subscribe('chat', 'room', handlers);
  streams[0].heartbeat();
  source.give(newToken());
  streams[1].heartbeat();
  pass(4_000);
  assert.deepEqual(streams.map(({ cancelled }) => cancelled), [false, false]);
  pass(1_002);
  assert.deepEqual(streams.map(({ cancelled }) => cancelled), [true, false]);
  streams[1].item(5);

  source.give(newToken());
  streams[2].heartbeat();
  assert.deepEqual([streams[2].after, streams[1].cancelled], [[5, 7], true]);
  assert.deepEqual([handlers.heard.items, handlers.heard.gaps, handlers.heard.lost], [['7/5'], [], 0]);
});

test('and where one was: it is delivered, and the new stream opened anew', (t) => {
  const pass = still(t);
  const { source, topics, streams } = stage(t);
  const handlers = diary();
  topics.subscribe('chat', 'room', handlers);
  streams[0].heartbeat();
  source.give(newToken());
  streams[1].heartbeat();
  streams[1].item(6);
  streams[0].item(5);
  assert.deepEqual([streams.length, streams[1].cancelled, streams[2].after], [3, true, [5, 7]]);
  streams[2].item(6);
  assert.equal(streams[0].cancelled, true);
  assert.deepEqual(handlers.heard.items, ['7/5', '7/6']);

  const other = diary();
  topics.subscribe('chat', 'other', other);
  streams[3].heartbeat();
  source.give(newToken());
  const successor = streams.findLast(({ topic }) => topic === 'other');
  successor.item(8);
  streams[3].lose();
  pass(500);
  assert.deepEqual(streams.at(-1).after, [7, 7]);
  streams.at(-1).item(8);
  assert.deepEqual([other.heard.items, other.heard.gaps], [['7/8'], []]);
});

test('and where the old stream ends meanwhile: the new one delivers, and nothing was lost', (t) => {
  still(t);
  const { source, topics, streams } = stage(t);
  const handlers = diary();
  topics.subscribe('chat', 'room', handlers);
  streams[0].heartbeat();
  source.give(newToken());
  streams[1].heartbeat();
  streams[0].lose();
  streams[1].item(5);
  assert.deepEqual([handlers.heard.items, handlers.heard.gaps, handlers.heard.lost], [['7/5'], [], 0]);
});

test('discontinuities are told, each once', (t) => {
  const { source, streams, heard } = begin(t);
  source.give(newToken());
  streams[0].discontinuity(1, 9, 7);
  streams[1].discontinuity(1, 9, 7);
  streams[1].item(10);
  assert.deepEqual([heard.gaps, heard.items], [[[1, 9, 7]], ['7/1', '7/10']]);
});

test('an app may resume where it left off', (t) => {
  const { topics, streams } = stage(t);
  topics.subscribe('chat', 'room', { ...diary(), resumeAtTopicSequenceNumber: 42, resumeAtTopicSequencePage: 7 });
  assert.deepEqual(streams[0].after, [41, 7]);
});

test('without a token a subscription waits, and the source is asked for one', (t) => {
  const { source, topics, streams } = stage(t, { token: null });
  topics.subscribe('chat', 'room', diary());
  assert.deepEqual([streams.length, source.asked], [0, 1]);
  source.give(newToken());
  assert.equal(streams.length, 1);
});

test('ready() waits for the first sign of life', async (t) => {
  const { topics, streams } = stage(t);
  const subscription = topics.subscribe('chat', 'room', diary());
  let ready = false;
  const waiting = subscription.ready().then(() => (ready = true));
  await new Promise(setImmediate);
  assert.equal(ready, false);
  streams[0].heartbeat();
  await waiting;
  await subscription.ready();
  const other = topics.subscribe('chat', 'room', diary()).ready();
  topics.close();
  await assert.rejects(other, { code: 'ERR_CLOSED' });
});

test('close() ends everything: streams, timers, listeners', async (t) => {
  const { source, topics, streams, pass, subscription, heard } = begin(t);
  topics.subscribe('chat', 'other', diary());
  streams[1].lose();
  source.give(newToken());
  topics.close();
  assert.ok(streams.every(({ cancelled }) => cancelled));
  assert.equal(subscription.isSubscribed, false);
  const before = streams.length;
  source.give(newToken());
  streams.at(-1).item(5);
  pass(600_000);
  assert.deepEqual([streams.length, heard.items], [before, ['7/1']]);
  assert.throws(() => topics.subscribe('chat', 'room', diary()), { name: 'TokenError', code: 'ERR_CLOSED' });
  await assert.rejects(topics.publish('chat', 'room', 'x'), { name: 'TokenError', code: 'ERR_CLOSED' });
  topics.close();
});

test('close() leaves no timer behind', (t) => {
  const timers = () => process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;
  const before = timers();
  t.mock.method(Math, 'random', () => 1);
  const { topics, streams } = stage(t, { backoffMs: [30_000, 30_000] });
  topics.subscribe('chat', 'room', diary());
  topics.subscribe('chat', 'other', diary());
  streams[0].item(1);
  streams[1].lose();
  assert.equal(timers(), before + 2);
  topics.close();
  assert.equal(timers(), before);
});

test('with a source that was closed, the client is closed', (t) => {
  const { source } = stage(t);
  source.close();
  const late = new RotatingTopicClient(source, { makeClient: () => ({}) });
  assert.throws(() => late.subscribe('chat', 'room', diary()), { code: 'ERR_CLOSED' });
});

test('closing the source closes the client; `using` ends subscriptions', (t) => {
  const { source, topics, streams, subscription } = begin(t);
  topics.subscribe('chat', 'other', diary())[Symbol.dispose]();
  assert.deepEqual(streams.map(({ cancelled }) => cancelled), [false, true]);
  source.close();
  assert.deepEqual([subscription.isSubscribed, streams[0].cancelled], [false, true]);
});

test('a handler that throws harms no one, and its error is seen', (t) => {
  const thrown = [];
  t.mock.method(globalThis, 'queueMicrotask', (task) => thrown.push(task));
  const { topics, streams } = stage(t);
  const heard = [];
  const subscription = topics.subscribe('chat', 'room', {
    onItem(item) {
      heard.push(item.value());
      throw new Error('mine');
    },
  });
  streams[0].item(1);
  streams[0].item(2);
  assert.deepEqual([heard, subscription.isSubscribed], [['7/1', '7/2'], true]);
  assert.equal(thrown.length, 2);
  assert.throws(thrown[0], { message: 'mine' });
});

test('a handler that ends its subscription hears no more', (t) => {
  const { topics, streams, source } = stage(t);
  const heard = [];
  const subscription = topics.subscribe('chat', 'room', { onItem: (item) => (heard.push(item.value()), subscription.unsubscribe()) });
  streams[0].item(1);
  streams[0].item(2);
  source.give(newToken());
  assert.deepEqual([heard, streams.length, streams[0].cancelled], [['7/1'], 1, true]);
});

test('a handler that ends its subscription when the connection is lost hears no more', async (t) => {
  const { topics, streams } = stage(t);
  const errors = [];
  const subscription = topics.subscribe('chat', 'room', {
    onItem() {},
    onConnectionLost: () => subscription.unsubscribe(),
    onError: (error) => errors.push(error),
  });
  streams[0].item(1);
  await streams[0].fail('SERVER_UNAVAILABLE');
  assert.deepEqual(errors, []);
});

test('publish: a refused token is reported, and the message sent once more with the next', async (t) => {
  const answers = [failure('AUTHENTICATION_ERROR'), { is_success: true }];
  const { source, topics } = stage(t, { publish: async () => answers.shift() });
  source.reportRejected = (token) => (source.rejected.push(token), (source.current = newToken()));
  assert.deepEqual(await topics.publish('chat', 'room', 'x'), { is_success: true });
  assert.equal(source.rejected.length, 1);

  answers.push(failure('AUTHENTICATION_ERROR'), failure('AUTHENTICATION_ERROR'));
  assert.equal((await topics.publish('chat', 'room', 'x')).errorCode(), 'AUTHENTICATION_ERROR');
  answers.push(failure('LIMIT_EXCEEDED_ERROR'), 'never asked for');
  assert.equal((await topics.publish('chat', 'room', 'x')).errorCode(), 'LIMIT_EXCEEDED_ERROR');
  assert.equal(answers.length, 1);
});

test('publish: an SDK that throws its errors is understood alike', async (t) => {
  let tries = 0;
  const { source, topics } = stage(t, { publish: () => (tries++, Promise.reject(failure('AUTHENTICATION_ERROR'))) });
  source.reportRejected = () => (source.current = newToken());
  await assert.rejects(topics.publish('chat', 'room', 'x'), (error) => error.errorCode() === 'AUTHENTICATION_ERROR');
  assert.equal(tries, 2);
});

test('what makes no sense is refused at once', (t) => {
  const { source, topics } = stage(t);
  const makeClient = () => ({});
  for (const args of [
    [undefined, { makeClient }],
    [{}, { makeClient }],
    [source],
    [source, {}],
    [source, { makeClient, silenceLimitMs: 0 }],
    [source, { makeClient, silenceLimitMs: NaN }],
    [source, { makeClient, backoffMs: [0, 1] }],
    [source, { makeClient, backoffMs: [2, 1] }],
    [source, { makeClient, backoffMs: [1, 2 ** 31] }],
    [source, { makeClient, backoffMs: [] }],
    [source, { makeClient, backoffMs: 5 }],
    [source, { makeClient, backoffMs: null }],
  ]) {
    assert.throws(() => new RotatingTopicClient(...args), { name: 'TokenError', code: 'ERR_ARGUMENT' });
  }
  const onItem = () => {};
  for (const options of [
    undefined,
    {},
    { onItem: 5 },
    { onItem, resumeAtTopicSequenceNumber: 0 },
    { onItem, resumeAtTopicSequenceNumber: 1, resumeAtTopicSequencePage: -1 },
  ]) {
    assert.throws(() => topics.subscribe('chat', 'room', options), { name: 'TokenError', code: 'ERR_ARGUMENT' });
  }
});

test('an SDK that cannot be told where to resume, or a client used twice, is refused', (t) => {
  const { source, topics } = stage(t);
  for (const client of [{}, { pubsubStreamClients: [] }, { pubsubStreamClients: [{ client: {} }] }]) {
    const other = new RotatingTopicClient(source, { makeClient: () => client });
    t.after(() => other.close());
    assert.throws(() => other.subscribe('chat', 'room', diary()), { name: 'TokenError', code: 'ERR_SDK' });
  }
  const subscription = topics.subscribe('chat', 'room', diary());
  const same = {
    subscribe: () => new Promise(() => {}),
    pubsubStreamClients: [{ client: { sendSubscribe: () => new Promise(() => {}) } }],
  };
  const other = new RotatingTopicClient(source, { makeClient: () => same });
  t.after(() => other.close());
  other.subscribe('chat', 'room', diary());
  assert.throws(() => other.subscribe('chat', 'room', diary()), { name: 'TokenError', code: 'ERR_ARGUMENT' });
  assert.ok(subscription.isSubscribed);
});
