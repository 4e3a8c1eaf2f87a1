// Tabs of one origin that share a token, and what one tab's end must not do to the others.
import assert from 'node:assert/strict';
import { until } from '../e2e/support/until.mjs';
import { scenario, sleep } from './support/scenarios.mjs';

const SHARED = { shareAcrossTabs: 'user-7' };
/** How long another tab's lock may delay a token, by the waiting tab's clock. */
const PATIENCE_MS = 5_000;
/** What a tab needs besides, by the same clock: it listens to its siblings before it asks. */
const LISTENING_MS = 1_000;
/** Enough to listen, and less than a tab would wait for a lock. */
const AT_ONCE_MS = 3_000;
/** Ends a wait for what does not come; the slowest of these takes a tenth of it. */
const GUARD_S = 30;

const openTab = (tab, name, options) => tab.lab('open', 'a', { ...SHARED, tab: name, ...options });
const tokenOf = async (tab) => (await tab.lab('state', 'a')).id;
const never = () => {};

/**
 * How long tokens live, and when they are renewed: with some three seconds left, for in the background, where timers
 * fire once a second, it takes one until a tab finds the time come, and another until the owner of the lock has
 * listened; and a busy machine is late with its messages.
 */
const LIFE_S = 8;
const WINDOW = [0.3, 0.5];
const IN_LONG = 'takes a second for each of its windows: has 20 of them in `make test-browsers-long`';
const HAS_20 = 'has 20';
for (const [tabs, rotations, options] of [
  [20, 5, { without: { webkit: IN_LONG } }],
  [6, 3, { without: { chromium: HAS_20, firefox: HAS_20 } }],
  [20, 50, { long: true }],
]) {
  scenario(
    `${tabs} tabs over ${rotations} rotations: one vend each, and a valid token in every tab at all times`,
    async ({ service: start, open, figure }) => {
      const service = await start({ seconds: LIFE_S });
      const all = [];
      for (let tab = 0; tab < tabs; tab++) all.push(await open(service.url));
      await all[0].lab('openEverywhere', 'a', { ...SHARED, refreshWindow: WINDOW, requestTimeoutMs: 2000 });
      await until('all tokens have come', () => service.vends.length > rotations, rotations * LIFE_S + 10);
      const { id } = service.vends[rotations];
      for (const [index, tab] of all.entries())
        await until(`tab ${index} has the last one`, async () => Number(await tokenOf(tab)) >= Number(id));

      const times = service.vends.map(({ at }) => at);
      const apart = times.slice(1).map((at, index) => at - times[index]);
      // An expiry is in whole seconds, so tokens may live for one less.
      assert.ok(
        Math.min(...apart) > (LIFE_S - 1) * 1000 * WINDOW[0] - 250,
        `vends ${apart.join(', ')} ms apart: more than one in a rotation`,
      );
      const states = await Promise.all(all.map((tab) => tab.lab('state', 'a')));
      const ids = service.vends.slice(0, rotations + 1).map((vend) => vend.id);
      for (const [index, { tokens, gaps, errors }] of states.entries()) {
        assert.deepEqual({ gaps, errors }, { gaps: [], errors: [] }, `tab ${index}`);
        assert.deepEqual(
          tokens.slice(0, ids.length).map((token) => token.id),
          ids,
          `tab ${index}`,
        );
      }
      const delays = states
        .flatMap(({ tokens }) => tokens.map((token) => token.at - service.vends[Number(token.id) - 1].at))
        .sort((a, b) => a - b);
      figure(`${tabs} tabs: requests for ${ids.length} tokens that all had`, ids.length);
      figure(
        `${tabs} tabs: a vend is in every tab after (ms, median, worst)`,
        `${delays[delays.length >> 1]}, ${delays.at(-1)}`,
      );
    },
    options,
  );
}

scenario(
  'a new tab has the current token at once and asks nobody but its siblings',
  async ({ service: start, open, figure }) => {
    const service = await start();
    const first = await open(service.url);
    await openTab(first, 'first');
    assert.deepEqual(await first.lab('get', 'a'), { id: '1' });
    const second = await open(service.url);
    const took = await second.run(async (options) => {
      const began = performance.now();
      lab.open('a', options);
      const { id } = await lab.get('a');
      return { id, ms: Math.round(performance.now() - began) };
    }, SHARED);
    assert.equal(took.id, '1');
    assert.equal(service.vends.length, 1);
    figure('new tab: token of its siblings after (ms)', took.ms);
  },
);

scenario(
  'a token that one tab reports as rejected is replaced in all, by one request',
  async ({ service: start, open }) => {
    const service = await start();
    const tabs = [await open(service.url), await open(service.url), await open(service.url)];
    for (const tab of tabs) {
      await openTab(tab);
      assert.deepEqual(await tab.lab('get', 'a'), { id: '1' });
    }
    await Promise.all(tabs.map((tab) => tab.lab('reject', 'a')));
    for (const tab of tabs) await until('the new one is there', async () => (await tokenOf(tab)) === '2');
    assert.equal(service.vends.length, 2);
  },
);

scenario('an outage costs five tabs no more requests than one', async ({ service: start, open, figure }) => {
  const service = await start({ seconds: 300 });
  service.answer = (_, send) => send({ status: 500, body: '' });
  const tabs = [];
  for (let tab = 0; tab < 5; tab++) tabs.push(await open(service.url));
  await tabs[0].lab('openEverywhere', 'a', SHARED);
  await until('three requests have failed', () => service.vends.length >= 3, 30);
  const times = service.vends.map(({ at }) => at);
  for (const [index, at] of times.entries())
    assert.ok(index === 0 || at - times[index - 1] > 900, `requests at ${times.map((at) => at - times[0])}`);
  service.answer = (_, send) => send();
  for (const tab of tabs) await until('it has a token', async () => (await tokenOf(tab)) !== undefined, 30);
  const good = service.vends.length;
  figure('five tabs, service down and up again: requests until all had a token', good);
  assert.equal(new Set(await Promise.all(tabs.map(tokenOf))).size, 1);
});

/**
 * Three tabs that want their first token: the first one's request is never answered, the others wait for it, by clocks
 * that stand still.
 */
async function stuck(start, open, options) {
  const service = await start();
  service.answer = (vend, send) => (vend.tab === 'first' ? never() : send());
  const first = await open(service.url);
  const [second, third] = [await open(`${service.url}?virtual`), await open(`${service.url}?virtual`)];
  await openTab(first, 'first', options);
  await until('its request is there', () => service.vends.length === 1);
  await openTab(second, 'second', options);
  await openTab(third, 'third', options);
  return { service, first, others: [second, third] };
}

/** The others have a token, by their own clocks within so long: no more of it passes. How much passed comes back. */
async function takenOver(others, withinMs) {
  const step = 50;
  let passed = 0;
  const waits = async (tab) => {
    if (passed < withinMs) {
      passed += step;
      for (const other of others) await other.run((ms) => clocks.runFor(ms, () => true), step);
    }
    return (await tokenOf(tab)) !== undefined;
  };
  for (const tab of others)
    await until(`the other tabs have a token within ${withinMs} ms of theirs`, () => waits(tab), GUARD_S);
  return passed;
}

for (const [end, without] of [
  ['closed', {}],
  [
    'crash',
    {
      firefox: 'tabs of one origin share a process, which would end them all',
      webkit: 'its driver cannot crash a page',
    },
  ],
]) {
  scenario(
    `the fetching tab ends in the midst of its request (${end}): another takes over at once`,
    async ({ service: start, open, figure }) => {
      const group = await stuck(start, open);
      await group.first[end === 'closed' ? 'close' : end]();
      const took = await takenOver(group.others, AT_ONCE_MS);
      figure(`fetching tab gone (${end}): others have a token after (ms, of their time)`, took);
      assert.equal(group.service.vends.length, 2);
    },
    { without },
  );
}

scenario(
  'the tab that owns the lock is frozen: the others have a token within 5 s, and it has one when it thaws',
  async ({ service: start, open, figure }) => {
    const service = await start();
    service.answer = (vend, send) => (vend.tab === 'first' ? never() : send());
    const [first, second] = [await open(service.url), await open(`${service.url}?virtual`)];
    await openTab(first, 'first');
    await until('its request is there', () => service.vends.length === 1);
    await second.show();
    await first.freeze();
    await openTab(second, 'second');
    const took = await takenOver([second], PATIENCE_MS + LISTENING_MS);
    figure('lock owner frozen: another tab has a token after (ms, of its time)', took);
    await first.thaw();
    await first.show();
    await until('the frozen one has it as well', async () => (await tokenOf(first)) === service.vends.at(-1).id);
    assert.ok(service.vends.length <= 3, `${service.vends.length} requests`);
  },
  { without: { firefox: 'has no frozen pages', webkit: 'has no frozen pages' } },
);

scenario(
  'a stranger takes the very lock and keeps it: a token within 5 s, and renewed in time ever after',
  async ({ service: start, open, figure }) => {
    const service = await start({ seconds: 8 });
    service.answer = never;
    const stranger = await open(service.url);
    await openTab(stranger);
    await until('the request is there', () => service.vends.length === 1);
    const [name] = await stranger.lab('locks');
    await stranger.lab('close', 'a');
    await stranger.run((name) => {
      navigator.locks.request(name, () => new Promise(() => {}));
    }, name);
    await until('the stranger has the lock', () =>
      stranger.run(async (name) => (await navigator.locks.query()).held.some((lock) => lock.name === name), name),
    );

    service.answer = (_, send) => send();
    const waiting = await open(`${service.url}?virtual`);
    await openTab(waiting, 'a');
    const took = await takenOver([waiting], PATIENCE_MS + LISTENING_MS);
    figure('lock never released: token after (ms, of its time)', took);
    await waiting.lab('close', 'a');

    const tab = await open(service.url);
    await openTab(tab, 'a');
    await until('it is renewed', async () => (await tab.lab('state', 'a')).tokens.length >= 2, GUARD_S);
    assert.deepEqual((await tab.lab('state', 'a')).gaps, []);
  },
);

scenario(
  'the fetching tab navigates away: another takes over at once, nobody hears of an error, and on return it has the token of the others',
  async ({ service: start, open, figure }) => {
    const group = await stuck(start, open);
    const waiting = group.others.map((tab) => tab.lab('get', 'a'));
    await group.first.goto(`${group.service.url}away.html`);
    const took = await takenOver(group.others, AT_ONCE_MS);
    figure('fetching tab navigates away: others have a token after (ms, of their time)', took);
    assert.deepEqual(await Promise.all(waiting), [{ id: '2' }, { id: '2' }]);
    for (const tab of group.others) assert.deepEqual((await tab.lab('state', 'a')).errors, []);

    await group.first.back();
    await until('the page is back', () => group.first.run(() => globalThis.lab !== undefined));
    const { persisted, at } = await group.first.run(() => shows.at(-1));
    figure('fetching tab: kept in the back/forward cache', persisted);
    if (!persisted) await openTab(group.first);
    await until('it has the token', async () => (await tokenOf(group.first)) === '2');
    figure(
      'fetching tab is back: it has the token of the others after (ms)',
      (await group.first.lab('state', 'a')).tokens.at(-1).at - at,
    );
    assert.equal(group.service.vends.length, 2);
  },
);

scenario(
  'the same where the app sends the request: that its function threw is no error of the others',
  async ({ service: start, open, figure }) => {
    const group = await stuck(start, open, { byFunction: true });
    const waiting = group.others.map((tab) => tab.lab('get', 'a'));
    await group.first.goto(`${group.service.url}away.html`);
    const took = await takenOver(group.others, AT_ONCE_MS);
    figure('fetching tab navigates away from a vend function: others have a token after (ms, of their time)', took);
    assert.deepEqual(await Promise.all(waiting), [{ id: '2' }, { id: '2' }]);
    for (const tab of group.others) assert.deepEqual((await tab.lab('state', 'a')).errors, []);
    assert.equal(group.service.vends.length, 2);
  },
);

scenario(
  'three tabs sleep beyond the expiry of their token: on waking, one request for all',
  async ({ service: start, open, browser, figure }) => {
    const service = await start({ seconds: 4 });
    const tabs = [await open(service.url), await open(service.url), await open(service.url)];
    await tabs[0].lab('openEverywhere', 'a', SHARED);
    for (const tab of tabs) await until('it has a token', async () => (await tokenOf(tab)) !== undefined);
    const sent = service.vends.length;
    const woke = await sleep(browser, 6_000);
    const { id } = await until('it asks', () => service.vends[sent]);
    for (const tab of tabs) await until('it has the new token', async () => (await tokenOf(tab)) === id);
    const states = await Promise.all(tabs.map((tab) => tab.lab('state', 'a')));
    figure(
      'three tabs woken: all have a valid token after (ms)',
      Math.max(...states.map(({ tokens }) => tokens.at(-1).at)) - woke,
    );
    for (const { errors } of states) assert.deepEqual(errors, []);
    assert.equal(service.vends.length, sent + 1);
  },
);

scenario(
  'close() gives back the lock, held or waited for, and sends nothing more',
  async ({ service: start, open }) => {
    const service = await start();
    service.answer = never;
    const [holder, waiter] = [await open(service.url), await open(service.url)];
    await openTab(holder);
    await until('the request is there', () => service.vends.length === 1);
    await openTab(waiter);
    await until('both are in the queue', async () => (await holder.lab('locks')).length === 2);
    await waiter.lab('close', 'a');
    await until('one is left', async () => (await holder.lab('locks')).length === 1);
    await holder.lab('close', 'a');
    await until('none is left', async () => (await holder.lab('locks')).length === 0);
    await service.vends[0].gone;
    assert.equal(service.vends.length, 1);
  },
);

scenario('nobody holds the lock while there is nothing to fetch', async ({ service: start, open }) => {
  const service = await start();
  const [first, second] = [await open(service.url), await open(service.url)];
  for (const tab of [first, second]) {
    await openTab(tab);
    await tab.lab('get', 'a');
  }
  await until('it is free', async () => (await first.lab('locks')).length === 0);
});
