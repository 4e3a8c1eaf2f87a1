// Tabs that share: one vend for all, what is believed of what siblings say, and pages that come and go. Clocks, channel
// and locks are the test's own; each source is a tab.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TokenSource, decodeToken } from '../../pkg/index.js';
import { driveClock, replace, settle } from './support/clock.mjs';
import { disposable } from './support/mint.mjs';
import { openPage } from './support/page.mjs';
import { openTabs } from './support/tabs.mjs';

const MINUTE = 60_000;

/** Tabs that share, and a vending service that counts. `answer` is asked each time. */
function office(context, { answer = () => disposable(), locks, latency, ...options } = {}) {
  const clock = driveClock(context);
  const tabs = openTabs(context, { locks, latency });
  const requests = [];
  const open = (more) => {
    const source = new TokenSource({
      vend: async (request) => {
        requests.push(request);
        return answer(request, requests.length);
      },
      shareAcrossTabs: 'app',
      start: 'on-demand',
      ...options,
      ...more,
    });
    context.after(() => source.close());
    return source;
  };
  return { clock, tabs, requests, open };
}

/** What calls come to while the clock goes on. */
async function getAll(clock, sources, options) {
  const settled = sources.map((source) =>
    source.getToken(options).then(
      (token) => token.reveal(),
      (error) => error,
    ),
  );
  await clock.pass(500);
  return Promise.all(settled);
}
const get = async (clock, source, options) => (await getAll(clock, [source], options))[0];

test('ten tabs vend once, and get the same token', async (t) => {
  const { clock, tabs, requests, open } = office(t);
  const sources = Array.from({ length: 10 }, () => open());
  const tokens = await getAll(clock, sources);
  assert.deepEqual([new Set(tokens).size, typeof tokens[0], requests.length], [1, 'string', 1]);
  assert.deepEqual([new Set(sources.map(({ status }) => status)), tabs.locks()], [new Set(['ready']), [0, 0]]);
});

test('a tab that comes later asks the others, and not the service', async (t) => {
  const { clock, tabs, requests, open } = office(t);
  const first = await get(clock, open());
  await clock.pass(MINUTE);
  const late = open();
  const warned = [];
  late.addEventListener('token', ({ detail }) => warned.push(detail.version));
  assert.equal(await get(clock, late), first);
  assert.deepEqual([requests.length, warned, tabs.locks()], [1, ['v1'], [0, 0]]);
  // Its own life goes on from there: it knows when the token ends.
  const due = late.refreshAt - Date.now();
  assert.ok(due > 0 && due < 0.8 * 240_000, `${due}`);
});

for (const latency of [20, 80, 150, 200]) {
  test(`so does one where messages take ${latency} ms`, async (t) => {
    const { clock, requests, open } = office(t, { latency, start: 'now' });
    const first = open();
    await clock.pass(5_000);
    const late = open();
    await clock.pass(5_000);
    assert.equal(late.current.reveal(), first.current.reveal());
    assert.equal(requests.length, 1);
  });
}

test('the refresh too is one for all', async (t) => {
  const { clock, requests, open } = office(t);
  const sources = [open(), open(), open()];
  const before = await getAll(clock, sources);
  await clock.pass(4.5 * MINUTE);
  const after = new Set(sources.map(({ current }) => current.reveal()));
  assert.deepEqual([requests.length, after.size, after.has(before[0])], [2, 1, false]);
});

test('so is a failure, told with code and status', async (t) => {
  const { clock, tabs, requests, open } = office(t, { answer: () => new Response('secret words', { status: 403 }) });
  const sources = [open(), open(), open()];
  const heard = sources.map(() => []);
  sources.forEach((source, index) => source.addEventListener('error', ({ detail }) => heard[index].push(detail)));
  const errors = await getAll(clock, sources);
  for (const [index, error] of errors.entries()) {
    assert.deepEqual(
      [error.name, error.code, error.status, error.willRetryAt, sources[index].status],
      ['TokenError', 'ERR_VEND_HTTP', 403, undefined, 'failed'],
    );
    assert.deepEqual([sources[index].lastError, ...heard[index]], [error, error]);
  }
  assert.deepEqual([requests.length, tabs.locks()], [1, [0, 0]]);
  assert.equal(errors[0].message, errors[2].message);
});

test('what was thrown stays in its tab', async (t) => {
  const { clock, tabs, requests, open } = office(t, { answer: () => Promise.reject(new Error('secret words')) });
  const errors = await getAll(clock, [open(), open(), open()]);
  assert.deepEqual(
    errors.map(({ code }) => code),
    Array(3).fill('ERR_VEND_FUNCTION'),
  );
  // The first may have been at fault itself; the second was not.
  assert.deepEqual(
    [requests.length, ...errors.map(({ cause }) => cause?.message)],
    [2, 'secret words', 'secret words', undefined],
  );
  assert.equal(JSON.stringify(tabs.log).includes('secret'), false);
});

for (const [name, cut] of [
  ['a request', (t, open) => (replace(t, globalThis, { fetch: open }), 'https://vend.example/token')],
  ['the vend function', (t, open) => async () => (await open()).text()],
]) {
  test(`a page that navigates away, and by that cuts ${name} short, fails no other`, async (t) => {
    let leave;
    let requests = 0;
    const { clock, tabs, open } = office(t, {
      vend: cut(t, () =>
        requests++ ? Promise.resolve(new Response(disposable())) : new Promise((_, reject) => (leave = reject)),
      ),
    });
    const [leaver, ...others] = [open(), open(), open()];
    const errors = [];
    for (const other of others) other.addEventListener('error', ({ detail }) => errors.push(detail));
    leaver.getToken().catch(() => {});
    await clock.pass(200);
    const waiting = Promise.all(others.map((other) => other.getToken()));
    await settle();
    leave(new TypeError('Failed to fetch'));
    await clock.pass(500);
    const [token, same] = await waiting;
    assert.equal(token.reveal(), same.reveal());
    assert.deepEqual([requests, errors, tabs.locks()], [2, [], [0, 0]]);
  });
}

test('a service that cannot be reached is asked no more often by five tabs than by one, but for one of each', async (t) => {
  let requests = 0;
  replace(t, globalThis, { fetch: () => (requests++, Promise.reject(new TypeError('Failed to fetch'))) });
  const { clock, open } = office(t, { vend: 'https://vend.example/token', start: 'now' });
  for (let tab = 0; tab < 5; tab++) open();
  await clock.pass(10 * MINUTE);
  assert.ok(requests >= 5 && requests <= 14, `${requests}`);
});

test('a lock that is never released delays a token by five seconds at most', async (t) => {
  const { clock, tabs, requests, open } = office(t);
  // Someone else holds the very lock that ours will ask for.
  const { request } = tabs.manager;
  tabs.manager.request = (name, options, callback) => {
    tabs.manager.request = request;
    request(name, { signal: new AbortController().signal }, () => new Promise(() => {}));
    return request(name, options, callback);
  };
  const token = open().getToken();
  await clock.pass(3_900);
  assert.deepEqual([requests.length, tabs.locks()], [0, [1, 1]]);
  await clock.pass(1_100);
  assert.equal((await token).version, 'v1');
  assert.deepEqual([requests.length, tabs.locks()], [1, [1, 0]]);
});

for (const [name, prepare] of [
  ['without locks, as on a page that is not secure', (t) => office(t, { locks: false })],
  [
    'where locks are refused, as in a sandboxed frame',
    (t) => {
      const made = office(t);
      made.tabs.manager.request = () => Promise.reject(new DOMException('no', 'SecurityError'));
      return made;
    },
  ],
  [
    'where the channel breaks while it is used',
    (t) => {
      const made = office(t);
      BroadcastChannel.prototype.postMessage = () => {
        throw new DOMException('gone', 'InvalidStateError');
      };
      return made;
    },
  ],
]) {
  test(`${name}, each goes ahead`, async (t) => {
    const { clock, requests, open } = prepare(t);
    assert.equal(typeof (await get(clock, open())), 'string');
    assert.equal(requests.length, 1);
  });
}

for (const [name, BroadcastChannel] of [
  ['is none', undefined],
  [
    'is one that this page may not use',
    class {
      constructor() {
        throw new DOMException('no', 'SecurityError');
      }
    },
  ],
]) {
  test(`where there ${name} for a channel, a source is on its own, without delay`, async (t) => {
    const { tabs, requests, open } = office(t);
    replace(t, globalThis, { BroadcastChannel });
    await open().getToken();
    assert.deepEqual([requests.length, tabs.locks()], [1, [0, 0]]);
  });
}

test('where messages get lost, each goes ahead, half a second later', async (t) => {
  const { clock, requests, open } = office(t, { latency: Infinity, start: 'now' });
  open();
  await clock.pass(599);
  assert.equal(requests.length, 0);
  await clock.pass(1);
  assert.equal(requests.length, 1);
});

test('without locks, tabs still tell each other', async (t) => {
  const { clock, requests, open } = office(t, { locks: false });
  const first = await get(clock, open());
  assert.deepEqual([await get(clock, open()), requests.length], [first, 1]);
});

test('who wants something else does not meet, and names tell no secret', async (t) => {
  const { clock, tabs, open } = office(t);
  const vend = { url: 'https://vend.example/token' };
  replace(t, globalThis, { fetch: async () => new Response(disposable()) });
  const alike = [{ vend }, { vend: new URL(vend.url) }, { vend: { ...vend, method: 'GET' } }, { vend, start: 'now' }];
  const different = [
    {},
    { shareAcrossTabs: 'other' },
    { tokenId: 'a' },
    { expiresIn: { seconds: 60 } },
    { decode: { endpoint: 'a.momentohq.com' } },
    { scope: { permissions: [{ role: 'readonly', cache: 'a' }] } },
    { scope: { permissions: [{ role: 'readonly', cache: 'b' }] } },
    { vend: `${vend.url}?a` },
    { vend: { ...vend, method: 'POST' } },
    { vend: { ...vend, body: { room: 1 } } },
    { vend: { ...vend, credentials: 'include' } },
    { vend: { ...vend, headers: { authorization: 'secret words' } } },
  ];
  for (const options of alike) await get(clock, open(options));
  assert.equal(tabs.names().length, 1);
  for (const options of different) await get(clock, open(options));
  const names = tabs.names();
  assert.equal(names.length, 1 + different.length, names.join('\n'));
  for (const name of names) assert.match(name, /^momento-token-wasm:(app|other):[a-z0-9]+\.[a-z0-9]+$/);
});

test('a relative URL means what the page says', async (t) => {
  const { clock, tabs, open } = office(t);
  replace(t, globalThis, { fetch: async () => new Response(disposable()) });
  for (const baseURI of ['https://a.example/one/', 'https://a.example/two/', 'https://a.example/one/index.html']) {
    replace(t, globalThis, { document: Object.assign(new EventTarget(), { baseURI }) });
    await get(clock, open({ vend: 'token' }));
  }
  assert.equal(tabs.names().length, 2);
});

test('a sibling is believed only where all it says makes sense', async (t) => {
  const { clock, tabs, requests, open } = office(t, { answer: () => disposable(300, { id: 'ours' }) });
  const source = open();
  await get(clock, source);
  const ours = source.current;
  const stranger = tabs.stranger(tabs.names()[0]);
  const errors = [];
  source.addEventListener('error', ({ detail }) => errors.push(detail));
  const told = { kind: 'token', answer: disposable(3_600), left: 3_600_000, sentAt: Date.now(), fresh: true };
  const endless = disposable(0, { exp: undefined });
  const failed = { kind: 'failure', code: 'ERR_VEND_HTTP', message: 'no', status: 403, retryAfter: NaN, failure: 1 };
  const bad = { kind: ['', null, 'tokens', {}] };
  for (const nonsense of [undefined, null, 5, 'token', [], {}, () => {}].slice(0, -1)) stranger.postMessage(nonsense);
  for (const message of [
    ...bad.kind.map((kind) => ({ ...told, kind })),
    { ...told, answer: endless, left: Infinity, sentAt: Date.now() - 2 * 86_400_000 },
    ...[
      undefined,
      null,
      5,
      {},
      '',
      'garbage',
      '<html>',
      ' '.repeat(300_000) + told.answer,
      JSON.stringify({ authToken: 'x' }),
    ].map((answer) => ({ ...told, answer })),
    ...[undefined, NaN, -1, '5', null, 0, Infinity, -Infinity].map((left) => ({ ...told, left })),
    ...[undefined, NaN, null, 'now', Infinity, -Infinity, Date.now() + 10_000, Date.now() - 2 * 86_400_000].map(
      (sentAt) => ({ ...told, sentAt }),
    ),
    ...[undefined, null, 1, 'true'].map((fresh) => ({ ...told, fresh })),
    ...[undefined, null, 5, 'err', 'ERR_\nX', 'x ERR_A'].map((code) => ({ ...failed, code })),
    ...[undefined, null, 3, -1, '1', NaN].map((failure) => ({ ...failed, failure })),
    { ...failed, message: 5 },
    { ...failed, status: '403' },
    { ...failed, retryAfter: undefined },
    { kind: 'ask' },
    { kind: 'ask', left: NaN },
    { kind: 'ask', left: -1 },
    { kind: 'ask', left: '0' },
  ]) {
    stranger.postMessage(message);
  }
  const before = tabs.log.length;
  await clock.pass(1_000);
  assert.ok(source.current === ours && source.status === 'ready', `${source.status}`);
  assert.deepEqual([errors, requests.length, tabs.log.length], [[], 1, before]);
  // The very same, said well, is heard.
  for (const message of [told, { ...told, answer: endless, left: Infinity, sentAt: Date.now() - MINUTE }]) {
    stranger.postMessage(message);
    await settle();
    assert.equal(source.current.reveal(), decodeToken(message.answer).reveal());
  }
});

test('what a message took to arrive is taken off', async (t) => {
  const { clock, tabs, open } = office(t, { answer: () => new Promise(() => {}) });
  const source = open();
  source.getToken().catch(() => {});
  await settle();
  const answer = disposable(300);
  tabs
    .stranger(tabs.names()[0])
    .postMessage({ kind: 'token', answer, left: 300_000, sentAt: Date.now() - 295_000, fresh: false });
  await settle();
  assert.equal(source.current.reveal(), decodeToken(answer).reveal());
  await clock.pass(5_000);
  assert.equal(source.current, undefined);
});

test('a token that was fresh long ago does not serve whoever insists on a new one', async (t) => {
  const { tabs, open } = office(t, { answer: () => new Promise(() => {}) });
  const source = open();
  let given;
  source.getToken({ forceRefresh: true }).then(
    (token) => (given = token),
    () => {},
  );
  await settle();
  for (const [age, serves] of [
    [11_000, false],
    [1_000, true],
  ]) {
    tabs.stranger(tabs.names()[0]).postMessage({
      kind: 'token',
      answer: disposable(300 + age / 1_000),
      left: 300_000,
      sentAt: Date.now() - age,
      fresh: true,
    });
    await settle();
    assert.ok(source.current);
    assert.equal(given !== undefined, serves, `${age} ms ago`);
  }
});

test('a token that was rejected here is not taken from a sibling either', async (t) => {
  const { clock, requests, open } = office(t);
  const sources = [open(), open()];
  const [token] = await getAll(clock, sources);
  await clock.pass(2_000);
  // The other still has it, and says so when asked.
  sources[0].reportRejected(sources[0].current);
  const second = await get(clock, sources[0]);
  assert.notEqual(second, token);
  assert.equal(requests.length, 2);
  assert.equal(sources[1].current.reveal(), second);
});

test('an answer is shared with its refresh token, which its siblings then use', async (t) => {
  const refreshed = [];
  const { clock, open } = office(t, {
    answer: ({ refreshToken }, count) => (
      refreshed.push(refreshToken), { authToken: disposable(300 + count), refreshToken: `refresh-${count}` }
    ),
  });
  const [first, second] = [open(), open()];
  await getAll(clock, [first, second]);
  await clock.pass(2_000);
  await get(clock, second, { forceRefresh: true });
  await clock.pass(2_000);
  await get(clock, first, { forceRefresh: true });
  assert.deepEqual(refreshed, [undefined, 'refresh-1', 'refresh-2']);
});

test('even where the token is not wanted: the old one may be spent on it', async (t) => {
  const refreshed = [];
  const { clock, open } = office(t, {
    // The second lives hardly longer than what is left of the first.
    answer: ({ refreshToken }, count) => (
      refreshed.push(refreshToken), { authToken: disposable(count === 2 ? 297 : 300), refreshToken: `refresh-${count}` }
    ),
  });
  const [first, second] = [open(), open()];
  const [token] = await getAll(clock, [first, second]);
  await clock.pass(2_000);
  await get(clock, second, { forceRefresh: true });
  assert.equal(first.current.reveal(), token);
  await clock.pass(2_000);
  await get(clock, first, { forceRefresh: true });
  assert.deepEqual(refreshed, [undefined, 'refresh-1', 'refresh-2']);
});

test('a lock that is granted after all to who no longer asks is given back', async (t) => {
  const { tabs, open } = office(t);
  let grant;
  tabs.manager.request = (_name, _options, callback) => ((grant = callback), new Promise(() => {}));
  const source = open({ start: 'now' });
  source.close();
  await grant();
});

test('who closes the source on hearing of a token has nothing of it told', async (t) => {
  const { clock, tabs, open } = office(t);
  const source = open({ start: 'now' });
  source.addEventListener('token', () => source.close());
  await clock.pass(1_000);
  assert.deepEqual([source.status, tabs.said(), tabs.locks()], ['closed', ['ask'], [0, 0]]);
});

test('a page in the back/forward cache holds neither lock nor channel, and takes them up again', async (t) => {
  const page = openPage(t);
  let answer;
  const { clock, tabs, requests, open } = office(t, { answer: () => new Promise((resolve) => (answer = resolve)) });
  const source = open({ start: 'now' });
  await clock.pass(200);
  assert.deepEqual([requests.length, tabs.locks(), tabs.channels()], [1, [1, 0], 1]);
  page.tell('pagehide');
  await settle();
  assert.deepEqual([tabs.locks(), tabs.channels()], [[0, 0], 0]);
  // Frozen for an hour.
  clock.jump(60 * MINUTE);
  answer(disposable());
  page.tell('pageshow');
  await clock.pass(100);
  assert.equal(tabs.channels(), 1);
  const other = open({ start: 'now' });
  await clock.pass(5_000);
  answer(disposable());
  await clock.pass(5_000);
  assert.equal(source.current.reveal(), other.current.reveal());
});

test('a page that goes into the back/forward cache while it listens sends nothing, and goes on when it is back', async (t) => {
  const page = openPage(t);
  const { clock, tabs, requests, open } = office(t, { latency: 200 });
  const source = open({ start: 'now' });
  await clock.pass(250);
  assert.deepEqual([requests.length, tabs.locks(), tabs.channels()], [0, [1, 0], 1]);
  page.tell('pagehide');
  await settle();
  clock.jump(60 * MINUTE);
  await settle();
  assert.deepEqual([requests.length, tabs.locks(), tabs.channels()], [0, [0, 0], 0]);
  page.tell('pageshow');
  await clock.pass(100);
  assert.deepEqual([requests.length, source.status, tabs.channels()], [1, 'ready', 1]);
});

test('a page that is hidden while it waits for the lock asks no longer', async (t) => {
  const page = openPage(t);
  const { clock, tabs, open } = office(t, { answer: () => new Promise(() => {}) });
  open({ start: 'now' });
  await clock.pass(200);
  open({ start: 'now' });
  await settle();
  assert.deepEqual(tabs.locks(), [1, 1]);
  page.tell('pagehide');
  await settle();
  assert.deepEqual([tabs.locks(), tabs.channels()], [[0, 0], 0]);
});

test('the end leaves neither lock nor channel, and a sibling takes over', async (t) => {
  const { clock, tabs, requests, open } = office(t, {
    answer: (_, count) => (count === 1 ? new Promise(() => {}) : disposable()),
  });
  const [first, second] = [open({ start: 'now' }), open({ start: 'now' })];
  await clock.pass(200);
  assert.deepEqual([requests.length, tabs.locks()], [1, [1, 1]]);
  first.close();
  await clock.pass(200);
  assert.deepEqual([second.status, requests.length, tabs.locks(), tabs.channels()], ['ready', 2, [0, 0], 1]);
  second.close();
  assert.equal(tabs.channels(), 0);
});

test('a source that shares nothing opens no channel, and none is opened before it begins', async (t) => {
  const { tabs, open } = office(t);
  await open({ shareAcrossTabs: false }).getToken();
  await open({ shareAcrossTabs: undefined }).getToken();
  open();
  assert.deepEqual([tabs.channels(), tabs.locks()], [0, [0, 0]]);
});

test('a key that is none is refused', () => {
  for (const shareAcrossTabs of ['', true, null, 5, {}]) {
    assert.throws(
      () => new TokenSource({ vend: '/token', shareAcrossTabs }),
      { name: 'TokenError', code: 'ERR_ARGUMENT' },
      `${shareAcrossTabs}`,
    );
  }
});
