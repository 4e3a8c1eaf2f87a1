// What RotatingTopicClient does with its streams when a new token comes, and where they resume.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { begin } from './support/begin.mjs';
import { diary } from './support/diary.mjs';
import { newToken, stage } from './support/fakes.mjs';

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
  assert.deepEqual(
    streams.map(({ cancelled }) => cancelled),
    [false, true, false],
  );
  streams[1].item(2);
  streams[0].item(2);
  streams[2].heartbeat();
  assert.deepEqual(
    streams.map(({ cancelled }) => cancelled),
    [true, true, false],
  );
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

test('a place that was never written down, as storage gives it, is none', (t) => {
  const { topics, streams } = stage(t);
  const subscription = topics.subscribe('chat', 'room', {
    ...diary(),
    resumeAtTopicSequenceNumber: null,
    resumeAtTopicSequencePage: null,
  });
  assert.deepEqual([streams[0].after, subscription.position], [undefined, undefined]);
  topics.subscribe('chat', 'other', { ...diary(), resumeAtTopicSequenceNumber: 5, resumeAtTopicSequencePage: null });
  assert.deepEqual(streams[1].after, [4, 0]);
});

test('without a token a subscription waits, and the source is asked for one', (t) => {
  const { source, topics, streams } = stage(t, { token: null });
  topics.subscribe('chat', 'room', diary());
  assert.deepEqual([streams.length, source.asked], [0, 1]);
  source.give(newToken());
  assert.equal(streams.length, 1);
});
