// How long a token is held where a clock is wrong or an answer is a copy of an old one: docs/clocks.md. The client's
// clocks are the test's.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TokenSource } from '../../pkg/index.js';
import { driveClock, settle } from './support/clock.mjs';
import { disposable, envelope, jwt } from './support/mint.mjs';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** What the package takes off every life, for what clocks cannot tell. */
const LOSS = 350;

/**
 * A client whose clock is `ahead` of the truth, a host whose clock is `hostAhead`, and a source that asks it.
 * `mint(truth)` gives the token, and what else is in the answer's JSON, by the true time in seconds; `date: false` is
 * an answer whose `Date` cannot be read.
 */
function setUp(context, { ahead = 0, hostAhead = 0, date = true, age, mint = fresh(300), answer, ...options } = {}) {
  const clock = driveClock(context);
  const truth = () => Date.now() - ahead;
  const [asked, tokens, errors] = [[], [], []];
  const write = (body, { at = truth() + hostAhead } = {}) => {
    const headers = {
      ...(date && { date: new Date(at).toUTCString() }),
      ...(age !== undefined && { age: String(age) }),
    };
    return new Response(JSON.stringify(body), { headers });
  };
  const source = new TokenSource({
    vend: async () => {
      asked.push(truth());
      return answer ? answer({ write, truth, count: asked.length }) : write(mint(truth() / 1_000, asked.length));
    },
    start: 'on-demand',
    ...options,
  });
  source.addEventListener('token', ({ detail }) => tokens.push(detail));
  source.addEventListener('error', ({ detail }) => errors.push(detail));
  context.after(() => source.close());
  /** How long (ms) the token in hand will be there, with nothing else coming. */
  const left = async (most = 2 * HOUR) => {
    const token = source.current;
    let [low, high] = [0, most];
    const real = [Date.now, performance.now];
    const at = (ms) => {
      Date.now = () => real[0]() + ms;
      performance.now = () => real[1]() + ms;
      const there = source.current === token && token !== undefined;
      [Date.now, performance.now] = real;
      return there;
    };
    while (high - low > 1) {
      const middle = Math.floor((low + high) / 2);
      if (at(middle)) low = middle;
      else high = middle;
    }
    return at(0) ? high : 0;
  };
  return { clock, source, asked, tokens, errors, truth, left };
}

/** A new token for so many seconds; `claims` may use the time. */
const fresh =
  (seconds, claims = () => ({}), beside = () => ({})) =>
  (now) => ({
    authToken: token(now + seconds, claims(now)),
    ...beside(now),
  });
const token = (exp, more = {}) => disposable(0, { exp: Math.floor(exp), id: `token-${exp}`, ...more });
const issued = (now) => ({ iat: Math.floor(now) });
/** What a call is given within so many milliseconds: a token, an error, or nothing yet. */
const get = async (clock, source, ms = 0) => {
  let result;
  source.getToken({ minValidityMs: 0 }).then(
    (given) => (result = given),
    (error) => (result = error),
  );
  await clock.pass(ms);
  await settle();
  return result;
};
const code = (result) => (result ? (result.code ?? 'token') : 'nothing yet');

test('rule 2: where both clocks agree nothing is to pay: one request, and the whole life', async (t) => {
  const { source, clock, asked, left, errors } = setUp(t);
  await get(clock, source);
  assert.deepEqual([await left(), asked.length, errors], [300_000 - LOSS, 1, []]);
});

for (const [name, ahead, expected] of [
  ['5 s fast', 5_000, 295_000 - LOSS],
  // By the answer's time, which is the shorter then.
  ['4 s slow', -4_000, 299_000 - LOSS],
  ['5 s slow', -5_000, 299_000 - LOSS],
]) {
  test(`rule 2: a client that is ${name} is right`, async (t) => {
    const { source, clock, asked, left } = setUp(t, { ahead });
    await get(clock, source);
    assert.deepEqual([await left(), asked.length], [expected, 1]);
  });
}

test('rule 2: a token that died on the way is refused at once', async (t) => {
  const { source, clock, asked, errors } = setUp(t, { mint: fresh(-3) });
  assert.equal(code(await get(clock, source)), 'ERR_VEND_EXPIRED');
  assert.deepEqual([asked.length, errors.length], [1, 1]);
});

test('a token that expired 55 min ago is never handed out to a client whose clock is right, though `Date` says it was good then', async (t) => {
  let answer;
  const { source, clock, tokens } = setUp(t, {
    answer: ({ write, truth }) =>
      (answer ??= write({ authToken: token(truth() / 1_000 - 55 * 60) }, { at: truth() - HOUR })).clone(),
  });
  const result = await get(clock, source, 5_000);
  assert.deepEqual([code(result), tokens], ['ERR_VEND_EXPIRED', []]);
  // It says what to do.
  assert.match(result.message, /Access-Control-Expose-Headers: Date/);
  assert.match(result.message, /expiresIn/);
});

test('a service worker that serves what it has stored and then asks: no call is given a token past its end', async (t) => {
  let stored;
  const { source, clock, errors } = setUp(t, {
    answer: ({ write, truth }) => {
      const next = { body: { authToken: token(truth() / 1_000 + 20) }, at: truth() };
      const served = stored ?? next;
      stored = next;
      return write(served.body, { at: served.at });
    },
  });
  let given = 0;
  for (let round = 0; round < 40; round++) {
    // Now and then nobody asks for longer than a token lives.
    await clock.pass(round % 5 === 0 ? 45_000 : 3_000);
    const result = await get(clock, source, 5_000);
    if (code(result) !== 'token') continue;
    given++;
    const { current } = source;
    assert.ok(!current || current.expiresAt > Date.now(), 'a token in hand that has ended');
  }
  assert.ok(given >= 38, `${given} of 40 calls were given a token`);
  assert.deepEqual(errors, []);
});

test('the very token in hand, served again after 14 of its 20 s, gets no second life', async (t) => {
  let answer;
  const { source, clock } = setUp(t, {
    answer: ({ write, truth }) => (answer ??= write({ authToken: token(truth() / 1_000 + 20) })).clone(),
  });
  const first = await get(clock, source);
  await clock.pass(14_000);
  source.getToken({ forceRefresh: true }).catch(() => {});
  await clock.pass(1_000);
  assert.equal(source.current.reveal(), first.reveal());
  await clock.pass(4_500);
  assert.ok(source.current, 'it lives for 20 s');
  await clock.pass(500);
  assert.equal(source.current, undefined);
});

test('nor does it where the client is slow and only `Date` tells', async (t) => {
  let answer;
  const ahead = -HOUR;
  const mint = ({ write, truth }) => (answer ??= write({ authToken: token(truth() / 1_000 + 20) })).clone();
  const { source, clock, truth } = setUp(t, { ahead, answer: mint });
  const end = truth() + 20_000;
  await get(clock, source);
  for (let second = 0; second < 25; second++) {
    await clock.pass(1_000);
    if (second % 5 === 4) await get(clock, source, 10);
    if (source.current) assert.ok(truth() < end, `${truth() - end} ms after its end`);
  }
});

test('rule 1: without claim `exp`, the length in the answer counts from when it was written', async (t) => {
  for (const options of [{}, { ahead: HOUR }, { ahead: -HOUR, date: false }]) {
    await t.test(JSON.stringify(options), async (t) => {
      const bare = () => ({ authToken: bareToken(), expiresIn: 300 });
      const { source, clock, left } = setUp(t, { ...options, mint: bare });
      const given = await get(clock, source);
      assert.equal(await left(), 300_000 - LOSS);
      // As this clock shows it.
      assert.equal(given.expiresAt - Date.now(), 300_000);
    });
  }
});

test('rule 1: else its expiry, by the answer’s `Date`, or by this clock', async (t) => {
  const bare = (now) => ({ authToken: bareToken(), expiresAt: Math.floor(now) + 300 });
  for (const [options, expected] of [
    [{ ahead: HOUR }, 299_000 - LOSS],
    [{ date: false }, 300_000 - LOSS],
  ]) {
    await t.test(JSON.stringify(options), async (t) => {
      const { source, clock, left } = setUp(t, { ...options, mint: bare });
      await get(clock, source);
      assert.equal(await left(), expected);
    });
  }
});

/** One that does not say when it expires. */
const bareToken = () => envelope(jwt({ sub: 'someone', ver: 1, p: 'Eg4KDAoKCAIaBgoEY2hhdA==', id: 'user-7' }));

test('rule 3: where both clocks may be right, the shorter life counts', async (t) => {
  const { source, clock, left, asked } = setUp(t, { ahead: -MINUTE });
  await get(clock, source);
  assert.deepEqual([await left(), asked.length], [299_000 - LOSS, 1]);
});

test('rule 3: also where it is the client’s', async (t) => {
  const { source, clock, left, asked } = setUp(t, { ahead: MINUTE });
  await get(clock, source);
  assert.deepEqual([await left(), asked.length], [240_000 - LOSS, 1]);
});

for (const hostAhead of [HOUR, DAY, -2 * HOUR]) {
  test(`rule 4: a host whose clock is off by ${hostAhead / HOUR} h costs a client whose clock is right nothing`, async (t) => {
    const { source, clock, left, asked } = setUp(t, { hostAhead, mint: fresh(300, issued) });
    await get(clock, source);
    assert.deepEqual([await left(), asked.length], [300_000 - LOSS, 1]);
  });
}

test('rule 5: more left than the whole life: the client is slow, and `Date` counts', async (t) => {
  const { source, clock, left, asked } = setUp(t, { ahead: -2 * HOUR, mint: fresh(300, issued) });
  await get(clock, source);
  assert.deepEqual([await left(), asked.length], [299_000 - LOSS, 1]);
});

test('rule 5: where `Date` cannot be read, the length of its life', async (t) => {
  for (const [options, expected] of [
    [{ mint: fresh(300, issued) }, 300_000 - LOSS],
    [{ mint: fresh(300, undefined, () => ({ expiresIn: 240 })) }, 240_000 - LOSS],
    // Also where its expiry stands beside it.
    [{ mint: fresh(300, undefined, (now) => ({ expiresAt: Math.floor(now) + 300, expiresIn: 200 })) }, 200_000 - LOSS],
    // The shorter of the two.
    [{ mint: fresh(300, issued, () => ({ expiresIn: 240 })) }, 240_000 - LOSS],
    [{ expiresIn: { seconds: 120 } }, 120_000 - LOSS],
    [{ mint: fresh(300, issued), expiresIn: { seconds: 120 } }, 300_000 - LOSS],
  ]) {
    await t.test(`${expected}`, async (t) => {
      const { ExpiresIn } = await import('../../pkg/index.js');
      const expiresIn = options.expiresIn && ExpiresIn.seconds(options.expiresIn.seconds);
      const { source, clock, left, asked } = setUp(t, { ahead: -2 * HOUR, date: false, ...options, expiresIn });
      await get(clock, source);
      assert.deepEqual([await left(), asked.length], [expected, 1]);
    });
  }
});

test('rule 5: a service that grants more than asked for is asked again as often as the app asked, and never left without a token', async (t) => {
  const { ExpiresIn } = await import('../../pkg/index.js');
  const same = {};
  const mint = (now) => (same.body ??= fresh(3_600)(now));
  const dropped = [];
  const { source, clock, asked } = setUp(t, { date: false, mint, expiresIn: ExpiresIn.seconds(60) });
  source.addEventListener('dropped', () => dropped.push(Date.now()));
  await get(clock, source);
  await clock.pass(10 * MINUTE);
  assert.ok(asked.length >= 12 && asked.length <= 18, `${asked.length} requests`);
  assert.deepEqual(dropped, []);
});

test('in doubt: by the host’s clock it may have died on the way, and a slow client cannot tell', async (t) => {
  const { source, clock, asked, errors } = setUp(t, {
    ahead: -MINUTE,
    answer: ({ write, truth, count }) => write({ authToken: token(truth() / 1_000 + (count === 1 ? 1 : 300)) }),
  });
  const result = await get(clock, source, 5_000);
  assert.deepEqual([code(result), asked.length, errors], ['token', 2, []]);
  assert.ok(result.expiresAt - Date.now() > 100_000, 'it is the second one');
});

for (const ahead of [HOUR, DAY - MINUTE]) {
  test(`rule 6: a client that is ${ahead / HOUR} h fast has a token after one more request, where \`Date\` can be read`, async (t) => {
    const { source, clock, asked, errors, left, tokens } = setUp(t, { ahead });
    const waiting = source.getToken();
    await clock.pass(2_900);
    assert.deepEqual([asked.length, source.status, errors], [1, 'fetching', []]);
    await clock.pass(1_200);
    await waiting;
    const wait = asked[1] - asked[0];
    assert.ok(wait >= 3_000 && wait <= 4_000, `${wait} ms`);
    assert.deepEqual([asked.length, tokens.length, errors], [2, 1, []]);
    assert.equal(await left(), 299_000 - LOSS - (Date.now() - (asked[1] + ahead)));
    // What was learned is kept: the next ones cost nothing.
    await clock.pass(10 * MINUTE);
    assert.ok(asked.length <= 6 && errors.length === 0, `${asked.length} requests`);
  });
}

test('rule 6: what a cache that tells its age has stored proves nothing', async (t) => {
  const { source, clock, tokens } = setUp(t, { ahead: HOUR, age: 0 });
  assert.equal(code(await get(clock, source, 5_000)), 'token', 'an age of 0 is none');
  const other = setUp(t, { ahead: HOUR, age: 7 });
  assert.equal(code(await get(other.clock, other.source, 5_000)), 'ERR_VEND_EXPIRED');
  assert.deepEqual([tokens.length, other.tokens], [1, []]);
});

test('rule 6: the waits of many clients spread over a second', async (t) => {
  const waits = [];
  for (let round = 0; round < 40; round++) {
    const { source, clock, asked } = setUp(t, { ahead: HOUR });
    await get(clock, source, 5_000);
    waits.push(asked[1] - asked[0]);
    source.close();
  }
  assert.ok(Math.min(...waits) < 3_300 && Math.max(...waits) > 3_700, `${waits}`);
});

test('rule 7: without `Date`, a fast client has a token after one more request, where tokens are new and their length is known', async (t) => {
  const { ExpiresIn } = await import('../../pkg/index.js');
  for (const [name, options] of Object.entries({
    'by claim iat': { mint: fresh(300, issued) },
    'by the answer': { mint: fresh(300, undefined, () => ({ expiresIn: 300 })) },
    'as asked for': { expiresIn: ExpiresIn.seconds(300) },
    'although a wrong `Date` can be read': { date: true, hostAhead: HOUR, mint: fresh(300, issued) },
  })) {
    await t.test(name, async (t) => {
      const { source, clock, asked, errors, left } = setUp(t, { ahead: DAY, date: false, ...options });
      await get(clock, source, 5_000);
      assert.deepEqual([asked.length, errors], [2, []]);
      assert.ok(Math.abs((await left()) + (Date.now() - DAY - asked[1]) - (300_000 - LOSS)) <= 1, `${await left()}`);
      await clock.pass(10 * MINUTE);
      assert.ok(asked.length <= 6 && errors.length === 0, `${asked.length} requests`);
    });
  }
});

test('rule 8: where nothing can be told, it is an error', async (t) => {
  const { source, clock, asked } = setUp(t, { ahead: HOUR, date: false });
  assert.equal(code(await get(clock, source)), 'ERR_VEND_EXPIRED');
  assert.equal(asked.length, 1);
});

test('a re-ask without an answer leaves the doubt for a minute', async (t) => {
  const { source, clock, asked, tokens } = setUp(t, {
    ahead: HOUR,
    answer: ({ write, truth, count }) =>
      count === 2 ? new Response('', { status: 500 }) : write({ authToken: token(truth() / 1_000 + 300) }),
  });
  assert.equal(code(await get(clock, source, 5_000)), 'ERR_VEND_HTTP');
  await clock.pass(5_000);
  assert.deepEqual([asked.length, tokens.length], [3, 1]);
});

test('a kept offset is dropped when the clock is set, and costs one doubt again where it is still wrong', async (t) => {
  const { source, clock, asked, errors } = setUp(t, { ahead: HOUR });
  await get(clock, source, 5_000);
  assert.equal(asked.length, 2);
  clock.sleep(300);
  const waiting = source.getToken({ forceRefresh: true });
  await clock.pass(5_000);
  await waiting;
  assert.deepEqual([asked.length, errors], [4, []]);
});

test('callers that insist wait for the answer that decides as well, and all of them are served', async (t) => {
  const { source, clock, asked } = setUp(t, { ahead: HOUR });
  const waiting = [source.getToken(), source.getToken({ forceRefresh: true })];
  await clock.pass(1_500);
  waiting.push(source.getToken(), source.getToken({ forceRefresh: true }));
  await clock.pass(1_400);
  assert.equal(asked.length, 1);
  await clock.pass(1_200);
  await Promise.all(waiting);
  assert.equal(asked.length, 2);
});

test('the same token whose end has passed is in doubt once, and then refused', async (t) => {
  // The host's clock is fast, so the end is taken from it; then it serves the very same answer again and again.
  let answer;
  const { source, clock, asked, errors } = setUp(t, {
    hostAhead: MINUTE,
    answer: ({ write, truth }) => (answer ??= write({ authToken: token(truth() / 1_000 + 120) })).clone(),
  });
  await get(clock, source);
  await clock.pass(59_500);
  const before = asked.length;
  await settle();
  const result = await get(clock, source, 6_000);
  assert.equal(code(result), 'ERR_VEND_EXPIRED');
  assert.ok(asked.length - before >= 1 && errors.at(-1).code === 'ERR_VEND_EXPIRED');
});

test('served live after that end, it is judged anew', async (t) => {
  let body;
  const { source, clock, truth } = setUp(t, {
    hostAhead: MINUTE,
    mint: (now) => (body ??= { authToken: token(now + 120) }),
  });
  const end = truth() + 120_000;
  await get(clock, source);
  await clock.pass(59_000);
  const result = await get(clock, source, 5_000);
  assert.equal(code(result), 'token');
  await clock.pass(20_000);
  assert.ok(truth() < end);
  assert.equal(code(await get(clock, source, 5_000)), 'token');
});

test('an end that passed is forgotten when the clock is set', async (t) => {
  let answer;
  const { source, clock } = setUp(t, {
    hostAhead: MINUTE,
    answer: ({ write, truth }) => (answer ??= write({ authToken: token(truth() / 1_000 + 240) })).clone(),
  });
  await get(clock, source);
  await clock.pass(179_500);
  clock.sleep(-300);
  assert.equal(code(await get(clock, source, 5_000)), 'token');
});
