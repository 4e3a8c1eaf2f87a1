// useSuspenseToken with the real React, 18 and 19.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { disposable } from '../package/support/mint.mjs';
import { until } from '../e2e/support/until.mjs';
import { open, script } from './support/page.mjs';
import { serverHtml } from './support/server.mjs';
import { REACTS } from './support/reacts.mjs';

/** React's own words about an error that a boundary has caught, or the server has sent. */
const EXPECTED = /TokenError|The above error occurred|error boundary/;

export function suspenseTests(browser) {
  for (const [version, alias] of REACTS) {
    describe(`React ${version}: useSuspenseToken`, () => {
      let code;
      async function visit(t, answer, app) {
        const opened = await open(t, browser(), await (code ??= script('react-suspense', alias)), answer, {
          app,
          expected: EXPECTED,
        });
        const { page } = opened;
        const shows = async (expected, id = 'token') => {
          let text;
          const isThere = async () => expected.test((text = await page.text(`#${id}`)));
          await until(() => `#${id} shows ${expected}, and not '${text}'`, isThere);
        };
        return {
          ...opened,
          shows,
          call: (name, ...given) => page.run((name, given) => void globalThis.page[name](...given), name, given),
        };
      }
      /** Refuses so many requests, with this status. */
      const refusing =
        (times, status = 401) =>
        async (count) =>
          count <= times ? { status } : { body: disposable(300, { id: `nth-${count}` }) };

      test('it suspends until there is a token, with one request, and is rendered with each one that follows', async (t) => {
        const answers = [];
        const { call, shows, page, vends } = await visit(
          t,
          (count) =>
            new Promise((resolve) => answers.push(() => resolve({ body: disposable(300, { id: `nth-${count}` }) }))),
        );
        await call('plain');
        await until('the request', () => answers.length === 1);
        await shows(/^fallback/);
        answers.pop()();
        await shows(/^token nth-1/);
        await page.run(() => void globalThis.source.getToken({ forceRefresh: true }));
        await until('the second request', () => answers.length === 1);
        assert.match(await page.text('#token'), /^token nth-1/, 'a token in hand is kept');
        answers.pop()();
        await shows(/^token nth-2/);
        assert.equal(vends(), 2);
      });

      for (const [what, answer, expected] of [
        ['a 401', refusing(1), /^error ERR_VEND_HTTP 401/],
        ['a 503, though the source tries again by itself', refusing(1, 503), /^error ERR_VEND_HTTP 503/],
        [
          'an answer without a token',
          async (count) => ({ body: count === 1 ? 'none' : disposable(300, { id: 'nth-2' }) }),
          /^error ERR_TOKEN_MALFORMED/,
        ],
      ]) {
        test(`${what} reaches the error boundary after one request; its reset asks again`, async (t) => {
          const { call, shows, page, vends } = await visit(
            t,
            async (count) => (count === 1 && (await pause(100)), answer(count)),
          );
          const asked = () => page.run(() => globalThis.page.asked());
          await call('plain');
          await shows(expected);
          // Nobody resets before React has come to rest.
          await pause(400);
          assert.equal(await asked(), 1);
          // On a busy machine, the source may by then have tried again by itself, a second after its first request.
          const isFinal = what === 'a 401';
          if (isFinal) assert.equal(vends(), 1);
          await call('reset');
          await shows(/^token nth-2/);
          assert.equal(vends(), 2);
          if (isFinal) assert.equal(await asked(), 2);
        });
      }

      test('each reset asks once, also where the answer is no again', async (t) => {
        const { call, shows, vends } = await visit(t, refusing(3));
        await call('plain');
        for (const nth of [1, 2, 3]) {
          await shows(/^error ERR_VEND_HTTP 401/);
          await pause(400);
          assert.equal(vends(), nth);
          await call('reset');
          await shows(/^(fallback|token)/);
        }
        await shows(/^token nth-4/);
      });

      test('a reset 50 ms after the error is shown asks as well', async (t) => {
        const { call, shows, vends } = await visit(t, refusing(1));
        await call('resetAtOnce');
        await call('plain');
        await shows(/^token nth-2/);
        assert.equal(vends(), 2);
      });

      test('a reset asks at once where the source by itself would wait ever longer', async (t) => {
        const { call, shows } = await visit(t, refusing(6, 503));
        const from = performance.now();
        await call('plain');
        // By itself it would take half a minute on average.
        for (let nth = 0; nth < 6; nth++) {
          await shows(/^error ERR_VEND_HTTP 503/);
          await pause(300);
          await call('reset');
          await shows(/^(fallback|token)/);
        }
        await shows(/^token nth-\d/);
        assert.ok(performance.now() - from < 15_000, `${performance.now() - from} ms`);
      });

      for (const [name, what] of [
        ['slow', 'with siblings that take React many slices to render'],
        ['beside', 'beside a component that renders all the time'],
        ['within', 'in a parent that renders all the time'],
        ['around', 'with the error boundary inside of the fallback'],
        [
          'slowAround',
          'with the error boundary inside of the fallback, beside siblings that take React many slices to render',
        ],
      ]) {
        test(`the error reaches its boundary after one request ${what}`, async (t) => {
          const { call, shows, vends } = await visit(t, refusing(1));
          await call(name);
          await shows(/^error ERR_VEND_HTTP/);
          await pause(500);
          assert.equal(vends(), 1);
          await call('reset');
          await shows(/^token nth-2/);
          assert.equal(vends(), 2);
        });
      }

      test('two components that wait for one source both get its error, and both get its token', async (t) => {
        const { call, shows, vends } = await visit(t, refusing(1));
        await call('twice');
        for (const id of ['token', 'other']) await shows(/^error ERR_VEND_HTTP/, id);
        await pause(300);
        assert.equal(vends(), 1);
        await call('reset');
        for (const id of ['token', 'other']) await shows(/^token nth-2/, id);
        assert.equal(vends(), 2);
      });

      test('an error that came when nobody was there any more is not shown to who comes later', async (t) => {
        let refuse;
        const { call, shows, vends } = await visit(t, (count) =>
          count === 1 ? new Promise((resolve) => (refuse = () => resolve({ status: 401 }))) : refusing(0)(count),
        );
        await call('plain');
        await until('the request', () => refuse);
        await call('empty');
        refuse();
        await pause(6_000);
        await call('again');
        await shows(/^token nth-2/);
        assert.equal(vends(), 2);
      });

      test('without the token in hand it suspends again', async (t) => {
        const answers = [];
        const { call, shows, page } = await visit(
          t,
          (count) =>
            new Promise((resolve) => answers.push(() => resolve({ body: disposable(300, { id: `nth-${count}` }) }))),
        );
        await call('plain');
        await until('the request', () => answers.length === 1);
        answers.pop()();
        await shows(/^token nth-1/);
        await page.run(() => globalThis.source.reportRejected(globalThis.source.current));
        await until('the second request', () => answers.length === 1);
        assert.ok(
          await page.run(() =>
            [...document.querySelectorAll('p')].some((p) => p.textContent === 'fallback' && p.style.display !== 'none'),
          ),
        );
        answers.pop()();
        await until('the token', () => page.run(() => globalThis.page.shown().at(-1) === 'nth-2'));
      });

      test('another source in a transition: the token before stays until there is the new one', async (t) => {
        const answers = [];
        const { call, shows, page } = await visit(
          t,
          (_, { url }) =>
            new Promise((resolve) =>
              answers.push(() => resolve({ body: disposable(300, { id: url.search.slice(1) }) })),
            ),
        );
        await call('switch');
        await until('the request', () => answers.length === 1);
        answers.pop()();
        await shows(/^token first/);
        await call('switchTo', '/token?second', true);
        await until('the second request', () => answers.length === 1);
        assert.deepEqual(await page.run(() => [...document.querySelectorAll('p')].map((p) => p.textContent)), [
          'token first',
        ]);
        answers.pop()();
        await shows(/^token second/);
        await call('switchTo', '/token?third', false);
        await until('the third request', () => answers.length === 1);
        await until('the fallback', () =>
          page.run(() => [...document.querySelectorAll('p')].some((p) => p.textContent === 'fallback')),
        );
        answers.pop()();
        await until('the token', () => page.run(() => globalThis.page.shown().at(-1) === 'third'));
      });

      test('a source that was closed, and options in place of a source, are errors for the boundary', async (t) => {
        const { call, shows, page, vends } = await visit(t, refusing(0));
        await call('plain');
        await shows(/^token nth-1/);
        await page.run(() => globalThis.source.close());
        await shows(/^error ERR_CLOSED/);
        await call('empty');
        await until('nothing', async () => (await page.text('#token')) === null);
        for (const wrong of [{ vend: '/token' }, '/token', null]) {
          await call('source', wrong);
          await shows(/^error ERR_ARGUMENT/);
          await call('empty');
          await until('nothing', async () => (await page.text('#token')) === null);
        }
        assert.equal(vends(), 1);
      });

      test('a page that a server rendered shows the fallback, and then the token', async (t) => {
        const html = serverHtml(t, version, 'renderToString');
        assert.match(html, /fallback/);
        const { call, shows, page, vends } = await visit(t, refusing(0), html);
        await call('hydrate');
        await shows(/^token nth-1/);
        assert.equal(vends(), 1);
        const recovered = await page.run(() => globalThis.recovered);
        assert.equal(recovered.length, 1, `React tells that it renders in the browser, and nothing else: ${recovered}`);
      });
    });
  }
}
