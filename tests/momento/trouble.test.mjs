// What RotatingTopicClient does when streams are lost, refused or silent, when the machine slept or was offline.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { begin, still } from './support/begin.mjs';
import { diary } from './support/diary.mjs';
import { newToken, stage } from './support/fakes.mjs';

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
  assert.deepEqual(
    [heard.errors, heard.items],
    [
      ['UNKNOWN_ERROR', 'UNKNOWN_ERROR'],
      ['7/1', '7/4'],
    ],
  );
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
  assert.deepEqual(
    streams.map(({ cancelled }) => cancelled),
    [false, true],
  );
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
  assert.deepEqual(
    streams.map(({ cancelled }) => cancelled),
    [false, true, false],
    'one on its way for so long is given up',
  );
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
