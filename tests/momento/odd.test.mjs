// What RotatingTopicClient makes of what it did not expect: messages of unknown kinds, errors that are none of the SDK's, an app that throws.
import assert from 'node:assert/strict';
import { test } from 'node:test';
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
  const makeClient = () => ({ subscribe: () => (tries++, Promise.reject(thrown)), pubsubStreamClients: [{ client: { ...pubsub } }] });
  const { topics } = stage(t, { makeClient });
  topics.subscribe('chat', 'room', { onItem() {}, onError: (error) => errors.push(error) });
  await new Promise(setImmediate);
  assert.deepEqual(errors.map((error) => [error.errorCode(), error.message(), error.innerException()]), [['UNKNOWN_ERROR', `${thrown}`, thrown]]);
  pass(500);
  assert.equal(tries, 2);
});
