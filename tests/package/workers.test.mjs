// Cloudflare Workers, in workerd itself: a source at the level of the module, which many requests use. There, timers,
// fetches and promises belong to the request that made them, and end with it.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { disposable } from './support/mint.mjs';
import { vendingService } from './support/service.mjs';
import { startWorker } from './support/workerd.mjs';

const LIMIT = { timeout: 60_000 };

/** Of compatibility: before there was a `navigator`, before promises were handled across requests, and now. */
const DATES = ['2021-11-10', '2023-07-01', '2026-06-01'];

const answer = (lives = 300) => ({ body: disposable(lives) });
const slowly = (ms, lives) => async () => (await pause(ms), answer(lives));

const HANDLERS = {
  get: `async () => (await source.getToken()).version`,
  reveal: `async () => (await source.getToken()).reveal()`,
  state: `() => [source.status, source.lastError?.code, source.current?.version]`,
};

/** A Worker whose one source asks a service of the test's. */
async function start(context, answers, { options = '', handlers = {}, date } = {}) {
  const { url, requests } = await vendingService(context, answers);
  const before = `const source = new TokenSource({ vend: ${JSON.stringify(url)}, ${options} });`;
  const worker = await startWorker(context, { before, handlers: { ...HANDLERS, ...handlers }, date });
  return { ...worker, requests };
}

const twelve = (ask, path = 'get') => Promise.all(Array.from({ length: 12 }, () => ask(path)));

for (const options of [
  `start: 'now'`,
  `start: 'on-demand'`,
  `scope: { permissions: [{ role: 'readonly', cache: 'chat' }] }, expiresIn: { seconds: 600 }, tokenId: 'user-7'`,
  `shareAcrossTabs: 'app'`,
]) {
  test(`a Worker starts with a source at module level: ${options}`, LIMIT, async (t) => {
    const { ask, requests } = await start(t, () => answer(), { options });
    assert.deepEqual(await ask('state'), ['idle', null, null]);
    assert.equal(requests.length, 0);
    assert.equal(await ask('get'), 'v1');
    assert.deepEqual(await ask('state'), ['ready', null, 'v1']);
    assert.equal(await ask('get'), 'v1');
    assert.equal(requests.length, 1);
  });
}

test('so does one whose options are wrong in what the module checks, and says so', LIMIT, async (t) => {
  const scope = `{ permissions: [{ role: 'readonly', cache: '' }] }`;
  const handlers = { wrong: `() => { new TokenSource({ vend: '/token', scope: ${scope} }); }` };
  const { ask } = await start(t, () => answer(), { handlers });
  assert.equal((await ask('wrong')).error, 'ERR_SCOPE_INVALID');
});

for (const date of DATES) {
  test(`twelve requests at once get twelve answers (${date})`, LIMIT, async (t) => {
    const { ask, requests, output } = await start(t, slowly(300), { date });
    const answers = await twelve(ask, 'reveal');
    assert.deepEqual([typeof answers[0], new Set(answers).size], ['string', 1], `${answers}\n${output()}`);
    assert.equal(requests.length, 1);
    assert.deepEqual(await twelve(ask), Array(12).fill('v1'));
    assert.doesNotMatch(output(), /different request|hung|error/i);
  });

  test(`where the request that began is cut off, the other eleven are answered (${date})`, LIMIT, async (t) => {
    const { ask, requests, output } = await start(t, slowly(1_500), { date });
    const cut = ask('get?cut=200');
    await pause(100);
    const others = await Promise.all(Array.from({ length: 11 }, () => ask('get')));
    assert.equal(await cut, 'cut');
    assert.deepEqual(others, Array(11).fill('v1'), output());
    assert.equal(requests.length, 2);
    assert.deepEqual(await ask('state'), ['ready', null, 'v1']);
  });

  test(`where one after another is cut off, the last one is answered all the same (${date})`, LIMIT, async (t) => {
    const { ask, output } = await start(t, slowly(700), { date });
    const last = pause(150).then(() => ask('get'));
    const others = Array.from({ length: 11 }, (_, index) => ask(`get?cut=${100 + 20 * index}`));
    assert.deepEqual(await Promise.all(others), Array(11).fill('cut'));
    assert.equal(await last, 'v1', output());
  });
}

test('failures reach everyone who waits, and the next call asks again', LIMIT, async (t) => {
  let healthy = false;
  const { ask, requests } = await start(t, async () => (await pause(100), healthy ? answer() : { status: 503 }));
  const answers = await twelve(ask);
  assert.deepEqual(answers, Array(12).fill({ error: 'ERR_VEND_HTTP', status: 503 }));
  assert.equal(requests.length, 1);
  assert.deepEqual(await ask('state'), ['waiting', 'ERR_VEND_HTTP', null]);
  healthy = true;
  assert.deepEqual(await twelve(ask), Array(12).fill('v1'));
  assert.equal(requests.length, 2);
});

test('a service that does not answer is given up in time, for everyone', LIMIT, async (t) => {
  const { ask } = await start(t, () => new Promise(() => {}), { options: 'requestTimeoutMs: 1_000' });
  assert.deepEqual(await twelve(ask), Array(12).fill({ error: 'ERR_VEND_TIMEOUT' }));
});

/** Due after one to two seconds; and a call is served a token with ten seconds left. */
const SOON = 'refreshWindow: [0.02, 0.03]';

test(
  'the first call that finds a token due renews it, and waits; the others have the one in hand',
  LIMIT,
  async (t) => {
    let count = 0;
    const slow = async () => (await pause(count++ ? 500 : 0), answer(60));
    const { ask, requests } = await start(t, slow, { options: SOON });
    const first = await ask('reveal');
    await pause(2_000);
    const answers = await twelve(ask, 'reveal');
    const renewed = answers.filter((token) => token !== first);
    assert.deepEqual([renewed.length, requests.length], [1, 2]);
    assert.equal(await ask('reveal'), renewed[0]);
  },
);

test('where that fails, it has the one in hand as well', LIMIT, async (t) => {
  let count = 0;
  const { ask, requests } = await start(t, () => (count++ ? { status: 503 } : answer(60)), { options: SOON });
  const first = await ask('reveal');
  await pause(2_000);
  assert.equal(await ask('reveal'), first);
  assert.equal(requests.length, 2);
});

test(
  'where that call is cut off, the next ones have the token in hand, and a later one renews it',
  LIMIT,
  async (t) => {
    let count = 0;
    const slow = async () => (await pause(count++ === 1 ? 5_000 : 0), answer(60));
    const { ask, requests } = await start(t, slow, { options: `${SOON}, requestTimeoutMs: 1_000` });
    const first = await ask('reveal');
    await pause(2_000);
    assert.equal(await ask('reveal?cut=200'), 'cut');
    assert.equal(await ask('reveal'), first);
    let renewed = first;
    for (let tries = 0; renewed === first && tries < 20; tries++) {
      await pause(500);
      renewed = await ask('reveal');
    }
    assert.notEqual(renewed, first);
    assert.equal(requests.length, 3);
  },
);

test('a loop gets its tokens, and ends', LIMIT, async (t) => {
  const handlers = {
    loop: `async () => {
      const seen = [];
      for await (const token of source) {
        seen.push(token.version);
        if (seen.length === 2) return seen;
      }
    }`,
  };
  const { ask, requests } = await start(t, () => answer(8), { options: 'refreshWindow: [0.1, 0.2]', handlers });
  assert.deepEqual(await Promise.all([ask('loop'), ask('loop')]), [
    ['v1', 'v1'],
    ['v1', 'v1'],
  ]);
  assert.equal(requests.length, 2);
});

test('a token that is reported as rejected is replaced, and closing ends whoever waits', LIMIT, async (t) => {
  const handlers = {
    reject: `async () => {
      const before = await source.getToken();
      source.reportRejected(before);
      return (await source.getToken()) !== before;
    }`,
    drop: `async () => { source.reportRejected(await source.getToken()); }`,
    close: `() => { source.close(); }`,
  };
  let count = 0;
  const { ask } = await start(t, async () => (await pause(count++ > 2 ? 60_000 : 0), answer()), { handlers });
  assert.equal(await ask('get'), 'v1');
  await pause(1_100);
  assert.equal(await ask('reject'), true);
  await pause(3_000);
  // The request that rejects it is over at once, and what it began with it.
  await ask('drop');
  assert.equal(await ask('get'), 'v1');
  await ask('drop');
  const waiting = twelve(ask);
  await pause(300);
  await ask('close');
  assert.deepEqual(await waiting, Array(12).fill({ error: 'ERR_CLOSED' }));
});
