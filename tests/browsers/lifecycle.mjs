// Networks, clocks and pages that come and go.
import assert from 'node:assert/strict';
import { until } from '../e2e/support/until.mjs';
import { runFor, scenario, sleep } from './support/scenarios.mjs';

const DAY = 24 * 3600 * 1000;

/**
 * Longer than what was measured by far, and shorter than the half minute after which a page that missed an event would
 * notice by itself.
 */
const GUARD_MS = 10_000;

/** The page's token, once there is one. */
const first = async (tab, options = {}) => {
  await tab.run((options) => lab.open('a', options), options);
  const outcome = await tab.lab('get', 'a', { minValidityMs: 0 });
  assert.equal(outcome.code, undefined, outcome.code);
};

scenario(
  'offline nothing is sent, and on return one request',
  async ({ service: start, open, browser, figure }) => {
    const service = await start({ seconds: 3 });
    const tab = await open(service.url);
    await first(tab);
    await browser.offline(true);
    const sent = service.vends.length;
    await until('the token has expired', async () => (await tab.lab('state', 'a')).id === undefined);
    assert.equal(service.vends.length, sent);
    const back = Date.now();
    await browser.offline(false);
    await until('there is a token', async () => (await tab.lab('state', 'a')).id !== undefined);
    assert.equal(service.vends.length, sent + 1);
    const took = service.vends[sent].at - back;
    figure('online again: request after (ms)', took);
    assert.ok(took < GUARD_MS, `${took} ms`);
  },
  { without: { webkit: 'its driver cannot take it offline' } },
);

scenario(
  'a browser that wrongly says it is offline keeps a page from its first token for a minute and a half at most',
  async ({ service: start, open, figure }) => {
    const service = await start();
    const tab = await open(`${service.url}?unplugged&virtual`);
    const began = await tab.run(() => {
      lab.open('a');
      return clocks.trueNow();
    });
    assert.equal(await tab.run(() => navigator.onLine), false);
    await runFor(tab, 90_000);
    const { tokens, status } = await tab.lab('state', 'a');
    assert.equal(status, 'ready');
    figure(
      'said to be offline from the start: token after (s, of virtual time)',
      ((tokens[0].at - began) / 1000).toFixed(0),
    );
    assert.equal(service.vends.length, 1);
  },
);

scenario(
  'the page goes into the back/forward cache, and comes out of it with a valid token in no time',
  async ({ service: start, open, browser, figure }) => {
    const service = await start({ seconds: 3 });
    const tab = await open(service.url);
    const reasons = [];
    tab.listen?.('Page.backForwardCacheNotUsed', (event) =>
      reasons.push(...event.notRestoredExplanations.map(({ reason }) => reason)),
    );
    await first(tab, { shareAcrossTabs: 'a' });
    // At rest: a page with something still going on when it is left may be kept out.
    await until('the lock is free', async () => (await tab.lab('locks')).length === 0);
    await tab.goto(`${service.url}away.html`);
    const sent = service.vends.length;
    const left = Date.now();
    await until('the token has expired', () => Date.now() > left + 3000);
    assert.equal(service.vends.length, sent, 'a page in the cache sends nothing');
    await tab.back();
    await until('the page is shown again', () => tab.run(() => globalThis.shows?.length > 1)).catch(async (error) => {
      throw new Error(
        `${error.message}; not restored: ${reasons.join() || 'no reason given'}; shown ${JSON.stringify(await tab.run(() => globalThis.shows))}`,
      );
    });
    const shown = (await tab.run(() => shows)).at(-1);
    assert.equal(shown.persisted, true);
    await until('there is a token', async () => (await tab.lab('state', 'a')).id !== undefined);
    const { tokens } = await tab.lab('state', 'a');
    const took = tokens.at(-1).at - shown.at;
    figure('back from the cache: valid token after (ms)', took);
    assert.ok(took < GUARD_MS, `${took} ms`);
    assert.equal(service.vends.length, sent + 1);
    assert.equal(browser.name === 'chromium' && reasons.join(), browser.name === 'chromium' && '');
  },
);

scenario('a tab in the background renews its token all the same', async ({ service: start, open }) => {
  const service = await start({ seconds: 5 });
  const tab = await open(service.url);
  await first(tab);
  await tab.run(() => {
    globalThis.seen = [];
    const note = () => seen.push([document.visibilityState, Date.now()]);
    note(); // WebKit's windows are in the background from the start
    document.addEventListener('visibilitychange', note);
  });
  const other = await open(`${service.url}away.html`);
  await other.show();
  await until('three more tokens have been sent', () => service.vends.length >= 4, 30);
  await tab.show();
  await until('the last is there', async () => (await tab.lab('state', 'a')).tokens.length >= 4);
  const seen = await tab.run(() => seen);
  const at = seen.findIndex(([state]) => state === 'hidden');
  const [, hidden] = seen[at] ?? [];
  const [, shown] = seen[at + 1] ?? [null, Infinity];
  for (const { at } of service.vends.slice(1, 4))
    assert.ok(hidden < at && at < shown, `shown at ${hidden}..${shown}, asked at ${at}`);
  const { gaps, errors } = await tab.lab('state', 'a');
  assert.deepEqual({ gaps, errors }, { gaps: [], errors: [] });
  assert.equal(service.vends.length, 4);
});

const SAME_TIMERS = 'slows timers of the background to one a second, and no further';
for (const [what, seconds, patience, options] of [
  [
    'throttled to one a minute',
    3,
    60_000,
    { flags: ['--enable-features=IntensiveWakeUpThrottling:grace_period_seconds/1'] },
  ],
  ['throttled by the browser for as long as it takes', 20, 600_000, { long: true }],
]) {
  scenario(
    `a tab whose timers were ${what} has a valid token when it is shown again`,
    async ({ service: start, open, figure, skip }) => {
      const service = await start({ seconds });
      const tab = await open(service.url);
      await first(tab);
      const other = await open(`${service.url}away.html`);
      await other.show();
      await until('it is hidden', () => tab.run(() => document.hidden));
      // The tab is asked nothing meanwhile, lest that wake it.
      const lapsed = () => Date.now() > service.vends.at(-1).at + (seconds + 2) * 1000;
      const hidden = Date.now();
      await until('a token was not renewed', () => lapsed() || Date.now() > hidden + patience, 600);
      // Chromium counts as chained, and slows to one a minute, only timers that timers have set. It may count those that
      // are set after a request's answer as such or not.
      if (!lapsed()) return skip(`its timers were not slowed: a token was renewed for ${patience / 1_000} s`);
      const sent = service.vends.length;
      const shown = Date.now();
      await tab.show();
      await until('there is a token', async () => (await tab.lab('state', 'a')).id !== undefined);
      const took = (await tab.lab('state', 'a')).tokens.at(-1).at - shown;
      figure(`tab ${what}, shown: valid token after (ms)`, took);
      assert.ok(took < GUARD_MS, `${took} ms`);
      assert.equal(service.vends.length, sent + 1);
    },
    { ...options, without: { firefox: SAME_TIMERS, webkit: SAME_TIMERS } },
  );
}

scenario(
  'asleep beyond its expiry, a token is replaced on waking, before the next look at the clocks',
  async ({ service: start, open, browser, figure }) => {
    const service = await start({ seconds: 4 });
    const tab = await open(service.url);
    await first(tab);
    const sent = service.vends.length;
    const woke = await sleep(browser, 6_000);
    await until('it asks', () => service.vends.length > sent);
    const asked = service.vends[sent].at - woke;
    await until('there is a token', async () => (await tab.lab('state', 'a')).tokens.length > sent);
    const { tokens, errors } = await tab.lab('state', 'a');
    figure('woken: request after (ms)', asked);
    figure('woken: valid token after (ms)', tokens.at(-1).at - woke);
    assert.deepEqual(errors, []);
    assert.ok(asked < GUARD_MS, `${asked} ms`);
    assert.equal(service.vends.length, sent + 1);
  },
);

for (const [name, skew] of [
  ['a day fast', DAY],
  ['a day slow', -DAY],
]) {
  scenario(`a wall clock ${name} brings neither a loop nor an expired token`, async ({ service: start, open }) => {
    const service = await start({ seconds: 6 });
    const tab = await open(`${service.url}?skew=${skew}`);
    await first(tab);
    await until('two more tokens have come', async () => (await tab.lab('state', 'a')).tokens.length >= 3, 30);
    const { gaps, errors, tokens } = await tab.lab('state', 'a');
    assert.deepEqual({ gaps, errors }, { gaps: [], errors: [] });
    // A clock that is ahead makes a copy of what is live: a second answer settles that once.
    assert.equal(service.vends.length, tokens.length + (skew > 0 ? 1 : 0));
    assert.ok(tokens.at(-1).at - tokens[0].at > 3000, 'renewed in haste');
  });
}

scenario(
  'a wall clock that leaps a day ahead and back costs two requests at most, and brings no expired token',
  async ({ service: start, open }) => {
    const service = await start({ seconds: 300 });
    const tab = await open(service.url);
    await first(tab);
    for (const skew of [DAY, 0, -DAY, 0]) {
      const before = service.vends.length;
      await tab.run((skew) => {
        clocks.skew = skew;
        dispatchEvent(new Event('focus')); // the clocks are looked at
      }, skew);
      const { expired, code } = await tab.lab('get', 'a');
      assert.deepEqual({ expired, code }, { expired: undefined, code: undefined });
      // A day ahead, the token looks expired, and so does the next one until a second answer shows that both are live.
      const most = skew > 0 ? 2 : 1;
      assert.ok(service.vends.length - before <= most, `to ${skew}: ${service.vends.length - before} requests`);
    }
    assert.deepEqual((await tab.lab('state', 'a')).errors, []);
    assert.ok(service.vends.length <= 6, `${service.vends.length} requests`);
  },
);
