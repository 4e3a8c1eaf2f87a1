// TokenSource and time: timers, time-outs, sleep, and what a page tells. The clocks are the test's own.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TokenSource } from '../../pkg/index.js';
import { driveClock, replace, settle } from './support/clock.mjs';
import { disposable } from './support/mint.mjs';
import { openPage } from './support/page.mjs';

const MINUTE = 60_000;

/** A source, the tokens it has asked for, and the errors it has told of. */
function open(context, { lives = 300, vend = () => disposable(lives), ...options } = {}) {
  const requests = [];
  const errors = [];
  const source = new TokenSource({
    vend: (request) => {
      requests.push(request);
      return vend(request, requests.length);
    },
    start: 'on-demand',
    ...options,
  });
  source.addEventListener('error', ({ detail }) => errors.push(detail.code));
  context.after(() => source.close());
  return { source, requests, errors, reasons: () => requests.map(({ reason }) => reason) };
}

test('a token is replaced within its window, by timers of half a minute at most', async (t) => {
  const clock = driveClock(t);
  const { source, reasons } = open(t);
  const first = await source.getToken();
  const due = source.refreshAt - Date.now();
  assert.ok(due > 0.59 * 300_000 && due < 0.8 * 300_000, `${due}`);
  for (let passed = 0; passed + 1_000 < due; passed += 1_000) {
    assert.ok(clock.armed().length === 1 && clock.armed()[0] <= 30_000, `${clock.armed()}`);
    await clock.pass(1_000);
    assert.equal(source.current, first);
  }
  await clock.pass(1_001);
  assert.notEqual(source.current, first);
  assert.deepEqual(reasons(), ['first', 'refresh']);
});

test('a request that hangs is aborted in time, and its late answer changes nothing', async (t) => {
  const clock = driveClock(t);
  const answers = [];
  const { source, requests, errors } = open(t, {
    requestTimeoutMs: 2_000,
    vend: () => new Promise((resolve) => answers.push(resolve)),
  });
  const waiting = source.getToken().then(assert.fail, (error) => error);
  await clock.pass(1_999);
  assert.deepEqual([requests[0].signal.aborted, errors], [false, []]);
  await clock.pass(1);
  assert.deepEqual(
    [requests[0].signal.aborted, errors, (await waiting).code],
    [true, ['ERR_VEND_TIMEOUT'], 'ERR_VEND_TIMEOUT'],
  );
  answers[0](disposable());
  await settle();
  assert.deepEqual([source.current, source.status], [undefined, 'waiting']);
  // It blocks nothing: the next attempt follows by itself, and is the one that counts.
  await clock.pass(source.lastError.willRetryAt - Date.now() + 1);
  assert.equal(requests.length, 2);
  answers[1](disposable());
  await settle();
  assert.deepEqual([source.status, source.lastError], ['ready', undefined]);
});

test('headers that never come are bounded too', async (t) => {
  const clock = driveClock(t);
  const source = new TokenSource({ vend: { url: 'https://vend.example/token', headers: () => new Promise(() => {}) } });
  await clock.pass(10_000);
  assert.equal(source.lastError.code, 'ERR_VEND_TIMEOUT');
  source.close();
});

test('a token in hand costs no look at the machine, and none is given past its end', async (t) => {
  const clock = driveClock(t);
  let fail = false;
  const { source } = open(t, { vend: () => (fail ? Promise.reject(new Error('down')) : disposable()) });
  const token = await source.getToken();
  fail = true;
  assert.equal(await source.getToken({ minValidityMs: 299_000 }), token);
  // The page was frozen, and no timer fired.
  clock.jump(299_000);
  assert.equal(source.current, token);
  clock.jump(1_000);
  assert.equal(source.current, undefined);
  await assert.rejects(source.getToken(), { code: 'ERR_VEND_FUNCTION' });
});

test('sleep that only the wall clock saw is noticed by the call itself', async (t) => {
  const clock = driveClock(t);
  const { source, reasons } = open(t);
  const token = await source.getToken();
  clock.jump(1_000); // no two requests begin within a second
  clock.sleep(10 * MINUTE);
  assert.equal(source.current, undefined);
  assert.notEqual(await source.getToken(), token);
  assert.deepEqual(reasons(), ['first', 'refresh']);
});

test('so it is with a token that the sleep has left good: what was refused is tried again at once', async (t) => {
  const clock = driveClock(t);
  const { source, requests } = open(t, {
    vend: (_, count) => (count === 2 ? new Response('', { status: 401 }) : disposable()),
  });
  const token = await source.getToken();
  clock.jump(2_000);
  await source.getToken({ forceRefresh: true }).catch(() => {});
  assert.equal(source.status, 'waiting');
  clock.sleep(30_000);
  assert.equal(await source.getToken(), token);
  await clock.pass(2_000);
  assert.deepEqual([requests.length, source.status], [3, 'ready']);
});

test('a wall clock set back makes no token last longer', async (t) => {
  const clock = driveClock(t);
  const { source, reasons } = open(t, { vend: (_, count) => (count === 1 ? disposable() : new Promise(() => {})) });
  const token = await source.getToken();
  clock.sleep(-60 * MINUTE);
  assert.equal(await source.getToken(), token);
  await clock.pass(5 * MINUTE);
  assert.equal(source.current, undefined);
  assert.ok(reasons().length > 1);
});

for (const [type, at] of [
  ['visibilitychange', 'document'],
  ['resume', 'document'],
  ['pageshow'],
  ['focus'],
  ['online'],
]) {
  test(`${type} wakes at once`, async (t) => {
    const clock = driveClock(t);
    const page = openPage(t);
    const { source, requests } = open(t);
    await source.getToken();
    // Long overdue, and the timer is lost.
    clock.jump(299_000);
    await settle();
    assert.equal(requests.length, 1);
    page.tell(type, at && page.document);
    await settle();
    assert.equal(requests.length, 2);
  });
}

for (const [name, hide] of [
  ['that is hidden', (page, document) => ((document.hidden = true), page.tell('visibilitychange', document))],
  ['that was hidden from the start', (_, document) => (document.hidden = true)],
]) {
  test(`a page ${name} renews its token a few seconds before it ends, for its timers are late; once shown, when it was to`, async (t) => {
    driveClock(t);
    const page = openPage(t);
    const early = name.includes('start');
    if (early) hide(page, page.document);
    const opened = Array.from({ length: 10 }, () => open(t, { lives: 20, refreshWindow: [0.8, 0.99] }));
    for (const { source } of opened) await source.getToken();
    if (!early) hide(page, page.document);
    // Which wakes pages, but this one is hidden all the same.
    page.tell('focus');
    const left = () => opened.map(({ source }) => source.current.expiresAt - source.refreshAt);
    assert.ok(
      left().every((ms) => ms >= 3_000),
      `${left()}`,
    );
    page.document.hidden = false;
    page.tell('visibilitychange', page.document);
    assert.ok(
      left().some((ms) => ms < 3_000),
      `${left()}`,
    );
    assert.ok(opened.every(({ requests }) => requests.length === 1));
  });
}

test('listeners are told once when there is no token in hand any more, and not when there is another, nor at the end', async (t) => {
  const clock = driveClock(t);
  const { source, requests } = open(t, {
    vend: (_, count) => (count < 3 ? disposable(300) : new Response('', { status: 403 })),
  });
  const told = [];
  for (const type of ['token', 'dropped'])
    source.addEventListener(type, () => told.push([type, source.current !== undefined]));
  const token = await source.getToken();
  await clock.pass(2_000);
  assert.deepEqual(told.splice(0), [['token', true]]);
  source.reportRejected(token);
  await settle();
  assert.deepEqual(told.splice(0), [
    ['dropped', false],
    ['token', true],
  ]);
  // The refresh is refused, again and again; later the token expires, and the status stays as it was.
  await clock.pass(299_000);
  const asked = requests.length;
  assert.deepEqual([source.status, asked > 3, told], ['waiting', true, []]);
  await clock.pass(1_000);
  assert.deepEqual([source.status, told], ['waiting', [['dropped', false]]]);
  source.close();
  const other = open(t).source;
  other.addEventListener('dropped', () => told.push('dropped'));
  await other.getToken();
  await clock.pass(290_000);
  other.close();
  assert.equal(told.length, 1);
});

test('a page that is hidden is not woken by that', async (t) => {
  const clock = driveClock(t);
  const page = openPage(t);
  const { source, requests } = open(t, { vend: () => new Response('', { status: 403 }) });
  await source.getToken().catch(() => {});
  clock.jump(MINUTE);
  page.document.hidden = true;
  page.tell('visibilitychange', page.document);
  await settle();
  assert.equal(requests.length, 1);
  page.document.hidden = false;
  page.tell('visibilitychange', page.document);
  await settle();
  assert.equal(requests.length, 2);
});

test('offline, nothing is sent until the page is online again', async (t) => {
  const clock = driveClock(t);
  const page = openPage(t, { onLine: false });
  const { source, requests } = open(t, { start: 'now' });
  await clock.pass(5_000);
  assert.deepEqual([requests.length, source.status], [0, 'waiting']);
  page.tell('online');
  await clock.pass(1_000);
  assert.equal(source.status, 'ready');
  page.tell('offline');
  await clock.pass(4.6 * MINUTE);
  assert.deepEqual([requests.length, source.status], [1, 'waiting']);
  page.tell('online');
  await clock.pass(1_000);
  assert.deepEqual([requests.length, source.status], [2, 'ready']);
});

test('the end leaves neither timer nor listener, not even from inside a listener', async (t) => {
  const clock = driveClock(t);
  const page = openPage(t);
  const idle = open(t).source;
  assert.deepEqual([clock.armed(), page.listeners()], [[], 0]);
  idle.close();
  const { source, requests } = open(t);
  source.addEventListener('token', () => source.close());
  source.getToken().catch(() => {});
  assert.equal(page.listeners(), 6);
  await settle();
  assert.deepEqual([source.status, clock.armed(), page.listeners(), source.current], ['closed', [], 0, undefined]);
  page.tell('pageshow');
  await clock.pass(10 * MINUTE);
  assert.equal(requests.length, 1);
});

test('closing aborts the request', async (t) => {
  driveClock(t);
  const { source, requests } = open(t, { start: 'now', vend: () => new Promise(() => {}) });
  await settle();
  source.close();
  assert.equal(requests[0].signal.aborted, true);
  // One that was not even sent yet never is.
  const late = open(t, { start: 'now' });
  late.source.close();
  await settle();
  assert.equal(late.requests.length, 0);
});

test('a timer keeps a process alive only while a caller waits', async (t) => {
  const clock = driveClock(t);
  const { source } = open(t, { vend: (_, count) => (count === 1 ? Promise.reject(new Error('down')) : disposable()) });
  await source.getToken().catch(() => {});
  assert.deepEqual(clock.refs(), [false]);
  const controller = new AbortController();
  const leaving = source.getToken({ signal: controller.signal });
  const waiting = source.getToken();
  assert.deepEqual(clock.refs(), [true]);
  controller.abort();
  await assert.rejects(leaving);
  assert.deepEqual(clock.refs(), [true]);
  await clock.pass(MINUTE);
  await waiting;
  assert.deepEqual(clock.refs(), [false]);
});

test('so it is where timers are numbers', async (t) => {
  const clock = driveClock(t, { numbers: true });
  replace(t, globalThis, { Deno: { refTimer: (id) => clock.ref(id, true), unrefTimer: (id) => clock.ref(id, false) } });
  const { source } = open(t, { vend: () => new Promise(() => {}) });
  source.getToken().catch(() => {});
  assert.deepEqual(clock.refs(), [true]);
  await clock.pass(10_000);
  assert.deepEqual(clock.refs(), [false]);
});

test('a server whose clock is an hour ahead counts, where that leaves the shorter life', async (t) => {
  driveClock(t);
  const { source } = open(t, {
    lives: 3_900, // by this clock; by the server's, which is an hour ahead, 300 s
    vend: () => new Response(disposable(3_900), { headers: { date: new Date(Date.now() + 3_600_000).toUTCString() } }),
  });
  await source.getToken();
  const due = source.refreshAt - Date.now();
  assert.ok(due < 0.8 * 300_000, `${due}`);
});

test('Retry-After is obeyed, in seconds and as a date', async (t) => {
  const clock = driveClock(t);
  for (const after of ['60', new Date(Date.now() + 60_000).toUTCString()]) {
    const { source } = open(t, { vend: () => new Response('', { status: 429, headers: { 'retry-after': after } }) });
    const error = await source.getToken().catch((reason) => reason);
    const wait = error.willRetryAt - Date.now();
    assert.ok(wait >= 59_000 && wait < 90_000, `${after}: ${wait}`);
    assert.equal(error.status, 429);
    source.close();
  }
  assert.deepEqual(clock.armed(), []);
});
