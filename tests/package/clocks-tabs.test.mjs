// Tabs that share, where a clock is wrong or an answer is a copy: what a sibling passes on is a life that it has
// judged.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TokenSource } from '../../pkg/index.js';
import { driveClock, replace } from './support/clock.mjs';
import { disposable } from './support/mint.mjs';
import { generator } from './support/random-scope.mjs';
import { openTabs } from './support/tabs.mjs';

const HOUR = 3_600_000;

/** Tabs on a device whose clock is `ahead`; `answer(truth, count)` gives what the service answers. */
function office(context, { ahead, answer }) {
  const clock = driveClock(context);
  // The second answer and the end of the others' patience are each drawn at random, and may come at the same moment.
  replace(context, Math, { random: generator(1).next });
  const tabs = openTabs(context);
  const truth = () => Date.now() - ahead;
  const asked = [];
  const open = (events = []) => {
    const source = new TokenSource({
      vend: async () => {
        asked.push(truth());
        return answer(truth(), asked.length);
      },
      start: 'on-demand',
      shareAcrossTabs: 'office',
    });
    for (const type of ['token', 'error', 'dropped']) source.addEventListener(type, () => events.push(type));
    context.after(() => source.close());
    return source;
  };
  return { clock, tabs, truth, asked, open };
}

const written = (at, seconds) =>
  new Response(disposable(0, { exp: Math.floor(at / 1_000) + seconds }), {
    headers: { date: new Date(at).toUTCString() },
  });

test('one tab’s doubt is all tabs’: the others wait for its second answer, and send none', async (t) => {
  const { clock, asked, open } = office(t, { ahead: HOUR, answer: (truth) => written(truth, 300) });
  const events = [];
  const sources = [open(events), open(events), open(events)];
  const calls = sources.map((source) => source.getToken());
  await clock.pass(3_000);
  assert.deepEqual(
    [asked.length, sources.map(({ status }) => status), events],
    [1, ['fetching', 'fetching', 'fetching'], []],
  );
  await clock.pass(2_000);
  const tokens = await Promise.all(calls);
  assert.deepEqual([asked.length, events], [2, ['token', 'token', 'token']]);
  assert.equal(new Set(tokens.map((token) => token.reveal())).size, 1);
});

test('a copy gets no second life by way of a tab that has just opened', async (t) => {
  let copy;
  const { clock, asked, truth, open } = office(t, { ahead: -HOUR, answer: (at) => (copy ??= written(at, 20)).clone() });
  const end = truth() + 20_000;
  const first = open();
  first.getToken();
  await clock.pass(1_000);
  await clock.pass(8_000);
  const second = open();
  second.getToken({ minValidityMs: 0 });
  await clock.pass(1_000);
  assert.equal(second.current?.reveal(), first.current.reveal(), 'its sibling’s token');
  assert.equal(asked.length, 1);
  for (let second_ = 10; second_ < 30; second_++) {
    await clock.pass(1_000);
    for (const source of [first, second])
      assert.ok(!source.current || truth() < end, `${truth() - end} ms after its end`);
  }
});

test('an end that moved for good reason moves in all tabs', async (t) => {
  // The host is a minute fast, and serves the same token again and again, but live.
  let body;
  const { clock, open, truth } = office(t, {
    ahead: 0,
    answer(at) {
      body ??= disposable(0, { exp: Math.floor(at / 1_000) + 120 });
      return new Response(body, { headers: { date: new Date(at + 60_000).toUTCString() } });
    },
  });
  const began = truth();
  const sources = [open(), open()];
  for (const source of sources) source.getToken({ minValidityMs: 0 });
  await clock.pass(1_000);
  assert.ok(sources.every(({ current }) => current));
  await clock.pass(58_000);
  const calls = sources.map((source) => source.getToken({ minValidityMs: 0 }));
  await clock.pass(6_000);
  await Promise.all(calls);
  assert.ok(
    sources.every(({ current }) => current),
    'after the end by the host’s clock',
  );
  assert.ok(truth() < began + 120_000);
});
