// The React bindings with the real React, 18 and 19.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { disposable } from '../package/support/mint.mjs';
import { until } from '../e2e/support/until.mjs';
import { open, script } from './support/page.mjs';
import { REACTS } from './support/reacts.mjs';

const seen = (page) => page.text('#token');
const ready = (page, expected = /^ready user-7/) =>
  until(`the page shows ${expected}`, async () => expected.test(await seen(page)));

export function reactTests(browser) {
  for (const [version, alias] of REACTS) {
    describe(`React ${version}`, () => {
      let code;
      const visit = async (t, answer) => open(t, browser(), await (code ??= script('react', alias)), answer);

      test('one vend under the double mounts of StrictMode, and none more when the parent renders again', async (t) => {
        const { page, vends } = await visit(t);
        assert.match(await page.run(() => globalThis.page.version), new RegExp(`^${version}\\.`));
        await page.run(() => globalThis.page.strict());
        await ready(page);
        for (const count of ['1', '2']) {
          await page.run(() => globalThis.again());
          await until('the parent has rendered', async () => (await page.text('#count')) === count);
        }
        await ready(page);
        assert.equal(vends(), 1);
      });

      test('it renders when something changes, and not otherwise', async (t) => {
        const { page } = await visit(t);
        await page.run(() => globalThis.page.plain());
        await ready(page);
        // Idle, fetching, ready.
        assert.deepEqual(await page.run(() => globalThis.page.states()), [
          ['idle', null, null],
          ['fetching', null, null],
          ['ready', 'user-7', null],
        ]);
        assert.equal(await page.run(() => globalThis.page.renders()), 3);
      });

      test('a source of its own is closed with the component, and with other options there is another', async (t) => {
        const answers = [];
        const { page, vends } = await visit(
          t,
          (count) =>
            new Promise((resolve) => answers.push(() => resolve({ body: disposable(300, { id: `nth-${count}` }) }))),
        );
        await page.run(() => globalThis.page.plain());
        await until('the first vend', () => answers.length === 1);
        await page.run(() => globalThis.page.other());
        await until('the second vend', () => answers.length === 2);
        answers.forEach((answer) => answer());
        await ready(page, /^ready nth-2/);
        await page.run(() => globalThis.page.empty());
        await until('the page is empty', async () => (await seen(page)) === null);
        assert.equal(vends(), 2);
      });

      test("follows the app's source and leaves it open", async (t) => {
        const { page, vends } = await visit(t);
        await page.run(() => globalThis.page.follow());
        await ready(page, /^idle none/);
        assert.equal(vends(), 0);
        await page.run(() => globalThis.source.getToken().then(() => {}));
        await ready(page);
        await page.run(() => globalThis.page.empty());
        assert.equal(await page.run(() => globalThis.source.status), 'ready');
        assert.equal(vends(), 1);
      });

      test('other headers are another source, the same ones are not', async (t) => {
        const { page, vends } = await visit(t);
        for (const [user, vended] of [
          ['a', 1],
          ['a', 1],
          ['b', 2],
        ]) {
          await page.run((user) => globalThis.page.as(user), user);
          await until(`vend ${vended}`, () => vends() >= vended);
          await ready(page);
          assert.equal(vends(), vended);
        }
      });

      test('another body is another source; the same content, or the same form, Blob or bytes, is not', async (t) => {
        const { page, vends } = await visit(t);
        let vended = 0;
        for (const kind of await page.run(() => globalThis.page.kinds)) {
          for (const [room, more] of [
            ['a', 1],
            ['a', 0],
            ['b', 1],
          ]) {
            vended += more;
            await page.run((kind, room) => globalThis.page.body(kind, room), kind, room);
            await until(`${kind}: vend ${vended}`, () => vends() >= vended);
            await ready(page);
            assert.equal(vends(), vended, kind);
          }
          await page.run(() => globalThis.page.empty());
        }
      });

      test('a token that expires without a successor is shown no longer', async (t) => {
        const { page } = await visit(t, async (count) =>
          count === 1 ? { body: disposable(3) } : { status: 403, body: '' },
        );
        await page.run(() => globalThis.page.plain());
        await ready(page, /^waiting user-7 ERR_VEND_HTTP/);
        await ready(page, /^waiting none ERR_VEND_HTTP/);
      });

      test('a failure is shown, and the next token takes it away', async (t) => {
        let healthy = false;
        const { page } = await visit(t, async () => ({ body: healthy ? disposable() : 'no token' }));
        await page.run(() => globalThis.page.follow());
        await page.run(() => globalThis.source.getToken().catch(() => {}));
        await ready(page, /^\w+ none ERR_TOKEN_MALFORMED/);
        healthy = true;
        await page.run(() => globalThis.source.getToken({ forceRefresh: true }).then(() => {}));
        await ready(page, /^ready user-7 $/);
      });
    });
  }
}
