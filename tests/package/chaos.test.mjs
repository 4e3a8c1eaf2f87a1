// Everything at once, at random but from a seed: callers that come and go, services that answer anything, pages and
// siblings that do as they please. Whatever happens, every caller is settled, no token is given past its end, and the
// end leaves nothing behind.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TokenSource } from '../../pkg/index.js';
import { driveClock, settle } from './support/clock.mjs';
import { disposable } from './support/mint.mjs';
import { openPage } from './support/page.mjs';
import { generator } from './support/random.mjs';
import { openTabs } from './support/tabs.mjs';

const RUNS = 20;
const STEPS = 60;

/** What a vending service or function may come up with. */
const ANSWERS = [
  () => disposable(300),
  () => disposable(20),
  () => disposable(-5),
  () => ({ authToken: disposable(90_000), refreshToken: 'r' }),
  () => new Response(disposable(60)),
  () => new Response('', { status: 401 }),
  () => new Response('', { status: 503, headers: { 'retry-after': '20' } }),
  () => new Response('<html>'),
  () => new Response(new ReadableStream()),
  () => undefined,
  () => Promise.reject(new Error('down')),
  () => new Promise(() => {}),
  () => {
    throw null;
  },
];

for (let run = 1; run <= RUNS; run++) {
  test(`seed ${run}`, { timeout: 30_000 }, async (t) => {
    const { pick, chance, between } = generator(run);
    const clock = driveClock(t);
    const page = openPage(t, { onLine: chance(0.9) });
    const tabs = openTabs(t, { locks: chance(0.8) });
    const unhandled = [];
    const hear = (error) => unhandled.push(error);
    process.on('unhandledRejection', hear);
    t.after(() => process.off('unhandledRejection', hear));

    let calls = 0;
    let settled = 0;
    const sources = Array.from({ length: between(1, 3) }, () => {
      const source = new TokenSource({
        vend: () => pick(ANSWERS)(),
        shareAcrossTabs: chance(0.7) && 'app',
        start: pick(['now', 'on-demand']),
        requestTimeoutMs: 2_000,
      });
      for (const type of ['token', 'error', 'status'])
        source.addEventListener(type, () => chance(0.1) && pick(calm(source))());
      return source;
    });
    const call = (source) => {
      const options = { minValidityMs: pick([undefined, 0, -5, 15_000, 1e6, Infinity]), forceRefresh: chance(0.3) };
      const controller = new AbortController();
      if (chance(0.3)) options.signal = controller.signal;
      calls++;
      source.getToken(options).then(
        (token) => {
          settled++;
          assert.ok(token.remainingMs() > 0);
        },
        (error) => {
          settled++;
          assert.ok(error.name === 'AbortError' || /^ERR_(VEND_|CLOSED|TOKEN_TOO_SHORT)/.test(error.code), `${error}`);
        },
      );
      if (chance(0.5)) controller.abort();
    };
    /** What a listener may do as well: no time passes in one. */
    const calm = (source) => [
      () => call(source),
      () => call(source),
      () => source.current && source.reportRejected(source.current),
      () => chance(0.05) && source.close(),
    ];
    const step = (source) =>
      pick([
        ...calm(source),
        () => page.tell(pick(['pageshow', 'pagehide', 'focus', 'online', 'offline'])),
        () => page.tell(pick(['visibilitychange', 'resume']), page.document),
        () => clock.sleep(pick([-3_600_000, -5_000, 200, 40_000, 3_600_000])),
        () => clock.jump(pick([100, 10_000, 600_000])),
      ])();
    for (let count = 0; count < STEPS; count++) {
      step(pick(sources));
      // What was given is looked at before time goes on.
      for (let turn = 0; turn < 10; turn++) await null;
      if (chance(0.5)) await settle();
      if (chance(0.5)) await clock.pass(pick([10, 1_000, 20_000]));
      for (const { current } of sources) assert.ok(current === undefined || current.version === 'v1');
    }
    for (const source of sources) source.close();
    await settle();
    assert.deepEqual(
      [settled, clock.armed(), page.listeners(), tabs.channels(), tabs.locks(), unhandled],
      [calls, [], 0, 0, [0, 0], []],
    );
    assert.ok(sources.every(({ status, current }) => status === 'closed' && current === undefined));
  });
}
