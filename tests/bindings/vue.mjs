// The Vue bindings with the real Vue.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { disposable } from '../package/support/mint.mjs';
import { until } from '../e2e/support/until.mjs';
import { open, script } from './support/page.mjs';

const ready = (page, expected = /^ready user-7/) =>
  until(`the page shows ${expected}`, async () => expected.test(await page.text('#token')));

export function vueTests(browser) {
  let code;
  const visit = async (t, answer) => open(t, browser(), await (code ??= script('vue')), answer);

  test('a component has a token, with one vend and no needless rendering', async (t) => {
    const { page, vends } = await visit(t);
    await page.run(() => globalThis.page.plain());
    await ready(page);
    assert.equal(vends(), 1);
    assert.ok((await page.run(() => globalThis.page.renders())) <= 3);
    await page.run(() => globalThis.page.unmount());
  });

  test("a component follows the app's source and leaves it open", async (t) => {
    const { page, vends } = await visit(t);
    await page.run(() => globalThis.page.follow());
    await ready(page, /^idle none/);
    await page.run(() => globalThis.source.getToken().then(() => {}));
    await ready(page);
    await page.run(() => globalThis.page.unmount());
    assert.equal(await page.run(() => globalThis.source.status), 'ready');
    assert.equal(vends(), 1);
  });

  test('a token that expires without a successor is shown no longer', async (t) => {
    const { page } = await visit(t, async (count) =>
      count === 1 ? { body: disposable(3) } : { status: 403, body: '' },
    );
    await page.run(() => globalThis.page.plain());
    await ready(page, /^waiting user-7 ERR_VEND_HTTP/);
    await ready(page, /^waiting none ERR_VEND_HTTP/);
  });

  test('an effect scope closes the source with it', async (t) => {
    const { page, vends } = await visit(t);
    await page.run(() => globalThis.page.scope());
    await until('a token', async () => (await page.run(() => globalThis.scope.state())) === 'ready user-7');
    await page.run(() => globalThis.scope.stop());
    assert.equal(vends(), 1);
  });
}
