// An engine that refuses WebAssembly (Lockdown Mode, a strict policy), as a page's user sees it.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { visitWithClock } from './support/clocked.mjs';

/** `code()` gives a page's script. */
export function wasmTests(browser, code) {
  const visit = (t) =>
    visitWithClock(t, browser(), code(), (count, _, mint) => ({ body: mint(3600, { id: `nth-${count}` }) }));
  const refuse = (page) => page.run(() => void ([globalThis.real, globalThis.WebAssembly] = [WebAssembly, undefined]));
  const allow = (page) => page.run(() => void (globalThis.WebAssembly = globalThis.real));

  for (const [whose, begin] of [
    ['options', ({ give }) => give({ vend: '/token' })],
    ["a source of the app's", async ({ call }) => (await call('follow'), call('refresh'))],
  ]) {
    test(`with ${whose}: the state says why there is no token, and refresh() begins once the engine is willing`, async (t) => {
      const opened = await visit(t);
      const { page, call, seen, pass, vends } = opened;
      await refuse(page);
      await begin(opened);
      assert.equal(await seen(), 'failed none ERR_WASM');
      await call('refresh');
      assert.equal(await seen(), 'failed none ERR_WASM');
      assert.equal(vends(), 0);
      await allow(page);
      await pass(10_000);
      await call('refresh');
      assert.equal(await seen(), 'ready nth-1 ');
    });
  }
}
