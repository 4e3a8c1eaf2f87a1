// The Vue bindings with the real Vue, in Chromium.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { until } from '../e2e/support/until.mjs';
import { launchBrowser, open, script } from './support/page.mjs';

let browser, code;
before(async () => ([browser, code] = await Promise.all([launchBrowser(), script('vue')])));
after(() => browser?.close());

const ready = (page, expected = /^ready user-7/) => until(`the page shows ${expected}`, async () => expected.test(await page.textContent('#token')));

test('a component has a token, with one vend and no needless rendering', async (t) => {
  const { page, vends } = await open(t, browser, code);
  await page.evaluate(() => globalThis.page.plain());
  await ready(page);
  assert.equal(vends(), 1);
  assert.ok((await page.evaluate(() => globalThis.page.renders())) <= 3);
  await page.evaluate(() => globalThis.page.unmount());
});

test("a component follows the app's source and leaves it open", async (t) => {
  const { page, vends } = await open(t, browser, code);
  await page.evaluate(() => globalThis.page.follow());
  await ready(page, /^idle none/);
  await page.evaluate(() => globalThis.source.getToken().then(() => {}));
  await ready(page);
  await page.evaluate(() => globalThis.page.unmount());
  assert.equal(await page.evaluate(() => globalThis.source.status), 'ready');
  assert.equal(vends(), 1);
});

test('an effect scope closes the source with it', async (t) => {
  const { page, vends } = await open(t, browser, code);
  const scope = await page.evaluateHandle(() => globalThis.page.scope());
  await until('a token', async () => (await scope.evaluate((it) => it.state())) === 'ready user-7');
  await scope.evaluate((it) => it.stop());
  assert.equal(vends(), 1);
});
