// How long a TokenSource lives, who may call it back, and loops over its tokens.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { TokenSource } from '../../pkg/index.js';
import { driveClock, settle } from './support/clock.mjs';
import { disposable } from './support/mint.mjs';

const LIMIT = { timeout: 20_000 };

function open(context, options) {
  const source = new TokenSource({ vend: async () => disposable(), start: 'on-demand', ...options });
  context.after(() => source.close());
  return source;
}

/** Runs a script in a process of its own; what it prints, once it has ended by itself. */
async function run(script, ...flags) {
  const imports = `
    import { TokenSource } from ${JSON.stringify(new URL('../../pkg/index.js', import.meta.url))};
    import { disposable } from ${JSON.stringify(new URL('./support/mint.mjs', import.meta.url))};
    const vend = async () => disposable();`;
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [...flags, '--input-type=module', '--eval', imports + script],
    { timeout: 15_000 },
  );
  return stdout.trim();
}

test('a source keeps no process alive', LIMIT, async () => {
  assert.equal(
    await run(`const source = new TokenSource({ vend }); console.log((await source.getToken()).version);`),
    'v1',
  );
  assert.equal(await run(`new TokenSource({ vend: () => new Promise(() => {}) }); console.log('end');`), 'end');
  assert.equal(
    await run(`const source = new TokenSource({ vend: () => new Promise(() => {}), requestTimeoutMs: 1000 });
    source.addEventListener('token', console.log); for (const loop of [1, 2]) source[Symbol.asyncIterator]().next(); console.log('end');`),
    'end',
  );
});

test('a call that waits does, until it is settled', LIMIT, async () => {
  const script = `const source = new TokenSource({ vend: () => new Promise(() => {}), requestTimeoutMs: 1000 });
    console.log(await source.getToken().catch(({ code }) => code));`;
  assert.equal(await run(script), 'ERR_VEND_TIMEOUT');
});

test('a source that is dropped is collected, with its timer and listeners', LIMIT, async () => {
  const script = `
    import { getEventListeners } from 'node:events';
    globalThis.document = new EventTarget();
    const window = new EventTarget();
    for (const name of ['addEventListener', 'removeEventListener']) globalThis[name] = window[name].bind(window);
    const timers = new Set();
    const { setTimeout: arm, clearTimeout: clear } = globalThis;
    globalThis.setTimeout = (run, delay, ...given) => {
      const timer = arm(() => { timers.delete(timer); run(...given); }, delay);
      timers.add(timer);
      return timer;
    };
    globalThis.clearTimeout = (timer) => { timers.delete(timer); clear(timer); };
    const left = () => timers.size + getEventListeners(document, 'visibilitychange').length + getEventListeners(window, 'pageshow').length;
    const turn = () => new Promise((done) => setImmediate(done));
    const until = async (reached) => { for (let tries = 0; tries < 20 && !reached(); tries++) { await turn(); gc(); } };

    await (async () => {
      for (const options of [{ vend }, { vend: () => Promise.reject(new Error('down')) }, { vend: () => new Promise(() => {}) }]) {
        new TokenSource(options).getToken().catch(() => {});
      }
      const source = new TokenSource({ vend });
      await source.getToken();
    })();
    const before = left();
    // The third still has a caller: it is not dropped.
    await until(() => left() === 3);
    console.log(before, left());
    const held = [(source) => source.addEventListener('token', () => {}), (source) => source[Symbol.asyncIterator]().next()].map((use) => {
      const source = new TokenSource({ vend });
      use(source);
      return new WeakRef(source);
    });
    await turn();
    await until(() => held.some((ref) => !ref.deref()));
    console.log(left(), held.every((ref) => ref.deref()));
    held.forEach((ref) => ref.deref().close());
    await until(() => held.every((ref) => !ref.deref()));
    console.log(left(), held.some((ref) => ref.deref()));`;
  assert.equal(await run(script, '--expose-gc'), '12 3\n9 true\n3 false');
});

test('so is one that its own vend function, headers or errors hold on to', LIMIT, async () => {
  const script = `
    const turn = () => new Promise((done) => setImmediate(done));
    globalThis.fetch = async () => new Response(disposable());
    const open = async (make) => {
      const source = new TokenSource(make(() => source));
      await source.getToken().catch(() => {});
      return new WeakRef(source);
    };
    const held = await Promise.all([
      open((self) => ({ vend: async () => (self(), disposable()) })),
      open((self) => ({ vend: async () => { throw Object.assign(new Error('down'), { source: self() }); } })),
      open((self) => ({ vend: async () => Object.assign(new Response('', { status: 500 }), { source: self() }) })),
      open((self) => ({ vend: { url: 'https://vend.example/', headers: () => (self(), {}) } })),
      open((self) => ({ vend: { url: 'https://vend.example/', headers: () => { throw self(); } } })),
      open((self) => ({ vend: async () => (self(), disposable()), shareAcrossTabs: 'a' })),
    ]);
    const left = () => held.filter((ref) => ref.deref()).length;
    const before = left();
    for (let tries = 0; tries < 50 && left() > 0; tries++) { await turn(); gc(); }
    console.log(before, left());`;
  assert.equal(await run(script, '--expose-gc'), '6 0');
});

test('so is one that shares, with its channel', LIMIT, async () => {
  const script = `
    let open = 0;
    globalThis.BroadcastChannel = class extends BroadcastChannel {
      constructor(name) { super(name); open++; }
      close() { super.close(); open--; }
    };
    const turn = () => new Promise((done) => setImmediate(done));
    await (async () => { await new TokenSource({ vend, shareAcrossTabs: 'a' }).getToken(); })();
    const before = open;
    for (let tries = 0; tries < 200 && open > 0; tries++) { await turn(); gc(); }
    console.log(before, open);
    new TokenSource({ vend, shareAcrossTabs: 'a' }).addEventListener('token', () => console.log('end'));`;
  assert.equal(await run(script, '--expose-gc'), '1 0');
});

test('a listener may ask, reject and close; another that throws changes nothing', async (t) => {
  const clock = driveClock(t);
  const thrown = new Error('mine');
  const reported = [];
  process.prependListener('uncaughtException', (error) => reported.push(error));
  process.setUncaughtExceptionCaptureCallback((error) => reported.push(error));
  t.after(() => process.setUncaughtExceptionCaptureCallback(null));
  const source = open(t);
  const log = [];
  source.addEventListener('token', () => {
    throw thrown;
  });
  source.addEventListener('token', async ({ detail }) => {
    log.push((await source.getToken()) === detail);
    if (log.length === 1) source.reportRejected(detail);
    else source.close();
  });
  const tokens = (async () => {
    const seen = [];
    for await (const token of source) seen.push(token);
    return seen;
  })();
  await settle();
  await clock.pass(2_000);
  await tokens;
  assert.deepEqual([log, source.status, clock.armed(), reported], [[true, true], 'closed', [], [thrown, thrown]]);
});

test('what a listener brings about waits until what it heard of is done', async (t) => {
  driveClock(t);
  const source = open(t);
  const log = [];
  source.addEventListener('token', ({ detail }) => source.reportRejected(detail), { once: true });
  for (const type of ['token', 'status'])
    source.addEventListener(type, ({ type, detail }) => log.push(type === 'token' ? type : detail));
  const token = await source.getToken();
  // The caller got what had arrived, and the rejection came after it.
  assert.deepEqual([token.version, source.current, log], ['v1', undefined, ['fetching', 'token', 'waiting']]);
});

test('several loops at once, each with every token, and the end for all', async (t) => {
  const clock = driveClock(t);
  const source = open(t);
  const seen = [[], [], []];
  const loops = seen.map(async (list) => {
    for await (const token of source) {
      list.push(token);
      if (list === seen[2]) break;
    }
  });
  await settle();
  clock.jump(2_000);
  const second = await source.getToken({ forceRefresh: true });
  await settle();
  assert.deepEqual(
    seen.map((list) => list.length),
    [2, 2, 1],
  );
  assert.ok(seen[0][1] === second && seen[1][1] === second);
  source.close();
  await Promise.all(loops);
});

test('a loop that waits can be told to return, and settles at once', async (t) => {
  const source = open(t, { vend: () => new Promise(() => {}) });
  const loop = source[Symbol.asyncIterator]();
  const [first, second] = [loop.next(), loop.next()];
  assert.deepEqual(await loop.return(), { value: undefined, done: true });
  assert.deepEqual([await first, await second, await loop.next()], Array(3).fill({ value: undefined, done: true }));
  assert.equal(loop[Symbol.asyncIterator](), loop);
});

test('a loop skips what it missed, and waits for what it has not seen', async (t) => {
  const clock = driveClock(t);
  const source = open(t);
  const loop = source[Symbol.asyncIterator]();
  const first = await loop.next();
  assert.equal(first.value, source.current);
  let last;
  for (let call = 0; call < 3; call++) {
    clock.jump(2_000);
    last = await source.getToken({ forceRefresh: true });
  }
  assert.deepEqual(await loop.next(), { value: last, done: false });
  const [one, two] = [loop.next(), loop.next()];
  clock.jump(2_000);
  const newest = await source.getToken({ forceRefresh: true });
  assert.equal((await one).value, newest);
  source.close();
  assert.deepEqual([await two, await loop.next()], Array(2).fill({ value: undefined, done: true }));
  assert.deepEqual(await source[Symbol.asyncIterator]().next(), { value: undefined, done: true });
});

test('a return of a loop that never began begins nothing', async (t) => {
  const source = open(t);
  const loop = source[Symbol.asyncIterator]();
  await loop.return();
  assert.deepEqual([await loop.next(), source.status], [{ value: undefined, done: true }, 'idle']);
});

test('tens of thousands of callers are settled by one request', async (t) => {
  driveClock(t);
  let requests = 0;
  const source = open(t, { vend: async () => (requests++, disposable()) });
  const tokens = await Promise.all(Array.from({ length: 50_000 }, () => source.getToken()));
  assert.deepEqual([new Set(tokens).size, requests], [1, 1]);
});
