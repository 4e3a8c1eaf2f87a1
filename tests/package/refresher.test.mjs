// The refresh machine behind a source: its random numbers, and what becomes of it when its instance ends.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { driveClock } from './support/clock.mjs';
import { disposable } from './support/mint.mjs';

test('sources draw different times to renew their tokens', async (t) => {
  const { TokenSource } = await import('../../pkg/index.js');
  driveClock(t);
  const token = disposable();
  const times = new Set();
  for (let made = 0; made < 5; made++) {
    const source = new TokenSource({ vend: async () => token, start: 'on-demand' });
    t.after(() => source.close());
    await source.getToken();
    times.add(source.refreshAt.getTime());
  }
  // The clock stands still, so it is the machines that differ.
  assert.ok(times.size > 1, `${[...times]}`);
});

test('after a trap callers learn of it, and the next call begins anew', async (t) => {
  const { Instance } = WebAssembly;
  let traps = false;
  // biome-ignore lint/complexity/useArrowFunction: it is called with `new`
  WebAssembly.Instance = function (module, imports) {
    const { exports } = new Instance(module, imports);
    const trap = (...args) => {
      if (traps) throw new WebAssembly.RuntimeError('unreachable');
      return exports.refresher_get(...args);
    };
    return { exports: { ...exports, refresher_get: trap } };
  };
  t.after(() => {
    WebAssembly.Instance = Instance;
  });
  const { TokenSource, decodeToken } = await import('../../pkg/index.js?trap');
  const answers = [];
  const vend = () => new Promise((answer) => answers.push(answer));
  const source = new TokenSource({ vend, start: 'on-demand' });
  const other = new TokenSource({ vend, start: 'on-demand' });
  for (const each of [source, other]) t.after(() => each.close());
  const told = [];
  source.addEventListener('error', ({ detail }) => told.push(detail.code));
  const waiting = [source.getToken(), other.getToken()].map((call) => call.then(assert.fail, ({ code }) => code));
  await new Promise((done) => setTimeout(done, 10));

  traps = true;
  await assert.rejects(source.getToken({ forceRefresh: true }), { code: 'ERR_WASM' });
  traps = false;
  assert.deepEqual([await waiting[0], source.status, told], ['ERR_WASM', 'failed', ['ERR_WASM']]);

  // The same instance was the other one's: it learns of it at its next event.
  decodeToken(disposable());
  const again = other.getToken({ forceRefresh: true });
  await assert.rejects(again, { code: 'ERR_WASM' });
  assert.deepEqual([await waiting[1], other.status], ['ERR_WASM', 'failed']);

  const tokens = [source.getToken(), other.getToken()];
  await new Promise((done) => setTimeout(done, 10));
  for (const answer of answers) answer(disposable());
  for (const token of await Promise.all(tokens)) assert.equal(token.version, 'v1');
  assert.deepEqual([source.status, other.status, answers.length], ['ready', 'ready', 4]);
});
