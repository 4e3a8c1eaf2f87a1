// What TokenSource asks of a vending service, what it follows and reads, and what a vend function may do wrong.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TokenSource } from '../../pkg/index.js';
import { driveClock, replace, settle } from './support/clock.mjs';
import { disposable } from './support/mint.mjs';
import { vendingService } from './support/service.mjs';

const LIMIT = { timeout: 20_000 };
const KB = 1024;

function open(context, vend, options) {
  const source = new TokenSource({ vend, start: 'on-demand', ...options });
  context.after(() => source.close());
  return source;
}

const failure = (source, options) => source.getToken(options).then(assert.fail, (error) => error);

// ── redirects ──

for (const [status, method] of [
  [301, 'GET'],
  [302, 'GET'],
  [303, 'GET'],
  [307, 'POST'],
  [308, 'POST'],
]) {
  test(`a redirect with ${status} within the origin is followed, as ${method}`, LIMIT, async (t) => {
    const { url, requests } = await vendingService(t, ({ url }) =>
      url.pathname === '/token' ? { status, headers: { location: '/there?a=b' } } : { body: disposable() },
    );
    await open(t, { url, body: { room: 1 }, headers: { 'x-session': 'mine' } }).getToken();
    const [, last] = requests;
    assert.deepEqual(
      [requests.length, last.url.pathname + last.url.search, last.method, last.headers['x-session']],
      [2, '/there?a=b', method, 'mine'],
    );
    assert.equal(last.body, method === 'POST' ? '{"room":1}' : '');
  });
}

test('a redirect to another origin is an error, with nothing sent there', LIMIT, async (t) => {
  const elsewhere = await vendingService(t, () => ({ body: disposable() }));
  for (const location of [
    elsewhere.url,
    '//example.invalid/',
    'https://example.invalid/',
    'data:text/plain,a',
    'http://[',
  ]) {
    const { url, requests } = await vendingService(t, () => ({ status: 302, headers: { location } }));
    const error = await failure(open(t, url));
    assert.deepEqual(
      [error.code, error.willRetryAt instanceof Date, requests.length],
      ['ERR_VEND_REDIRECT', true, 1],
      location,
    );
  }
  assert.equal(elsewhere.requests.length, 0);
});

test('an app may allow any', LIMIT, async (t) => {
  const elsewhere = await vendingService(t, () => ({ body: disposable() }));
  const { url } = await vendingService(t, () => ({ status: 307, headers: { location: elsewhere.url } }));
  await open(t, { url, allowRedirects: true }).getToken();
  assert.equal(elsewhere.requests.length, 1);
});

test('redirects without end, and one that leads nowhere', LIMIT, async (t) => {
  const { url, requests } = await vendingService(t, () => ({ status: 302, headers: { location: '/token' } }));
  assert.deepEqual([(await failure(open(t, url))).code, requests.length], ['ERR_VEND_REDIRECT', 6]);
  const nowhere = await vendingService(t, () => ({ status: 302 }));
  const error = await failure(open(t, nowhere.url));
  assert.deepEqual([error.code, error.status], ['ERR_VEND_HTTP', 302]);
});

test('what an engine cannot be told it is not told', async (t) => {
  const asked = [];
  replace(t, globalThis, { fetch: async (_, init) => (asked.push(init), new Response(disposable())) });
  await open(t, '/token').getToken();
  await open(t, { url: '/token', credentials: 'include' }).getToken();
  for (const Request of [class {}, undefined]) {
    replace(t, globalThis, { Request });
    await open(t, '/token').getToken();
  }
  const none = [undefined, undefined];
  assert.deepEqual(
    asked.map(({ cache, credentials }) => [cache, credentials]),
    [['no-store', undefined], ['no-store', 'include'], none, none],
  );
});

// ── bodies ──

test('an answer that is too long is read no further', LIMIT, async (t) => {
  let cancelled = 0;
  const endless = (headers) =>
    new Response(
      new ReadableStream({
        pull: (controller) => controller.enqueue(new Uint8Array(64 * KB)),
        cancel: () => void cancelled++,
      }),
      { headers },
    );
  for (const answer of [
    () => endless(),
    () => endless({ 'content-length': String(257 * KB) }),
    () => 'a'.repeat(257 * KB),
    () => ({ padding: 'a'.repeat(257 * KB) }),
    // A fetch without streams.
    () => ({ ok: true, status: 200, headers: new Headers(), text: async () => 'a'.repeat(257 * KB) }),
  ]) {
    assert.equal((await failure(open(t, async () => answer()))).code, 'ERR_VEND_TOO_LARGE');
  }
  assert.equal(cancelled, 2);
  // Where it says beforehand how long it is, not even begun.
  let pulled = 0;
  const stream = new ReadableStream(
    { pull: (controller) => (pulled++, controller.enqueue(new Uint8Array(1))) },
    { highWaterMark: 0 },
  );
  await failure(open(t, async () => new Response(stream, { headers: { 'content-length': String(257 * KB) } })));
  assert.equal(pulled, 0);
  const { url } = await vendingService(t, () => ({ body: ' '.repeat(257 * KB) }));
  assert.equal((await failure(open(t, url))).code, 'ERR_VEND_TOO_LARGE');
});

test('one of just under that length is read, whatever its characters are cut into', async (t) => {
  const clock = driveClock(t);
  const refreshToken = '\u20ac\u{1f600}'.repeat(20_000);
  const body = new TextEncoder().encode(JSON.stringify({ refreshToken, authToken: disposable() }));
  const chunks = Array.from({ length: Math.ceil(body.length / 997) }, (_, index) =>
    body.slice(index * 997, (index + 1) * 997),
  );
  const stream = new ReadableStream({
    pull: (controller) => (chunks.length ? controller.enqueue(chunks.shift()) : controller.close()),
  });
  const seen = [];
  const source = open(t, async (request) => (seen.push(request.refreshToken), new Response(stream)));
  assert.equal((await source.getToken()).version, 'v1');
  clock.jump(2_000);
  await failure(source, { forceRefresh: true });
  assert.ok(seen[1] === refreshToken);
});

test('a body that never ends is cut off by the time-out', async (t) => {
  const clock = driveClock(t);
  let cancelled = 0;
  const source = open(t, async () => new Response(new ReadableStream({ cancel: () => void cancelled++ })));
  const failed = failure(source);
  await clock.pass(10_000);
  assert.deepEqual([(await failed).code, cancelled], ['ERR_VEND_TIMEOUT', 1]);
});

test('an answer that comes when nobody wants it is let go', async (t) => {
  const clock = driveClock(t);
  let cancelled = 0;
  let answer;
  const source = open(t, () => new Promise((resolve) => (answer = resolve)));
  const failed = failure(source);
  await clock.pass(10_000);
  await failed;
  answer(new Response(new ReadableStream({ cancel: () => void cancelled++ })));
  await settle();
  assert.equal(cancelled, 1);
});

test('a body that breaks off, and one that someone has read', LIMIT, async (t) => {
  const cause = new Error('reset');
  const broken = await failure(
    open(t, async () => new Response(new ReadableStream({ pull: (controller) => controller.error(cause) }))),
  );
  assert.deepEqual([broken.code, broken.cause], ['ERR_VEND_NETWORK', cause]);
  const read = await failure(
    open(t, async () => {
      const response = new Response(disposable());
      await response.text();
      return response;
    }),
  );
  assert.equal(read.code, 'ERR_VEND_FUNCTION');
});

test('a body is not even read where the status says no', LIMIT, async (t) => {
  let cancelled = 0;
  const error = await failure(
    open(t, async () => new Response(new ReadableStream({ cancel: () => void cancelled++ }), { status: 500 })),
  );
  assert.deepEqual([error.code, error.status, cancelled], ['ERR_VEND_HTTP', 500, 1]);
});

test('a body may be base64 and nothing else', LIMIT, async (t) => {
  const token = disposable();
  for (const body of [token, `\n ${token}\n`, `"${token}"`, `\ufeff${token}`, token.replaceAll('=', '')]) {
    assert.equal((await open(t, async () => new Response(body)).getToken()).version, 'v1');
  }
});

for (const [name, answer, last] of [
  ['JSON without a token', () => new Response('{"message":"no"}'), 'failed'],
  ['a function that returns nothing', () => undefined, 'failed'],
  ['an answer that is too long', () => 'a'.repeat(257 * KB), 'failed'],
  ['a web page, as of a network that wants a login', () => new Response('<html>'), 'waiting'],
  ['a service that is down', () => new Response('', { status: 502 }), 'waiting'],
]) {
  test(`${name}, three times in a row: ${last === 'failed' ? 'no accident' : 'may pass all the same'}`, async (t) => {
    const clock = driveClock(t);
    const source = open(t, async () => answer(), { start: 'now' });
    const seen = [];
    source.addEventListener('error', () => seen.push(source.status));
    while (seen.length < 3) await clock.pass(1_000);
    assert.deepEqual(seen, ['waiting', 'waiting', last]);
  });
}

// ── functions ──

test('whatever a vend function does wrong is a coded error with its cause', LIMIT, async (t) => {
  const circle = {};
  circle.circle = circle;
  const thrown = { thenable: 'threw' };
  for (const [vend, cause] of [
    [() => undefined],
    [async () => null],
    [async () => 5],
    [async () => Symbol('a')],
    [async () => () => 'token'],
    [async () => circle, TypeError],
    [async () => ({ big: 1n }), TypeError],
    [
      async () =>
        new Proxy(
          {},
          {
            get: (_, name) => {
              if (name !== 'then') throw thrown;
            },
          },
        ),
      thrown,
    ],
    [
      () => {
        throw 'a text';
      },
      'a text',
    ],
    [
      () => {
        throw undefined;
      },
      undefined,
    ],
    [() => Promise.reject(null), null],
    [
      () => ({
        then() {
          throw thrown;
        },
      }),
      thrown,
    ],
    [() => ({ then: (_, reject) => reject(thrown) }), thrown],
  ]) {
    const error = await failure(open(t, vend));
    assert.deepEqual([error.name, error.code], ['TokenError', 'ERR_VEND_FUNCTION'], `${vend}`);
    if (typeof cause === 'function') assert.ok(error.cause instanceof cause);
    else assert.equal(error.cause, cause);
  }
});

test('a failure is not kept: the next attempt is a new one', async (t) => {
  const clock = driveClock(t);
  let down = true;
  const source = open(t, async () => (down ? Promise.reject(new Error('down')) : disposable()));
  await failure(source);
  down = false;
  const waiting = source.getToken();
  await clock.pass(60_000);
  assert.equal((await waiting).version, 'v1');
});

test('a function that calls its own source back joins what it is part of', async (t) => {
  driveClock(t);
  let calls = 0;
  let inner;
  const source = open(
    t,
    async () => {
      calls++;
      inner = source.getToken();
      return disposable();
    },
    { start: 'now' },
  );
  const token = await source.getToken();
  assert.deepEqual([calls, (await inner) === token], [1, true]);
});

test('headers are read once, or asked for each time', async (t) => {
  const clock = driveClock(t);
  const sent = [];
  replace(t, globalThis, {
    fetch: async (_, { headers, body }) => (
      sent.push([headers.get('authorization'), body]), new Response(disposable())
    ),
  });
  let session = 0;
  const fresh = open(t, { url: '/token', headers: async () => ({ authorization: `${++session}` }) });
  await fresh.getToken();
  clock.jump(2_000);
  await fresh.getToken({ forceRefresh: true });
  const headers = { authorization: 'first' };
  const body = { room: 1 };
  const fixed = open(t, { url: '/token', headers, body });
  headers.authorization = 'changed';
  body.room = 2;
  await fixed.getToken();
  assert.deepEqual(sent, [
    ['1', undefined],
    ['2', undefined],
    ['first', '{"room":1}'],
  ]);
  for (const wrong of [
    () => {
      throw new Error('mine');
    },
    () => ({ 'a b': 'c' }),
  ]) {
    assert.equal((await failure(open(t, { url: '/token', headers: wrong }))).code, 'ERR_VEND_FUNCTION');
  }
});

// ── refresh tokens ──

const withRefresh = (refreshToken, more) => JSON.stringify({ authToken: disposable(), refreshToken, ...more });

test('a refresh token goes to the next vend, by POST or to the function, and nowhere else', async (t) => {
  const clock = driveClock(t);
  const sent = [];
  let answers = 0;
  replace(t, globalThis, {
    fetch: async (url, { body }) => (sent.push([url, body]), new Response(withRefresh(`refresh-${++answers}`))),
  });
  const next = async (source) => {
    await source.getToken();
    clock.jump(2_000);
    await source.getToken({ forceRefresh: true });
    clock.jump(2_000);
    return source;
  };
  const source = await next(open(t, { url: '/post', method: 'POST' }, { tokenId: 'a' }));
  assert.deepEqual(sent.splice(0), [
    ['/post', '{"tokenId":"a"}'],
    ['/post', '{"tokenId":"a","refreshToken":"refresh-1"}'],
  ]);
  await next(open(t, '/get', { tokenId: 'a' }));
  assert.deepEqual(sent.splice(0), [
    ['/get?tokenId=a', undefined],
    ['/get?tokenId=a', undefined],
  ]);
  await next(open(t, { url: '/text', body: 'text' }));
  assert.deepEqual(sent.splice(0), [
    ['/text', 'text'],
    ['/text', 'text'],
  ]);
  const contexts = [];
  await next(open(t, async (context) => (contexts.push(context), { authToken: disposable(), refresh_token: 'mine' })));
  assert.deepEqual(
    contexts.map(({ refreshToken }) => refreshToken),
    [undefined, 'mine'],
  );
  assert.equal(JSON.stringify(contexts).includes('mine'), false);
  assert.equal(JSON.stringify([source, source.current, { ...source }]).includes('refresh-'), false);
});

test('an answer without a new one leaves the old one in force', async (t) => {
  const clock = driveClock(t);
  const seen = [];
  const source = open(
    t,
    async ({ refreshToken }) => (seen.push(refreshToken), withRefresh(seen.length === 1 ? 'once' : undefined)),
  );
  for (let call = 0; call < 3; call++) {
    await source.getToken({ forceRefresh: true });
    clock.jump(2_000);
  }
  assert.deepEqual(seen, [undefined, 'once', 'once']);
});

test('one that is refused is forgotten, and the next attempt goes without it by itself', async (t) => {
  const clock = driveClock(t);
  const seen = [];
  const source = open(t, async ({ refreshToken }) => {
    seen.push(refreshToken);
    return refreshToken === undefined ? withRefresh('spent') : new Response('', { status: 401 });
  });
  await source.getToken();
  clock.jump(2_000);
  const error = await failure(source, { forceRefresh: true });
  assert.deepEqual([error.status, error.willRetryAt instanceof Date], [401, true]);
  await clock.pass(error.willRetryAt - Date.now());
  assert.deepEqual([seen, source.status], [[undefined, 'spent', undefined], 'ready']);
});

test('without one, a refusal is final', async (t) => {
  driveClock(t);
  const error = await failure(open(t, async () => new Response('', { status: 401 })));
  assert.equal(error.willRetryAt, undefined);
});

// ── options ──

test('options whose getters throw are refused with the cause', () => {
  const cause = new Error('mine');
  const thrower = (name, more) =>
    Object.defineProperty({ ...more }, name, {
      get() {
        throw cause;
      },
    });
  const vend = '/token';
  for (const name of [
    'vend',
    'scope',
    'expiresIn',
    'tokenId',
    'refreshWindow',
    'requestTimeoutMs',
    'decode',
    'start',
  ]) {
    assert.throws(
      () => new TokenSource(thrower(name, { vend })),
      { name: 'TokenError', code: 'ERR_ARGUMENT', cause },
      name,
    );
  }
  for (const name of ['url', 'body', 'headers', 'method', 'credentials', 'allowRedirects']) {
    assert.throws(() => new TokenSource({ vend: thrower(name, { url: vend }) }), { code: 'ERR_ARGUMENT', cause }, name);
  }
  const circle = {};
  circle.circle = circle;
  for (const wrong of [
    { body: circle },
    { body: { big: 1n } },
    { headers: { 'a b': 'c' } },
    { headers: 5 },
    { allowRedirects: 1 },
    { credentials: 'all' },
    { url: `${5}`, method: 'put' },
  ]) {
    assert.throws(
      () => new TokenSource({ vend: { url: vend, ...wrong } }),
      { name: 'TokenError', code: 'ERR_ARGUMENT' },
      Object.keys(wrong)[0],
    );
  }
});

test('so it is with those of a call', async (t) => {
  const cause = new Error('mine');
  const source = open(t, async () => disposable());
  const options = {
    get minValidityMs() {
      throw cause;
    },
  };
  await assert.rejects(source.getToken(options), { code: 'ERR_ARGUMENT', cause });
});
