// RotatingTopicClient as an app uses it: ready, close, handlers, publish, and what is refused.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import process from 'node:process';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { RotatingTopicClient } from '../../pkg/momento.js';
import { begin } from './support/begin.mjs';
import { diary } from './support/diary.mjs';
import { failure, newToken, stage } from './support/fakes.mjs';

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

test('close() leaves no listener behind, however long ago they were put there', async () => {
  const script = `
    import { getEventListeners } from 'node:events';
    import { RotatingTopicClient } from ${JSON.stringify(new URL('../../pkg/momento.js', import.meta.url))};
    const source = Object.assign(new EventTarget(), { status: 'ready', getToken() {}, reportRejected() {} });
    const window = new EventTarget();
    for (const name of ['addEventListener', 'removeEventListener']) globalThis[name] = window[name].bind(window);
    globalThis.document = new EventTarget();
    const left = () => [[source, 'token'], [source, 'status'], [window, 'online'], [window, 'pageshow'], [document, 'visibilitychange']]
      .map(([target, type]) => getEventListeners(target, type).length).join(' ');
    const topics = new RotatingTopicClient(source, { makeClient() {} });
    for (let turn = 0; turn < 10; turn++) { await new Promise(setImmediate); gc(); }
    console.log(left());
    topics.close();
    console.log(left());`;
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['--expose-gc', '--input-type=module', '--eval', script],
    { timeout: 15_000 },
  );
  assert.equal(stdout, '1 1 1 1 1\n0 0 0 0 0\n');
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
  assert.deepEqual(
    streams.map(({ cancelled }) => cancelled),
    [false, true],
  );
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
  const subscription = topics.subscribe('chat', 'room', {
    onItem: (item) => (heard.push(item.value()), subscription.unsubscribe()),
  });
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
