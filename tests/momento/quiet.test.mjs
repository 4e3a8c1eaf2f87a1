// A topic that has said nothing yet: there is no place to resume at, so what a stream has brought must be known, or
// what is not known told.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { still } from './support/begin.mjs';
import { diary } from './support/diary.mjs';
import { newToken, stage } from './support/fakes.mjs';

/** A subscription whose first stream has said no more than that it stands. */
function quiet(t, options) {
  const pass = still(t);
  const played = stage(t, options);
  const handlers = diary();
  const subscription = played.topics.subscribe('chat', 'room', handlers);
  played.streams[0].heartbeat();
  return { ...played, pass, subscription, heard: handlers.heard };
}

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
  streams[0].heartbeat();
  pass(4_000);
  assert.deepEqual(
    streams.map(({ cancelled }) => cancelled),
    [false, false],
  );
  pass(1_002);
  assert.deepEqual(
    streams.map(({ cancelled }) => cancelled),
    [true, false],
  );
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
  streams[3].heartbeat();
  streams[3].lose();
  pass(500);
  assert.deepEqual(streams.at(-1).after, [7, 7]);
  streams.at(-1).item(8);
  assert.deepEqual([other.heard.items, other.heard.gaps], [['7/8'], []]);
});

test('and where the old stream ends meanwhile, having shown that it brought all: the new one delivers, and nothing was lost', (t) => {
  still(t);
  const { source, topics, streams } = stage(t);
  const handlers = diary();
  topics.subscribe('chat', 'room', handlers);
  streams[0].heartbeat();
  source.give(newToken());
  streams[1].heartbeat();
  streams[0].heartbeat();
  streams[0].lose();
  streams[1].item(5);
  assert.deepEqual([handlers.heard.items, handlers.heard.gaps, handlers.heard.lost], [['7/5'], [], 0]);
});

test('the old stream is kept until it shows that it has brought all, and rotation stays silent', (t) => {
  const { source, streams, pass, heard } = quiet(t);
  pass(40_000);
  source.give(newToken());
  streams[1].heartbeat();
  pass(15_000);
  assert.equal(streams[0].cancelled, false, 'it may have died, and something been sent since');
  streams[0].heartbeat();
  assert.deepEqual([streams[0].cancelled, heard.gaps, heard.lost], [true, [], 0]);
  pass(30_000);
  streams[1].item(5);
  assert.deepEqual([streams.length, heard.items], [2, ['7/5']]);
});

test('a stream that died without a word: what its successor may have begun too late for is told', (t) => {
  const { streams, pass, heard, subscription } = quiet(t);
  pass(61_000);
  streams[1].heartbeat();
  pass(4_000);
  assert.deepEqual([streams[0].cancelled, heard.gaps], [false, []]);
  pass(1_002);
  assert.deepEqual([streams[0].cancelled, heard.gaps, heard.lost], [true, [[0, 0, 0]], 0]);
  streams[1].item(5);
  pass(30_000);
  assert.deepEqual([heard.items, heard.gaps.length, streams.length, subscription.isSubscribed], [['7/5'], 1, 2, true]);
});

test('so is it after a rotation, once the old stream has been silent for too long', (t) => {
  const { source, streams, pass, heard } = quiet(t);
  pass(30_000);
  source.give(newToken());
  streams[1].heartbeat();
  pass(15_000);
  streams[1].heartbeat();
  assert.deepEqual([streams[0].cancelled, heard.gaps], [false, []]);
  pass(15_002);
  assert.deepEqual([streams[0].cancelled, heard.gaps], [true, [[0, 0, 0]]]);
});

test('or once it has not brought what the new one heard, which is told first', (t) => {
  const { source, streams, pass, heard } = quiet(t);
  source.give(newToken());
  streams[1].heartbeat();
  pass(20_000);
  streams[1].item(6);
  pass(4_000);
  assert.equal(streams[0].cancelled, false, 'the message may be on its way there');
  pass(1_002);
  assert.deepEqual([streams[0].cancelled, streams[2].after, heard.gaps], [true, [5, 7], []]);
  streams[2].item(6);
  assert.deepEqual([heard.gaps, heard.items], [[[0, 0, 0]], ['7/6']]);
});

test('a stream that is lost before it has shown that it brought all: told, once its successor delivers', (t) => {
  for (const beats of [1, 0]) {
    const { source, streams, heard, subscription } = quiet(t);
    source.give(newToken());
    if (beats) streams[1].heartbeat();
    streams[0].lose();
    assert.equal(heard.lost, 1 - beats);
    streams[1].heartbeat();
    streams[1].item(5);
    assert.deepEqual([heard.gaps, heard.items], [[[0, 0, 0]], ['7/5']]);
    subscription.unsubscribe();
    t.mock.restoreAll();
    t.mock.timers.reset();
  }
});

test('a handler that ends the subscription when it is told of that opens nothing more', (t) => {
  const pass = still(t);
  const { topics, streams } = stage(t);
  let subscription;
  const onDiscontinuity = () => subscription.unsubscribe();
  subscription = topics.subscribe('chat', 'room', { ...diary(), onDiscontinuity });
  streams[0].heartbeat();
  pass(61_000);
  streams[1].heartbeat();
  pass(5_002);
  assert.deepEqual(
    streams.map(({ cancelled }) => cancelled),
    [true, true],
  );
});

test('what a successor heard while it waited is asked for again, though that one was replaced', (t) => {
  for (const speaks of [true, false]) {
    const { source, streams, pass, heard, subscription } = quiet(t);
    source.give(newToken());
    streams[1].item(6);
    streams[0].heartbeat();
    source.give(newToken());
    if (speaks) streams[2].heartbeat();
    streams[0].lose();
    pass(500);
    assert.deepEqual(streams.at(-1).after, [5, 7]);
    streams.at(-1).item(6);
    assert.deepEqual([heard.items, heard.gaps], [['7/6'], []]);
    subscription.unsubscribe();
    t.mock.restoreAll();
    t.mock.timers.reset();
  }
});
