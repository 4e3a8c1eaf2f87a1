// TokenSource against a real HTTP server, in Node.js. How it keeps time is the simulation's business (tests/sim).
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TokenSource } from '../../pkg/index.js';
import { disposable, jwt } from './support/mint.mjs';
import { next, vendingService } from './support/service.mjs';

const LIMIT = { timeout: 20_000 };
const json = (seconds = 300, more) => ({
  body: JSON.stringify({ authToken: disposable(seconds, more), expiresAt: Math.floor(Date.now() / 1000) + seconds }),
});

function open(context, options) {
  const source = new TokenSource(options);
  context.after(() => source.close());
  return source;
}

test('a hundred callers at once cause one request and get one token', LIMIT, async (t) => {
  const { url, requests } = await vendingService(t, () => json());
  const source = open(t, { vend: url });
  assert.equal(source.status, 'fetching');
  const tokens = await Promise.all(
    Array.from({ length: 100 }, (_, i) => source.getToken({ forceRefresh: i % 3 === 0 })),
  );
  assert.equal(new Set(tokens).size, 1);
  assert.equal(requests.length, 1);
  assert.deepEqual([source.status, source.current, source.lastError], ['ready', tokens[0], undefined]);
  const left = source.refreshAt - Date.now();
  assert.ok(left > 0.59 * 300_000 && left < 0.81 * 300_000, `${left}`);
  assert.equal(await source.getToken(), tokens[0]);
  assert.equal(requests.length, 1);
});

test('the same answer is the same promise, but a rejected one is not kept', LIMIT, async (t) => {
  let healthy = false;
  const { url, requests } = await vendingService(t, () => (healthy ? json() : { status: 401 }));
  const source = open(t, { vend: url, start: 'on-demand' });
  const [first, second] = [source.getToken(), source.getToken()];
  assert.equal(first, second);
  await assert.rejects(first, { code: 'ERR_VEND_HTTP' });
  healthy = true;
  const waiting = source.getToken();
  assert.notEqual(waiting, first);
  const token = await waiting;
  assert.equal(source.getToken(), waiting);
  assert.equal(source.getToken({ minValidityMs: 5 }), waiting);
  const fresh = await source.getToken({ forceRefresh: true });
  assert.notEqual(fresh, token);
  assert.equal(await source.getToken(), fresh);
  assert.equal(source.getToken(), source.getToken());
  await assert.rejects(source.getToken(null), { code: 'ERR_ARGUMENT' });
  assert.equal(requests.length, 3);
});

test('on demand, nothing happens before the first call', LIMIT, async (t) => {
  const { url, requests } = await vendingService(t, () => json());
  const source = open(t, { vend: url, start: 'on-demand' });
  assert.deepEqual(
    [source.status, source.current, source.refreshAt, requests.length],
    ['idle', undefined, undefined, 0],
  );
  await source.getToken();
  assert.equal(requests.length, 1);
});

test('scope, lifetime and tokenId go along, as query or as JSON', LIMIT, async (t) => {
  const { url, requests } = await vendingService(t, () => json());
  const scope = { permissions: [{ role: 'readonly', cache: 'chat' }] };
  const wanted = { scope, expiresIn: { seconds: 60 }, tokenId: 'user 7' };
  await open(t, { vend: `${url}?name=a#x`, ...wanted }).getToken();
  await open(t, {
    vend: { url, method: 'POST', body: { room: 1 }, headers: async () => ({ authorization: 'Bearer session' }) },
    ...wanted,
  }).getToken();
  const [get, post] = requests;
  assert.deepEqual(Object.fromEntries(get.url.searchParams), {
    name: 'a',
    scope: JSON.stringify(scope),
    expiresIn: '60',
    tokenId: 'user 7',
  });
  assert.deepEqual(JSON.parse(post.body), { room: 1, scope, expiresIn: 60, tokenId: 'user 7' });
  assert.deepEqual([post.headers.authorization, post.headers['content-type']], ['Bearer session', 'application/json']);
});

test('a function may return text, an object or a Response, and learns why it is asked', LIMIT, async (t) => {
  const { body } = json();
  for (const answer of [disposable(), JSON.parse(body), new Response(body)]) {
    let asked;
    const source = open(t, { tokenId: 'a', vend: async (request) => ((asked = request), answer) });
    assert.equal((await source.getToken()).version, 'v1');
    assert.deepEqual([asked.reason, asked.tokenId, asked.signal instanceof AbortSignal], ['first', 'a', true]);
  }
});

for (const [name, answer, code, status] of [
  ['an error status', { status: 503, headers: { 'retry-after': '7' } }, 'ERR_VEND_HTTP', 503],
  ['a refusal', { status: 401 }, 'ERR_VEND_HTTP', 401],
  ['a web page', { body: '<!doctype html>Log in' }, 'ERR_VEND_HTML', undefined],
  ['an empty answer', {}, 'ERR_VEND_ANSWER', undefined],
  ['JSON without a token', { body: '{"message":"no"}' }, 'ERR_VEND_ANSWER', undefined],
  ['a v2 API key', { body: jwt({ t: 'g', jti: 'k' }) }, 'ERR_V2_KEY', undefined],
  ['an expired token', { body: disposable(-10) }, 'ERR_VEND_EXPIRED', undefined],
]) {
  test(`${name} is a coded error, told to caller and listener alike`, LIMIT, async (t) => {
    const { url } = await vendingService(t, () => answer);
    const source = open(t, { vend: url, start: 'on-demand' });
    const heard = next(source, 'error');
    const error = await source.getToken().then(assert.fail, (reason) => reason);
    assert.deepEqual([error.name, error.code, error.status, await heard], ['TokenError', code, status, error]);
    assert.equal(source.lastError, error);
    const terminal = status === 401 || code === 'ERR_V2_KEY';
    assert.equal(error.willRetryAt === undefined, terminal);
    assert.equal(source.status, terminal ? 'failed' : 'waiting');
    if (status === 503) assert.ok(error.willRetryAt - Date.now() > 6_000);
    assert.ok(!`${error.stack}${JSON.stringify(error)}`.includes('eyJ'));
  });
}

test('a service that cannot be reached, and a function that throws, keep their cause', LIMIT, async (t) => {
  const unreachable = await open(t, { vend: 'http://127.0.0.1:1/token' })
    .getToken()
    .then(assert.fail, (reason) => reason);
  assert.deepEqual([unreachable.code, unreachable.cause instanceof Error], ['ERR_VEND_NETWORK', true]);
  const cause = new Error('mine');
  const thrown = await open(t, { vend: () => Promise.reject(cause) })
    .getToken()
    .then(assert.fail, (reason) => reason);
  assert.deepEqual([thrown.code, thrown.cause], ['ERR_VEND_FUNCTION', cause]);
});

test('a caller that gives up frees itself alone', LIMIT, async (t) => {
  let answer;
  const { url, requests } = await vendingService(t, () => new Promise((resolve) => (answer = () => resolve(json()))));
  const source = open(t, { vend: url });
  const controller = new AbortController();
  const leaving = source.getToken({ signal: controller.signal });
  const staying = source.getToken();
  controller.abort(new Error('changed my mind'));
  await assert.rejects(leaving, { message: 'changed my mind' });
  await assert.rejects(source.getToken({ signal: AbortSignal.abort() }), { name: 'AbortError' });
  while (!answer) await new Promise((resolve) => setImmediate(resolve));
  answer();
  assert.equal((await staying).version, 'v1');
  assert.equal(requests.length, 1);
});

test('a rejected token is dropped and fetched anew, once however often it is reported', LIMIT, async (t) => {
  const reasons = [];
  const source = open(t, { vend: async ({ reason }) => (reasons.push(reason), disposable()) });
  const first = await source.getToken();
  for (let i = 0; i < 5; i++) source.reportRejected(first);
  assert.equal(source.current, undefined);
  const second = await source.getToken();
  assert.notEqual(second, first);
  source.reportRejected(first);
  assert.equal(source.current, second);
  assert.deepEqual(reasons, ['first', 'rejected']);
});

test('more life than a token has is an error of its own code', LIMIT, async (t) => {
  const { url, requests } = await vendingService(t, () => json(60));
  const source = open(t, { vend: url });
  await source.getToken();
  await assert.rejects(source.getToken({ minValidityMs: 3_600_000 }), { code: 'ERR_TOKEN_TOO_SHORT' });
  assert.ok(requests.length <= 2);
});

test('the end: callers, loops and later calls', LIMIT, async (t) => {
  const source = open(t, { vend: () => new Promise(() => {}) });
  const waiting = source.getToken();
  const loop = (async () => {
    for await (const token of source) assert.fail(token);
  })();
  source.close();
  await assert.rejects(waiting, { code: 'ERR_CLOSED' });
  await loop;
  await assert.rejects(source.getToken(), { code: 'ERR_CLOSED' });
  assert.equal(source.status, 'closed');
  source.close();
});

test('a listener finds the state already changed, and may close the source', LIMIT, async (t) => {
  const source = open(t, { vend: async () => disposable(), start: 'on-demand' });
  const seen = [];
  source.addEventListener('token', () => {
    seen.push(source.status, source.refreshAt instanceof Date);
    source.close();
  });
  source.addEventListener('status', ({ detail }) => seen.push(detail));
  await source.getToken().catch(() => {});
  assert.deepEqual(seen, ['fetching', 'ready', true, 'closed']);
  assert.equal(source.current, undefined);
});

test('options that make no sense are refused', () => {
  const vend = '/token';
  for (const options of [
    undefined,
    null,
    5,
    {},
    { vend: 5 },
    { vend: {} },
    { vend: { url: vend, method: 'PUT' } },
    { vend: { url: vend, method: 'GET', body: {} } },
    { vend, refreshWindow: [0.5] },
    { vend, refreshWindow: [0, 0.5] },
    { vend, refreshWindow: [0.8, 0.6] },
    { vend, refreshWindow: [0.5, NaN] },
    { vend, refreshWindow: [0.5, 1 - 1e-12] },
    { vend, requestTimeoutMs: 0 },
    { vend, requestTimeoutMs: Infinity },
    { vend, start: 'later' },
    { vend, tokenId: 'x'.repeat(65) },
    { vend, expiresIn: { seconds: 0 } },
    { vend, expiresIn: { seconds: 1.5 } },
    { vend, expiresIn: { never: true } },
    { vend, scope: 'all' },
    { vend, decode: { endpoint: 5 } },
    { vend, decode: { allowedEndpointSuffixes: ['\ud800'] } },
  ]) {
    assert.throws(
      () => new TokenSource(options),
      { name: 'TokenError', code: 'ERR_ARGUMENT' },
      JSON.stringify(options),
    );
  }
});

test('getToken refuses what makes no sense, with a code and without a request', async (t) => {
  let asked = 0;
  const source = open(t, { vend: async () => (asked++, disposable()), start: 'on-demand' });
  for (const options of [
    null,
    5,
    { minValidityMs: 'x' },
    { minValidityMs: NaN },
    { forceRefresh: 1 },
    { signal: 5 },
    { signal: null },
    { signal: {} },
  ]) {
    await assert.rejects(
      source.getToken(options),
      { name: 'TokenError', code: 'ERR_ARGUMENT' },
      JSON.stringify(options),
    );
  }
  assert.equal(asked, 0);
});
