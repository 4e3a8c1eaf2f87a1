// A service that says no (401, 403, 404, 410) to a client which has, or just had, a good token. The clocks are the
// test's own.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TokenSource } from '../../pkg/index.js';
import { driveClock, settle } from './support/clock.mjs';
import { disposable, jwt } from './support/mint.mjs';
import { openPage } from './support/page.mjs';
import { openTabs } from './support/tabs.mjs';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;

const status = (code) => () => new Response('', { status: code });

/** A source whose service answers with a token, and with `no` once `refuse` was called. */
function open(context, { no = status(401), lives = 3_600, refuses = false, ...options } = {}) {
  const service = { no, lives, refuses, starts: [] };
  const source = new TokenSource({
    vend: async () => {
      service.starts.push(performance.now());
      return service.refuses ? service.no() : disposable(service.lives);
    },
    start: 'on-demand',
    ...options,
  });
  const errors = [];
  source.addEventListener('error', ({ detail }) => errors.push(detail));
  context.after(() => source.close());
  return { source, service, errors };
}

/** Asks for a token that the service then refuses to replace. Gives the time between attempts. */
async function refusedRefresh(clock, { source, service }) {
  await source.getToken();
  service.refuses = true;
  clock.jump(2 * SECOND);
  await assert.rejects(source.getToken({ forceRefresh: true }));
  return () => service.starts.slice(2).map((at, index) => at - service.starts[index + 1]);
}

const isNear = (delay, seconds) => delay >= 0.8 * seconds * SECOND - 1 && delay <= 1.2 * seconds * SECOND + 1;

for (const [name, no] of [
  ...[401, 403, 404, 410].map((code) => [`${code}`, status(code)]),
  ['an API key in place of a token', () => jwt({ t: 'g', jti: 'k' })],
]) {
  test(`${name} at a refresh is asked about again after 5, 10, 20, 40 and then every 60 s`, async (t) => {
    const clock = driveClock(t);
    const opened = open(t, { no });
    const delays = await refusedRefresh(clock, opened);
    const { source, service, errors } = opened;
    for (const [index, seconds] of [5, 10, 20, 40, 60, 60].entries()) {
      const { willRetryAt } = errors[index];
      assert.equal(source.status, 'waiting');
      assert.equal(source.lastError, errors[index]);
      assert.equal(+source.refreshAt, +willRetryAt);
      assert.ok(source.current);
      await clock.pass(willRetryAt - Date.now() - 1);
      assert.equal(delays().length, index, 'not before its time');
      await clock.pass(1);
      assert.ok(isNear(delays()[index], seconds), `${delays()}`);
    }
    service.refuses = false;
    await clock.pass(80 * SECOND);
    assert.deepEqual([source.status, source.lastError], ['ready', undefined]);
  });
}

test('within ten requests in ten minutes: `willRetryAt` is when the limit allows the next one', async (t) => {
  const clock = driveClock(t);
  const opened = open(t);
  await refusedRefresh(clock, opened);
  const { service, errors } = opened;
  for (let passed = 0; passed < 60; passed++) await clock.pass(MINUTE);
  const starts = service.starts.slice(1);
  assert.ok(starts.length > 20, `${starts.length}`);
  for (let nth = 10; nth < starts.length; nth++)
    assert.ok(starts[nth] - starts[nth - 9] >= 10 * MINUTE, `attempt ${nth}`);
  const epoch = Date.now() - performance.now();
  for (let nth = 1; nth < starts.length; nth++)
    assert.ok(Math.abs(errors[nth - 1].willRetryAt - epoch - starts[nth]) <= 1, `attempt ${nth}`);
});

test('a page that wakes, and a caller who insists, are not kept waiting', async (t) => {
  const clock = driveClock(t);
  const page = openPage(t);
  const opened = open(t);
  await refusedRefresh(clock, opened);
  const { source, service } = opened;
  await clock.pass(2 * SECOND);
  assert.equal(service.starts.length, 2);
  page.tell('focus');
  await settle();
  assert.equal(service.starts.length, 3);
  service.refuses = false;
  await clock.pass(2 * SECOND);
  const before = source.current;
  assert.notEqual(await source.getToken({ forceRefresh: true }), before);
});

test('the token in hand is given meanwhile, and one that expires is dropped', async (t) => {
  const clock = driveClock(t);
  const opened = open(t, { lives: 60 });
  await refusedRefresh(clock, opened);
  const { source } = opened;
  const token = source.current;
  assert.equal(await source.getToken(), token);
  await clock.pass(MINUTE);
  assert.deepEqual([source.current, source.status], [undefined, 'waiting']);
});

test('five minutes after the token ended, no means no', async (t) => {
  const clock = driveClock(t);
  const opened = open(t, { lives: 60 });
  await refusedRefresh(clock, opened);
  const { source, service, errors } = opened;
  for (let passed = 0; source.status !== 'failed'; passed++) {
    assert.ok(passed < 20, 'it goes on asking');
    await clock.pass(MINUTE);
  }
  const lasted = service.starts.at(-1) - service.starts[0];
  assert.ok(lasted >= 6 * MINUTE && lasted <= 17 * MINUTE, `${lasted}`);
  assert.deepEqual(
    errors.map(({ willRetryAt }) => willRetryAt === undefined),
    errors.map((_, index) => index === errors.length - 1),
  );
  await clock.pass(60 * MINUTE);
  assert.equal(service.starts.length, errors.length + 1);
  // And whoever asks is heard.
  service.refuses = false;
  assert.equal((await source.getToken()).version, 'v1');
});

test('at a first attempt, no means no', async (t) => {
  const clock = driveClock(t);
  const { source, service } = open(t, { refuses: true });
  const error = await source.getToken().then(assert.fail, (reason) => reason);
  assert.deepEqual([error.status, error.willRetryAt, source.status], [401, undefined, 'failed']);
  await clock.pass(60 * MINUTE);
  assert.equal(service.starts.length, 1);
});

for (const [name, lives, wait] of [
  ['in hand', 3_600, 2 * SECOND],
  ['that has just ended', 60, MINUTE + SECOND],
]) {
  test(`a token ${name} that was reported as rejected does not count`, async (t) => {
    const clock = driveClock(t);
    const { source, service } = open(t, { lives, refreshWindow: [0.99, 0.999] });
    const token = await source.getToken();
    service.no = () => Promise.reject(new Error('down'));
    service.refuses = true;
    await clock.pass(wait);
    if (lives === 60) assert.equal(source.current, undefined);
    service.no = status(401);
    source.reportRejected(token);
    const asked = source.getToken({ forceRefresh: true }).then(assert.fail, (reason) => reason);
    await clock.pass(2 * SECOND);
    const error = await asked;
    assert.deepEqual([error.status, error.willRetryAt, source.status], [401, undefined, 'failed']);
  });
}

test('an older token that is reported as rejected changes nothing', async (t) => {
  const clock = driveClock(t);
  const opened = open(t, { lives: 60 });
  const { source } = opened;
  const old = await source.getToken();
  await clock.pass(61 * SECOND);
  assert.notEqual(source.current, old);
  const token = source.current;
  source.reportRejected(old);
  assert.equal(source.current, token);
});

test('each of several tabs judges by what it holds itself', async (t) => {
  const clock = driveClock(t);
  openTabs(t);
  const [first, second] = [open(t, { shareAcrossTabs: 'app' }), open(t, { shareAcrossTabs: 'app' })];
  // The first has a token, and the second has rejected its own.
  const asked = Promise.all([first, second].map(({ source }) => source.getToken()));
  await clock.pass(SECOND);
  await asked;
  for (const { service } of [first, second]) service.refuses = true;
  await clock.pass(2 * SECOND);
  second.source.reportRejected(second.source.current);
  const refused = Promise.all(
    [first, second].map(({ source }) =>
      source.getToken({ forceRefresh: true }).catch(({ willRetryAt }) => willRetryAt),
    ),
  );
  await clock.pass(3 * SECOND);
  const [again, never] = await refused;
  assert.ok(again instanceof Date);
  assert.equal(never, undefined);
  assert.deepEqual([first.source.status, second.source.status], ['waiting', 'failed']);
  // The first goes on asking; what it gets then serves both.
  for (const { service } of [first, second]) service.refuses = false;
  await clock.pass(8 * SECOND);
  assert.deepEqual([first.source.status, second.source.status], ['ready', 'ready']);
});
