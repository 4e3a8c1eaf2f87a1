// refresh() of React's hook and of Vue's alike.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { visitWithClock } from './support/clocked.mjs';

const token = (count, _, mint) => ({ body: mint(3600, { id: `nth-${count}` }) });

/** `code()` gives a page's script. */
export function refreshTests(browser, code) {
  const visit = (t, answer) => visitWithClock(t, browser(), code(), answer);
  /** As a user does. */
  const click = (page) => page.run(() => (document.querySelector('button').click(), clock.settle()));

  test('it asks again after a refusal, and what comes of it is in the state', async (t) => {
    const { page, seen, give, call, pass, vends } = await visit(t, (count, request, mint) =>
      count < 3 ? { status: 401 } : token(count, request, mint),
    );
    await give({ vend: '/token' });
    assert.equal(await seen(), 'failed none ERR_VEND_HTTP');
    await call('keep');
    for (const expected of ['failed none ERR_VEND_HTTP', 'ready nth-3 ', 'ready nth-4 ']) {
      await click(page);
      // The source itself puts off what follows failures, for up to four seconds here.
      await pass(5_000);
      assert.equal(await seen(), expected);
    }
    assert.equal(vends(), 4);
    assert.ok(await call('same'), 'the same function for the same source');
  });

  test('it does not wait for the next attempt of the source', async (t) => {
    let healthy = false;
    const { seen, give, call, pass } = await visit(t, (count, request, mint) =>
      healthy ? token(count, request, mint) : { status: 503 },
    );
    await give({ vend: '/token' });
    await pass(30_000);
    assert.equal(await seen(), 'waiting none ERR_VEND_HTTP');
    healthy = true;
    await call('refresh');
    await pass(1_000);
    assert.match(await seen(), /^ready nth-\d+ $/);
  });

  test('a failure leaves the token in hand', async (t) => {
    const { seen, give, call, pass } = await visit(t, (count, request, mint) =>
      count === 1 ? token(count, request, mint) : { status: 503 },
    );
    await give({ vend: '/token' });
    await pass(1_000);
    await call('refresh');
    assert.equal(await seen(), 'waiting nth-1 ERR_VEND_HTTP');
  });

  test("it begins a source of the app's, ignores its arguments, and is quiet when the source is closed", async (t) => {
    const { page, seen, call, pass, vends } = await visit(t, token);
    await call('follow');
    assert.equal(await seen(), 'idle none ');
    await call('keep');
    await click(page);
    assert.equal(await seen(), 'ready nth-1 ');
    await pass(1_000);
    await page.run(() => (globalThis.kept({ minValidityMs: 'many', signal: 7 }, 'more'), clock.settle()));
    assert.equal(await seen(), 'ready nth-2 ');
    assert.ok(await call('same'), 'the same function for the same source');
    await page.run(() => (globalThis.source.close(), globalThis.kept(), clock.settle()));
    assert.equal(await seen(), 'closed none ');
    assert.equal(vends(), 2);
  });

  test('it gives nothing back, and keeps to ten requests in ten minutes', async (t) => {
    const { page, give, call, pass, vends } = await visit(t, () => ({ status: 401 }));
    await give({ vend: '/token' });
    await call('keep');
    assert.equal(await page.run(() => typeof globalThis.kept()), 'undefined');
    for (let nth = 0; nth < 100; nth++) {
      await pass(5_000);
      await page.run(() => globalThis.kept());
    }
    assert.ok(vends() <= 10, `${vends()} requests`);
  });
}
