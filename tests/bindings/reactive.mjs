// Options of Vue's hook that are reactive.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { visitWithClock } from './support/clocked.mjs';

/** `code()` gives a page's script. */
export function reactiveTests(browser, code) {
  const visit = (t, answer) => visitWithClock(t, browser(), code(), answer);

  test('a field of a reactive object is another source when it changes', async (t) => {
    const { page, seen, call, vends } = await visit(t);
    await call('reactive', { vend: '/token?one' });
    assert.equal(await seen(), 'ready one ');
    await page.run(() => (globalThis.change({ vend: '/token?two' }), clock.settle()));
    assert.equal(await seen(), 'ready two ');
    assert.equal(vends(), 2);
  });

  test('so is one deep inside, and several that change together are one change', async (t) => {
    const { page, seen, call, requests } = await visit(t);
    await call('reactive', {
      vend: { url: '/token', method: 'POST', headers: { 'x-call': 'one' }, body: { room: { id: 1 } } },
    });
    assert.equal(await seen(), 'ready one ');
    await page.run(() => {
      globalThis.given.vend.body.room.id = 2;
      globalThis.given.vend.headers['x-call'] = 'two';
      globalThis.given.tokenId = 'user-8';
      return clock.settle();
    });
    assert.equal(await seen(), 'ready two ');
    assert.deepEqual(
      requests().map(({ body }) => JSON.parse(body)),
      [{ room: { id: 1 } }, { room: { id: 2 }, tokenId: 'user-8' }],
    );
  });

  test('options that make no sense are an error, and the last source is kept', async (t) => {
    const { seen, call, give, pass, vends } = await visit(t);
    await give({ vend: '/token?one' });
    await give({ vend: '/token?one', requestTimeoutMs: 5 });
    assert.equal(await seen(), 'ready one ERR_ARGUMENT');
    assert.match(await call('message'), /requestTimeoutMs/);
    await pass(10_000);
    await give({ vend: '/token?two' });
    assert.equal(await seen(), 'ready two ');
    assert.equal(vends(), 2);
  });

  test("a source of the app's in place of options, and the other way round", async (t) => {
    const { page, seen, call, give, vends } = await visit(t);
    await give({ vend: '/token?own' });
    await call('giveSource', '/token?given');
    assert.equal(await seen(), 'idle none ');
    await page.run(() => globalThis.source.getToken().then(() => clock.settle()));
    assert.equal(await seen(), 'ready given ');
    await give({ vend: '/token?own-2' });
    assert.equal(await seen(), 'ready own-2 ');
    await call('empty');
    assert.equal(await page.run(() => globalThis.source.status), 'ready', "the app's is left open");
    assert.equal(vends(), 3);
  });
}
