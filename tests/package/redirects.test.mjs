// Redirects of a vending service: the vend URL is requested once per attempt, whatever it answers. Pages are simulated
// here, as far as the package looks at them; tests/browsers/redirects.mjs has real ones.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inspect } from 'node:util';
import { TokenSource } from '../../pkg/index.js';
import { driveClock, replace } from './support/clock.mjs';
import { disposable } from './support/mint.mjs';
import { vendingService } from './support/service.mjs';

const LIMIT = { timeout: 20_000 };
const PAGE = 'https://app.example';

function open(context, vend, options) {
  const source = new TokenSource({ vend, start: 'on-demand', ...options });
  context.after(() => source.close());
  return source;
}

const failure = (source) => source.getToken().then(assert.fail, (error) => error);

const redirect = (status, location) => new Response(null, { status, headers: { location } });

/** What a browser gives in place of a redirect that it was told not to follow. */
const opaqueRedirect = () =>
  Object.defineProperties(new Response(null), {
    type: { value: 'opaqueredirect' },
    status: { value: 0 },
    ok: { value: false },
  });

/** Replaces `fetch`; what it was asked comes back. */
function spy(context, answer) {
  const asked = [];
  replace(context, globalThis, {
    fetch: async (url, init) => {
      asked.push({ ...init, url });
      return answer(url, init, asked.length);
    },
  });
  return asked;
}

// ── no page: each hop is visible ──

for (const [status, method] of [
  [301, 'GET'],
  [302, 'GET'],
  [303, 'GET'],
  [307, 'POST'],
  [308, 'POST'],
]) {
  test(`a POST answered with ${status} is sent once, and goes on as ${method}, as fetch has it`, LIMIT, async (t) => {
    const { url, requests } = await vendingService(t, ({ url }) =>
      url.pathname === '/token' ? { status, headers: { location: '/there' } } : { body: disposable() },
    );
    await open(t, { url, body: { code: 'once' }, headers: { 'content-language': 'en', 'x-mine': 'kept' } }).getToken();
    assert.deepEqual(
      requests.map(({ method, url }) => `${method} ${url.pathname}`),
      ['POST /token', `${method} /there`],
    );
    const { body, headers } = requests[1];
    const kept = method === 'POST';
    assert.deepEqual(
      [body, headers['content-type'], headers['content-language'], headers['x-mine']],
      [kept ? '{"code":"once"}' : '', kept ? 'application/json' : undefined, kept ? 'en' : undefined, 'kept'],
    );
  });
}

test('five redirects within the origin are followed, a sixth is not', LIMIT, async (t) => {
  for (const [hops, code] of [
    [5, undefined],
    [6, 'ERR_VEND_REDIRECT'],
  ]) {
    const { url, requests } = await vendingService(t, (_, count) =>
      count <= hops ? { status: 302, headers: { location: `/hop-${count}` } } : { body: disposable() },
    );
    const { error } = await open(t, url)
      .getToken()
      .then(
        () => ({}),
        (error) => ({ error }),
      );
    assert.deepEqual([error?.code, requests.length], [code, 6]);
    assert.equal(requests.filter((request) => request.url.pathname === '/token').length, 1);
  }
});

test('a redirect that carries a password is refused, and the error does not show it', LIMIT, async (t) => {
  const { url, requests } = await vendingService(t, ({ headers }) => ({
    status: 302,
    headers: { location: `http://ann:hunter2@${headers.host}/there` },
  }));
  const error = await failure(open(t, url));
  assert.deepEqual([error.code, requests.length], ['ERR_VEND_REDIRECT', 1]);
  assert.doesNotMatch(inspect(error, { depth: null, showHidden: true }), /hunter2/);
});

for (const [place, globals] of [
  ['Cloudflare Workers, which have an opaque origin and no location', { origin: 'null' }],
  ['Deno with a location', { location: new URL(PAGE), Deno: {} }],
  ['Bun with a simulated page', { location: new URL(PAGE), origin: PAGE, Bun: {} }],
]) {
  test(`no page: ${place}`, async (t) => {
    replace(t, globalThis, globals);
    const asked = spy(t, (url) => (url.endsWith('/token') ? redirect(303, '/there') : new Response(disposable())));
    await open(t, { url: `${PAGE}/token`, method: 'POST' }).getToken();
    assert.deepEqual(
      asked.map(({ url, method, redirect, mode }) => [url, method, redirect, mode]),
      [
        [`${PAGE}/token`, 'POST', 'manual', undefined],
        [`${PAGE}/there`, 'GET', 'manual', undefined],
      ],
    );
  });
}

// ── a page: the engine follows, or does not ──

test("at the page's own origin the engine follows redirects, and the package sends one request", async (t) => {
  replace(t, globalThis, { location: new URL(`${PAGE}/chat`), origin: PAGE });
  const asked = spy(t, () => new Response(disposable()));
  for (const url of ['/token', `${PAGE}/token`, 'token', new URL('/token', PAGE)])
    await open(t, { url, method: 'POST' }).getToken();
  assert.deepEqual(
    asked.map(({ mode, redirect, method }) => [mode, redirect, method]),
    Array(4).fill(['same-origin', undefined, 'POST']),
  );
});

test('a redirect away from there is a network failure whose causes list it, and is not asked about again', async (t) => {
  replace(t, globalThis, { location: new URL(`${PAGE}/chat`), origin: PAGE });
  const cause = new TypeError('Failed to fetch');
  const asked = spy(t, () => Promise.reject(cause));
  const error = await failure(open(t, { url: '/token', method: 'POST' }));
  assert.deepEqual([error.code, error.cause, asked.length], ['ERR_VEND_NETWORK', cause, 1]);
  assert.match(error.message, /a redirect away from the page's origin \(the user's session may have ended\)/);
  assert.match(error.message, /`connect-src`/);
});

test('a sign-in page within the origin is a web page, with the same hint', async (t) => {
  replace(t, globalThis, { location: new URL(`${PAGE}/chat`), origin: PAGE });
  spy(t, () => new Response('<!doctype html><title>Sign in</title>', { headers: { 'content-type': 'text/html' } }));
  const error = await failure(open(t, '/token'));
  assert.equal(error.code, 'ERR_VEND_HTML');
  assert.match(error.message, /the user's session may have ended/);
});

for (const [place, globals] of [
  ['another origin', { location: new URL(`${PAGE}/chat`), origin: PAGE, vend: 'https://api.example/token' }],
  ['another port', { location: new URL(`${PAGE}/chat`), origin: PAGE, vend: `${PAGE}:8443/token` }],
  [
    'a sandboxed frame, whose location is of its URL but whose origin is opaque',
    { location: new URL(`${PAGE}/frame`), origin: 'null', vend: `${PAGE}/token` },
  ],
  ['a worker made of data', { location: new URL('data:text/javascript,0'), origin: 'null', vend: `${PAGE}/token` }],
]) {
  test(`from ${place}, a page follows none: one request, and it is known why`, async (t) => {
    const { vend, ...rest } = globals;
    replace(t, globalThis, rest);
    let answer = opaqueRedirect;
    const asked = spy(t, () => answer());
    for (answer of [opaqueRedirect, () => redirect(303, '/there')]) {
      const error = await failure(open(t, { url: vend, method: 'POST' }));
      assert.equal(error.code, 'ERR_VEND_REDIRECT');
      assert.match(error.message, /session may have ended.*`vend\.allowRedirects`/);
    }
    assert.deepEqual(
      asked.map(({ mode, redirect }) => [mode, redirect]),
      Array(2).fill([undefined, 'manual']),
    );
    answer = () => new Response(disposable());
    await open(t, { url: vend, method: 'POST' }).getToken();
    await open(t, { url: vend, method: 'POST', allowRedirects: true }).getToken();
    assert.deepEqual(
      asked.slice(2).map(({ mode, redirect }) => [mode, redirect]),
      [
        [undefined, 'manual'],
        [undefined, undefined],
      ],
    );
  });
}

test('`connect-src` is among the causes of a network failure, wherever the service is', async (t) => {
  spy(t, () => Promise.reject(new TypeError('Failed to fetch')));
  const error = await failure(open(t, 'https://api.example/token'));
  assert.equal(error.code, 'ERR_VEND_NETWORK');
  assert.match(error.message, /CORS or by a Content Security Policy \(`connect-src`\)/);
});

// ── the limit ──

for (const [place, answer] of [
  ['a page', () => Promise.reject(new TypeError('Failed to fetch'))],
  ['a page elsewhere', opaqueRedirect],
  ['no page', (url) => (url.endsWith('/token') ? redirect(303, '/there') : new Response('', { status: 500 }))],
]) {
  test(`ten requests to the vend URL in ten minutes at most, redirected or not: ${place}`, async (t) => {
    const clock = driveClock(t);
    if (place !== 'no page')
      replace(t, globalThis, { location: new URL(place === 'a page' ? PAGE : 'https://other.example') });
    const asked = spy(t, answer);
    open(t, `${PAGE}/token`, { start: 'now' });
    await clock.pass(599_000);
    const vends = asked.filter(({ url }) => url === `${PAGE}/token`).length;
    assert.ok(vends >= 5 && vends <= 10, `${vends} requests`);
    assert.equal(asked.length, place === 'no page' ? 2 * vends : vends);
  });
}
