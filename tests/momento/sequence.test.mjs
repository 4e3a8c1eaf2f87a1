// Which message of which stream is delivered. Random histories of a service and its two streams: each message once, in
// order.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cases } from '../package/support/random.mjs';
import { Sequence } from './support/sequence.mjs';

const at = (sequenceNumber, sequencePage = 7) => ({ sequenceNumber, sequencePage });

/** A sequence whose current stream has delivered up to this place. */
function reached(number, page = 7) {
  const sequence = new Sequence();
  const lane = sequence.open();
  assert.equal(lane.item(number, page), true);
  return { sequence, lane };
}

test('a first stream has nowhere to resume, and delivers whatever comes', () => {
  const sequence = new Sequence();
  const lane = sequence.open();
  assert.equal(lane.after, undefined);
  assert.deepEqual([lane.item(41, 7), lane.item(42, 7)], [true, true]);
  assert.deepEqual(sequence.position, at(42));
});

test('the next stream resumes after what was delivered; its first sign of life lets the old one go', () => {
  const { sequence, lane: old } = reached(57);
  const next = sequence.open();
  assert.deepEqual(next.after, at(57));
  assert.equal(old.item(58, 7), true);
  assert.equal(next.alive(), true);
  assert.deepEqual([sequence.holds(old), old.alive(), old.item(59, 7)], [false, false, false]);
  assert.deepEqual([next.item(58, 7), next.item(59, 7)], [false, true]);
});

test('a later page is new, however low its numbers', () => {
  const { sequence, lane } = reached(57);
  assert.deepEqual([lane.item(1, 90), lane.item(2, 90)], [true, true]);
  const next = sequence.open();
  assert.deepEqual([next.item(3, 90), next.item(1, 120)], [true, true]);
});

test('numbers that start again on the same page are new', () => {
  const { sequence, lane } = reached(57, 0);
  assert.deepEqual([lane.item(1, 0), lane.item(2, 0)], [true, true]);
  const next = sequence.open();
  assert.deepEqual([next.item(1, 0), next.item(2, 0), next.item(3, 0)], [true, true, true]);
});

test('a stream opened before the topic started again is let go, to be opened anew', () => {
  const { sequence, lane } = reached(57, 0);
  const next = sequence.open();
  assert.equal(lane.item(1, 0), true);
  assert.equal(sequence.holds(next), false);
  assert.deepEqual([next.item(1, 0), sequence.open().after], [false, at(1, 0)]);
});

test('a discontinuity is told where it is news, and what stands after it is delivered', () => {
  const { sequence, lane } = reached(57);
  assert.equal(lane.discontinuity(57, 7), false, 'nothing is missing');
  assert.equal(lane.discontinuity(60, 7), true);
  const next = sequence.open();
  assert.equal(lane.item(60, 7), true, 'the message of that number came all the same');
  assert.equal(lane.item(61, 7), true);
  assert.ok(sequence.holds(next), 'the topic has not started again');
  for (let number = 62; number <= 70; number++) lane.item(number, 7);
  assert.equal(next.discontinuity(65, 7), false, 'the other stream had those');
  assert.deepEqual([next.item(66, 7), next.item(70, 7), next.item(71, 7)], [false, false, true]);
});

test('a discontinuity may name a new page, or lower numbers on the same', () => {
  const { lane } = reached(57);
  assert.deepEqual([lane.discontinuity(0, 90), lane.item(1, 90)], [true, true]);
  const other = reached(57, 0).lane;
  assert.deepEqual([other.discontinuity(3, 0), other.item(4, 0)], [true, true]);
});

test('before the first message, the next stream waits for one, and is then opened anew to resume', () => {
  const sequence = new Sequence();
  const lane = sequence.open();
  lane.alive();
  const next = sequence.open();
  assert.deepEqual([next.alive(), next.waits, next.item(42, 7)], [false, true, false]);
  assert.equal(lane.item(41, 7), true, 'from before the next one began');
  assert.deepEqual([sequence.holds(next), sequence.open().after], [false, at(41)]);
});

test('the first stream ends without a message: the next one takes over, or what it heard is asked for again', () => {
  for (const [heard, after] of [
    [0, undefined],
    [2, at(41)],
  ]) {
    const sequence = new Sequence();
    const lane = sequence.open();
    lane.alive();
    const next = sequence.open();
    next.alive();
    for (let number = 42; number < 42 + heard; number++) next.item(number, 7);
    sequence.drop(lane);
    assert.equal(sequence.current, heard === 0 ? next : undefined);
    assert.deepEqual(sequence.position, after);
    assert.equal((sequence.current ?? sequence.open()).item(42, 7), true);
  }
});

test('an app may say where to begin, with or without the page', () => {
  for (const [page, real] of [
    [7, 7],
    [0, 7],
    [0, 0],
  ]) {
    const sequence = new Sequence({ sequenceNumber: 9, sequencePage: page });
    const lane = sequence.open();
    assert.deepEqual(lane.after, { sequenceNumber: 9, sequencePage: page });
    assert.deepEqual([lane.item(10, real), lane.item(11, real)], [true, true]);
  }
});

test('whether the first stream had brought all is known where it has said something since the next one spoke', () => {
  for (const [events, blind] of [
    [['next', 'first'], false],
    [['first', 'next'], true],
    [['first'], true],
    [['next', 'first', 'open'], true],
    [['next', 'first', 'open', 'next'], true],
    // What was heard meanwhile is asked for again, so nothing that came after it is missing either.
    [['hears', 'open', 'next'], true],
    [['hears', 'first', 'open'], false],
    [['hears', 'open', 'first'], false],
  ]) {
    const sequence = new Sequence();
    const first = sequence.open();
    first.alive();
    let next = sequence.open();
    const happenings = {
      first: () => first.alive(),
      next: () => next.alive(),
      hears: () => next.item(6, 7),
      open: () => (next = sequence.open()),
    };
    for (const event of events) happenings[event]();
    sequence.drop(first);
    assert.equal(sequence.blind, blind, events.join(', '));
  }
  const { sequence, lane } = reached(57);
  sequence.drop(lane);
  assert.equal(sequence.blind, false, 'the next one resumes');
});

/** A topic, and streams that each read its log at their own pace. */
class World {
  log = [];
  page = 7;
  number = 0;
  /** What went before this is not kept. */
  kept = 0;
  /** Where the numbers of the page begin. */
  from = 0;
  delivered = [];
  /** How many messages had been delivered when a discontinuity was told. */
  told = new Set();
  streams = [];
  /** What has come on a stream that was not let go. */
  heard = new Set();
  /** Where the last stream began that had no place to resume at. */
  begun = 0;
  sequence;

  /** It begins at the beginning, or with whatever comes. */
  constructor(fresh) {
    this.sequence = new Sequence(fresh ? undefined : at(0));
  }

  publish() {
    this.log.push({ id: this.log.length, number: ++this.number, page: this.page });
  }

  restart(samePage) {
    if (samePage) this.from = this.log.length;
    else this.page += 11;
    this.number = 0;
  }

  open() {
    const lane = this.sequence.open();
    if (!lane.after) {
      this.begun = this.log.length;
      return this.streams.push({ lane, index: this.begun });
    }
    const { sequenceNumber: after, sequencePage: page } = lane.after;
    const lost = page === this.page && after > this.number;
    const found = this.log.findIndex(
      (entry, index) =>
        index >= this.from && (lost || entry.page > page || (entry.page === page && entry.number > after)),
    );
    return this.streams.push({ lane, index: found < 0 ? this.log.length : found });
  }

  /** Whatever was lost without a place is told as soon as a stream delivers. */
  tell() {
    if (!this.sequence.blind || !this.sequence.current) return;
    this.sequence.blind = false;
    this.told.add(this.delivered.length);
  }

  alive({ lane, dead }) {
    if (!dead) lane.alive();
    this.tell();
  }

  drop(lane) {
    this.sequence.drop(lane);
    this.tell();
    if (!this.sequence.current && !this.sequence.next) this.open();
  }

  /** A heartbeat comes after all that was sent before. */
  beat(stream) {
    while (stream.index < this.begun && this.step(stream));
    this.alive(stream);
  }

  /**
   * Of the only stream, and before it said where the topic stands, a loss cannot be made good, nor where it may not
   * have brought all.
   */
  matters(lane) {
    const { position, current, next, complete, withheld } = this.sequence;
    if (position || lane !== (current ?? next)) return false;
    return !current || !complete || !(next?.waits || withheld);
  }

  /** The stream's next event; false where there is none. */
  step(stream) {
    const { lane } = stream;
    if (stream.dead) return false;
    if (stream.index < this.log.length) this.alive(stream);
    if (stream.index < this.kept) {
      stream.index = this.kept;
      const { number, page } = this.log[this.kept];
      if (lane.discontinuity(number - 1, page)) this.told.add(this.delivered.length);
      return true;
    }
    const entry = this.log[stream.index];
    if (!entry) return false;
    stream.index++;
    if (this.sequence.holds(lane)) this.heard.add(entry.id);
    if (lane.item(entry.number, entry.page)) this.delivered.push(entry.id);
    return true;
  }

  get current() {
    return this.streams.find(({ lane }) => lane === this.sequence.current);
  }

  drain() {
    for (const { lane, dead } of this.streams) if (dead) this.drop(lane);
    if (!this.sequence.current && !this.sequence.next) this.open();
    for (const stream of this.streams) while (this.step(stream));
    // What one stream said may have let another go, to be opened anew.
    if (this.sequence.current) return;
    this.open();
    while (this.step(this.streams.at(-1)));
  }
}

/** So many steps of a random history; `happen` gives what may happen, most often what stands there twice. */
function history(random, steps, happen) {
  const world = new World(random.chance(0.5));
  world.open();
  // The subscription stands.
  world.streams[0].lane.alive();
  const happenings = {
    publish: () => world.publish(),
    rotate: () => world.open(),
    // Let-go streams go on speaking, for a while.
    step: () => world.step(random.pick(world.streams)),
    beat: () => world.beat(random.pick(world.streams)),
    lose: () => {
      const { lane } = random.pick(world.streams);
      if (!world.matters(lane)) world.drop(lane);
    },
    loseAny: () => world.drop(random.pick(world.streams).lane),
    // It says nothing more, and nobody notices.
    die: () => (random.pick(world.streams).dead = true),
    // What was on its way has come.
    waitedForLongEnough: () => {
      const { current } = world;
      if (!current || !world.sequence.next?.waits) return;
      while (world.step(current));
      world.alive(current);
      if (world.sequence.next) world.drop(current.lane);
    },
    restart: () => world.restart(false),
    // Without pages, what was not read before cannot be asked for after; the first of the new numbers is read where the
    // old ones were.
    restartSamePage: () => {
      world.drain();
      world.restart(true);
      if (random.chance(0.5)) world.open();
      world.publish();
      if (world.current) world.step(world.current);
      else world.drain();
    },
    forget: () => {
      if (world.log.length > 0) world.kept = Math.max(world.kept, random.below(world.log.length));
    },
  };
  for (let step = 0; step < steps; step++) {
    happenings[random.pick(happen)]();
    world.streams = world.streams.filter(
      ({ lane }, index) => world.sequence.holds(lane) || index >= world.streams.length - 8,
    );
    if (!world.sequence.current && !world.sequence.next) world.open();
  }
  world.drain();
  world.publish();
  world.drain();
  return world;
}

const COMMON = [
  'publish',
  'publish',
  'publish',
  'step',
  'step',
  'step',
  'step',
  'beat',
  'rotate',
  'lose',
  'waitedForLongEnough',
];

for (const [what, count, happen] of [
  ['rotations and lost streams', 5_000, COMMON],
  ['restarts on later pages too', 5_000, [...COMMON, 'restart']],
  ['restarts on the same page too', 5_000, [...COMMON, 'restartSamePage']],
]) {
  test(`each message once, in order: ${what}`, (t) =>
    cases(t, what, count, (random) => {
      const world = history(random, random.between(20, 150), happen);
      assert.deepEqual(
        world.delivered,
        world.log.map(({ id }) => id),
      );
    }));
}

for (const [what, happen] of [
  ['the service forgets', ['restart', 'forget']],
  ['streams are lost or die before the first message', ['rotate', 'beat', 'loseAny', 'die']],
]) {
  test(`where ${what}, none comes twice, and each gap is told`, (t) =>
    cases(t, what, 5_000, (random) => {
      const { delivered, log, told, heard, kept } = history(random, random.between(20, 150), [...COMMON, ...happen]);
      assert.equal(delivered.at(-1), log.length - 1);
      if (kept === 0)
        assert.deepEqual(
          [...heard].filter((id) => !delivered.includes(id)),
          [],
          'what came was delivered',
        );
      let last = -1;
      for (const [index, id] of delivered.entries()) {
        assert.ok(id > last, `${id} after ${last}`);
        if (id > last + 1) assert.ok(told.has(index), `nothing was told between ${last} and ${id}`);
        last = id;
      }
    }));
}
