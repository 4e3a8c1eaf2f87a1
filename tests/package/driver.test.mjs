// What the driver in WebAssembly owes to the JavaScript around it: the async context of whoever asked, parts of the
// platform that are replaced or throw, and nothing left behind by what never ends.
import assert from 'node:assert/strict';
import { AsyncLocalStorage } from 'node:async_hooks';
import { execFile } from 'node:child_process';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { TokenSource } from '../../pkg/index.js';
import { driveClock, replace, settle } from './support/clock.mjs';
import { disposable } from './support/mint.mjs';
import { openTabs } from './support/tabs.mjs';

const context = new AsyncLocalStorage();

/** A body in two chunks that notes in which context it is read. */
function bodyOf(text, note) {
  const parts = [text.slice(0, 9), text.slice(9)].map((part) => new TextEncoder().encode(part));
  return {
    getReader: () => ({
      read: async () => {
        note();
        return parts.length > 0 ? { done: false, value: parts.shift() } : { done: true };
      },
      cancel: async () => {},
    }),
  };
}

test("functions, requests and bodies are in the async context of the source's own caller", async (t) => {
  const seen = [];
  const note = (what, user) => seen.push([what, user, context.getStore()]);
  replace(t, globalThis, {
    fetch: async (url) => {
      const user = new URL(url).searchParams.get('for');
      note('fetch', user);
      const body = bodyOf(disposable(), () => note('body', user));
      return { status: 200, headers: new Headers(), text: assert.fail, body };
    },
  });
  let begin;
  const together = new Promise((resolve) => (begin = resolve));
  const serve = (user) =>
    context.run(user, async () => {
      await together;
      const vend = async () => {
        note('vend', user);
        return disposable();
      };
      const headers = () => {
        note('headers', user);
        return {};
      };
      for (const way of [vend, { url: `https://vend.example/?for=${user}`, headers }]) {
        const source = new TokenSource({ vend: way, start: 'on-demand' });
        t.after(() => source.close());
        await source.getToken();
        assert.equal(context.getStore(), user);
      }
    });
  const users = Array.from({ length: 20 }, (_, index) => `user-${index}`);
  const served = users.map(serve);
  begin();
  await Promise.all(served);
  assert.equal(seen.length, users.length * 6);
  for (const [what, user, store] of seen) assert.equal(store, user, what);
});

test('test tools that replace queueMicrotask stop no source, then or later', async (t) => {
  const open = () => {
    const source = new TokenSource({ vend: async () => disposable(), start: 'on-demand' });
    t.after(() => source.close());
    return source;
  };
  const { queueMicrotask } = globalThis;
  replace(t, globalThis, { queueMicrotask: () => {} });
  assert.equal((await open().getToken()).version, 'v1');
  globalThis.queueMicrotask = queueMicrotask;
  assert.equal((await open().getToken()).version, 'v1');
});

function throws() {
  throw new Error('not now');
}

for (const [name, change] of Object.entries({
  'setTimeout throws': (t) => replace(t, globalThis, { setTimeout: throws }),
  'clearTimeout throws': (t) => replace(t, globalThis, { clearTimeout: throws }),
  'timers that were set before cannot be cleared': (t) => replace(t, globalThis, { clearTimeout: () => {} }),
  'a listener of the signal throws at whoever aborts': (t) => replace(t, AbortController.prototype, { abort: throws }),
  'a channel cannot be closed': (t) => {
    const { BroadcastChannel } = globalThis;
    replace(t, globalThis, {
      BroadcastChannel: class extends BroadcastChannel {
        close() {
          super.close();
          throw new Error('no');
        }
      },
    });
  },
  'locks give no promise': (t) => replace(t, globalThis, { navigator: { locks: { request() {} } } }),
})) {
  test(`where ${name}, no other source suffers`, async (t) => {
    const clock = driveClock(t);
    openTabs(t, {});
    const other = new TokenSource({ vend: async () => disposable(), start: 'on-demand' });
    t.after(() => other.close());
    const token = await other.getToken();
    change(t);
    const source = new TokenSource({ vend: () => new Promise(() => {}), shareAcrossTabs: 'app' });
    source.getToken().catch(() => {});
    await settle();
    source.reportRejected(token);
    source.close();
    await settle();
    assert.deepEqual([source.status, other.status, other.lastError], ['closed', 'ready', undefined]);
    assert.equal(await other.getToken(), token);
    // Its instance has not ended either, which a source in possession of a token would not notice.
    await clock.pass(2_000);
    const next = await other.getToken({ forceRefresh: true });
    assert.deepEqual([next.version, other.status], ['v1', 'ready']);
  });
}

/** A copy of the package, whose instance ends when `trap` is called. */
async function trapping(t, name) {
  const { Instance } = WebAssembly;
  let traps = false;
  // biome-ignore lint/complexity/useArrowFunction: it is called with `new`
  WebAssembly.Instance = function (module, imports) {
    const { exports } = new Instance(module, imports);
    const keyVersion = (...given) => {
      if (traps) throw new WebAssembly.RuntimeError('unreachable');
      return exports.keyVersion(...given);
    };
    return { exports: { ...exports, keyVersion } };
  };
  t.after(() => {
    WebAssembly.Instance = Instance;
  });
  const copy = await import(`../../pkg/index.js?driver-${name}`);
  const trap = () => {
    traps = true;
    assert.throws(() => copy.keyVersion('x'), { code: 'ERR_WASM' });
    traps = false;
  };
  return { copy, trap };
}

test('an instance that ends leaves no lock, channel or request behind', async (t) => {
  const clock = driveClock(t);
  const tabs = openTabs(t, {});
  const { copy, trap } = await trapping(t, 'leave');
  const signals = [];
  const vend = ({ signal }) => {
    signals.push(signal);
    return signals.length > 1 ? disposable() : new Promise(() => {});
  };
  const source = new copy.TokenSource({ vend, shareAcrossTabs: 'app' });
  t.after(() => source.close());
  const waiting = source.getToken().catch(({ code }) => code);
  await clock.pass(500);
  assert.deepEqual([tabs.locks(), tabs.channels(), signals.length], [[1, 0], 1, 1]);
  trap();
  await clock.pass(10);
  assert.equal(await waiting, 'ERR_WASM');
  assert.deepEqual([tabs.locks(), tabs.channels(), signals[0].aborted], [[0, 0], 0, true]);
  const next = source.getToken();
  await clock.pass(500);
  assert.equal((await next).version, 'v1');
});

test('a source whose instance has ended can be closed', async (t) => {
  const clock = driveClock(t);
  const tabs = openTabs(t, {});
  const { copy, trap } = await trapping(t, 'close');
  const source = new copy.TokenSource({ vend: async () => disposable(), shareAcrossTabs: 'app' });
  await clock.pass(500);
  assert.equal(source.current.version, 'v1');
  const waiting = new copy.TokenSource({ vend: () => new Promise(() => {}), start: 'on-demand' });
  const call = waiting.getToken().catch(({ code }) => code);
  trap();
  const told = [];
  for (const each of [source, waiting]) {
    each.close();
    assert.deepEqual([each.status, each.current, each.lastError], ['closed', undefined, undefined]);
    for (const type of ['status', 'error']) each.addEventListener(type, ({ detail }) => told.push(detail));
    await assert.rejects(each.getToken(), { code: 'ERR_CLOSED' });
  }
  assert.equal(await call, 'ERR_CLOSED');
  await clock.pass(30_000);
  assert.deepEqual([told, tabs.locks(), tabs.channels()], [[], [0, 0], 0]);
});

test('requests that never settle leave nothing behind', { timeout: 60_000 }, async () => {
  const script = `
    import { disposable } from ${JSON.stringify(new URL('./support/mint.mjs', import.meta.url))};
    let memory;
    const { Instance } = WebAssembly;
    WebAssembly.Instance = function (module, imports) {
      const instance = new Instance(module, imports);
      memory = instance.exports.memory;
      return instance;
    };
    const { TokenSource } = await import(${JSON.stringify(new URL('../../pkg/index.js', import.meta.url))});
    const turn = () => new Promise((done) => setImmediate(done));
    async function round() {
      for (let made = 0; made < 2_000; made++) {
        const source = new TokenSource({ vend: () => new Promise(() => {}) });
        source.getToken().catch(() => {});
        if (made % 100 === 0) await turn();
        for (let ticks = 0; ticks < 5; ticks++) await null;
        source.close();
      }
      for (let turns = 0; turns < 5; turns++) { gc(); await turn(); }
      return memory.buffer.byteLength;
    }
    await round();
    await round();
    const before = await round();
    for (let rounds = 0; rounds < 4; rounds++) await round();
    console.log(JSON.stringify([before, await round()]));
    process.exit();`;
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['--expose-gc', '--input-type=module', '--eval', script],
    { timeout: 50_000 },
  );
  const [before, after] = JSON.parse(stdout);
  // It was 400 KB a round.
  assert.ok(after - before <= 4 * 65_536, `${before} to ${after} bytes`);
});
