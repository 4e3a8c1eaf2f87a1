// What RotatingTopicClient makes of what it did not expect: messages of unknown kinds, errors that are none of the
// SDK's, an app that throws.
import assert from 'node:assert/strict';
import process from 'node:process';
import { test } from 'node:test';
import { RotatingTopicClient } from '../../pkg/momento.js';
import { begin, still } from './support/begin.mjs';
import { diary } from './support/diary.mjs';
import { newToken, stage } from './support/fakes.mjs';

test('a message of an unknown kind is told, and moves nothing: none comes twice, no successor is let go', (t) => {
  const { source, streams, heard, subscription } = begin(t);
  streams[0].item(2);
  source.give(newToken());
  streams[0].unknown();
  assert.deepEqual([streams.length, streams[1].cancelled], [2, false]);
  streams[0].item(3);
  streams[1].unknown();
  assert.deepEqual([streams[0].cancelled, subscription.position], [true, { sequenceNumber: 3, sequencePage: 7 }]);
  streams[1].item(3);
  streams[1].discontinuity(3, 9, 7);
  streams[1].unknown();
  streams[1].item(10);
  assert.deepEqual([heard.items, heard.gaps], [['7/1', '7/2', '7/3', '7/10'], [[3, 9, 7]]]);
  assert.deepEqual(heard.errors, ['UNKNOWN_ERROR', 'UNKNOWN_ERROR', 'UNKNOWN_ERROR']);
});

test('as the first word of a first stream it is no place to resume at', async (t) => {
  const { topics, streams } = stage(t);
  const { heard, ...handlers } = diary();
  const subscription = topics.subscribe('chat', 'room', handlers);
  streams[0].unknown();
  await subscription.ready();
  assert.deepEqual([heard.errors, subscription.position], [['UNKNOWN_ERROR'], undefined]);
});

test('an error that the SDK made of something else is told in a form that can be read, and tried again', async (t) => {
  const pass = still(t);
  const { topics, streams } = stage(t);
  const errors = [];
  topics.subscribe('chat', 'room', { onItem() {}, onError: (error) => errors.push(error) });
  const thrown = new ReferenceError('XMLHttpRequest is not defined');
  await streams[0].break(thrown);
  const [error] = errors;
  assert.deepEqual([error.errorCode(), error.message(), `${error}`], ['UNKNOWN_ERROR', `${thrown}`, `${thrown}`]);
  assert.equal(error.innerException(), thrown);
  pass(500);
  assert.equal(streams.length, 2);
});

test('so is one that a client throws instead of answering', async (t) => {
  const pass = still(t);
  const errors = [];
  let tries = 0;
  const thrown = new TypeError('no navigator here');
  const pubsub = { sendSubscribe: () => new Promise(() => {}) };
  const makeClient = () => ({
    subscribe: () => (tries++, Promise.reject(thrown)),
    pubsubStreamClients: [{ client: { ...pubsub } }],
  });
  const { topics } = stage(t, { makeClient });
  topics.subscribe('chat', 'room', { onItem() {}, onError: (error) => errors.push(error) });
  await new Promise(setImmediate);
  assert.deepEqual(
    errors.map((error) => [error.errorCode(), error.message(), error.innerException()]),
    [['UNKNOWN_ERROR', `${thrown}`, thrown]],
  );
  pass(500);
  assert.equal(tries, 2);
});

/** Clients as the stage makes them, until they fail. */
function failing(t, thrown) {
  const app = { fails: false };
  const made = stage(t);
  const { source } = made;
  const seen = [];
  const topics = new RotatingTopicClient(source, {
    makeClient(provider) {
      if (app.fails) throw thrown;
      return made.makeClient(provider);
    },
  });
  t.after(() => topics.close());
  const handlers = { ...diary(), onError: (...told) => seen.push(told) };
  return { ...made, topics, app, seen, handlers, heard: handlers.heard };
}

test('an app that makes no client at a rotation is told, and keeps the stream that it has', (t) => {
  const thrown = new Error('not now');
  const pass = still(t);
  const { source, streams, topics, app, seen, handlers, heard } = failing(t, thrown);
  const subscription = topics.subscribe('chat', 'room', handlers);
  streams[0].item(1);
  app.fails = true;
  source.give(newToken());
  assert.deepEqual(
    seen.map(([error, at]) => [error.errorCode(), error.innerException(), at]),
    [['UNKNOWN_ERROR', thrown, subscription]],
  );
  streams[0].item(2);
  assert.deepEqual(
    [subscription.isSubscribed, streams[0].cancelled, heard.items, heard.lost],
    [true, false, ['7/1', '7/2'], 0],
  );
  pass(500);
  assert.equal(seen.length, 2);
  app.fails = false;
  pass(1_000);
  assert.deepEqual([streams.length, streams[1].after], [2, [2, 7]]);
  streams[1].item(3);
  assert.deepEqual([streams[0].cancelled, heard.items, seen.length], [true, ['7/1', '7/2', '7/3'], 2]);
});

test('so is it with a token that leads nowhere', (t) => {
  still(t);
  const { source, streams, topics, seen, handlers } = failing(t);
  const subscription = topics.subscribe('chat', 'room', handlers);
  streams[0].item(1);
  source.give({ reveal: () => 'x', endpoints: undefined });
  assert.deepEqual([seen.length, subscription.isSubscribed, streams[0].cancelled], [1, true, false]);
  source.give(newToken());
  assert.equal(streams.length, 2);
});

test('subscribe() itself throws what makeClient throws, and nothing is left of the subscription', (t) => {
  const thrown = new Error('never');
  const pass = still(t);
  const { streams, topics, app, seen, handlers } = failing(t, thrown);
  app.fails = true;
  assert.throws(() => topics.subscribe('chat', 'room', handlers), thrown);
  app.fails = false;
  pass(60_000);
  assert.deepEqual([seen, streams.length], [[], 0]);
});

const timers = () => process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;

test('an app that closes the client or ends the subscription while it makes a client: no stream is left', (t) => {
  const before = timers();
  for (const end of ['close', 'unsubscribe', 'throw']) {
    const { streams, makeClient, source } = stage(t);
    const errors = [];
    let subscription;
    const topics = new RotatingTopicClient(source, {
      makeClient(provider) {
        if (end === 'close') topics.close();
        else subscription?.unsubscribe();
        if (end === 'throw' && subscription) throw new Error('over');
        return makeClient(provider);
      },
    });
    subscription = topics.subscribe('chat', 'room', { ...diary(), onError: (error) => errors.push(error) });
    source.give(newToken());
    assert.equal(subscription.isSubscribed, false);
    assert.deepEqual(
      [streams.map(({ cancelled }) => cancelled), errors, timers()],
      [end === 'unsubscribe' ? [true, true] : [true], [], before],
      end,
    );
  }
});

test('so is it where making a client brings the next token', (t) => {
  const { streams, makeClient, source } = stage(t);
  let again = true;
  const topics = new RotatingTopicClient(source, {
    makeClient(provider) {
      if (again) {
        again = false;
        source.give(newToken());
      }
      return makeClient(provider);
    },
  });
  t.after(() => topics.close());
  topics.subscribe('chat', 'room', diary());
  assert.equal(streams.filter(({ cancelled }) => !cancelled).length, 1);
});

test('back from offline: a subscription that another one has just ended waits for nothing', (t) => {
  const page = new EventTarget();
  for (const method of ['addEventListener', 'removeEventListener']) {
    globalThis[method] = page[method].bind(page);
    t.after(() => delete globalThis[method]);
  }
  const { now } = Date;
  const armed = timers();
  const { streams, makeClient, source } = stage(t);
  let act = () => {};
  const topics = new RotatingTopicClient(source, { makeClient: (provider) => (act(), makeClient(provider)) });
  t.after(() => topics.close());
  const one = topics.subscribe('chat', 'room', diary());
  const other = topics.subscribe('chat', 'other', diary());
  streams[0].item(1);
  streams[1].lose();
  act = () => other.unsubscribe();
  t.mock.method(Date, 'now', () => now() + 2_000);
  page.dispatchEvent(new Event('online'));
  assert.deepEqual([streams.length, other.isSubscribed], [3, false]);
  one.unsubscribe();
  assert.equal(timers(), armed);
});
