// Angular's zone.js, the real one: it replaces timers, promises and listeners of the whole process, so each test runs
// in a process of its own. A zone is at rest while it has no timer and no request of its own; Angular's hydration,
// service worker and end-to-end tests wait for that.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { test } from 'node:test';
import { promisify } from 'node:util';

const LIMIT = { timeout: 30_000 };

const address = (path) => JSON.stringify(new URL(path, import.meta.url));

/**
 * A page, several tabs' worth of interfaces, and a zone as Angular forks one. `app` runs in that zone; what `report`
 * was called with comes back.
 */
async function inZone(app) {
  const script = `
    import 'zone.js';
    import { TokenSource } from ${address('../../pkg/index.js')};
    import { disposable } from ${address('./support/mint.mjs')};
    const window = new EventTarget();
    globalThis.document = Object.assign(new EventTarget(), { hidden: false });
    for (const name of ['addEventListener', 'removeEventListener']) globalThis[name] = window[name].bind(window);
    const locks = { request: (name, options, callback) => Promise.resolve().then(callback) };
    Object.defineProperty(globalThis, 'navigator', { value: { onLine: true, locks }, configurable: true });
    // Node.js's own does not work under zone.js.
    globalThis.BroadcastChannel = class extends EventTarget {
      postMessage() {}
      close() {}
    };
    let life = 300;
    const vends = [];
    globalThis.fetch = Zone.root.wrap(async () => (vends.push(Zone.current.name), new Response(disposable(life))), 'fetch');

    /** What is scheduled in the app's zone, but for microtasks, and whether anything is pending. */
    const tasks = [];
    let pending = {};
    const zone = Zone.root.fork({
      name: 'app',
      onScheduleTask(delegate, current, target, task) {
        if (task.type !== 'microTask') tasks.push(task.type + ' ' + task.source);
        return delegate.scheduleTask(target, task);
      },
      onHasTask(delegate, current, target, state) {
        delegate.hasTask(target, state);
        if (current === target) pending = state;
      },
    });
    const atRest = () => !pending.microTask && !pending.macroTask;
    const pause = (ms) => Zone.root.run(() => new Promise((done) => setTimeout(done, ms)));
    const report = (value) => console.log(JSON.stringify(value));
    const open = (options) => zone.run(() => new TokenSource(options));
    ${app}`;
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', script], {
    timeout: 25_000,
    cwd: new URL('.', import.meta.url),
  });
  return stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
}

test('a timer of the app itself does keep its zone from rest: what is looked at here can be seen', LIMIT, async () => {
  const [seen] = await inZone(`
    zone.run(() => setTimeout(() => {}, 60_000).unref?.());
    zone.run(() => addEventListener('focus', () => {}));
    report([atRest(), tasks.length]);
    process.exit();`);
  assert.deepEqual(seen, [false, 2]);
});

for (const [name, options] of [
  ['that starts now', `{ vend: '/token' }`],
  ['that starts on demand', `{ vend: '/token', start: 'on-demand' }`],
  ['that shares', `{ vend: '/token', shareAcrossTabs: 'app' }`],
]) {
  test(`a source ${name} leaves its zone at rest, with no timer and no listener in it`, LIMIT, async () => {
    const [first, rested, rejected, woken, ended] = await inZone(`
      const source = open(${options});
      const asked = zone.run(() => source.getToken());
      const token = await asked;
      await pause(50);
      report([token.version, atRest(), tasks]);
      await pause(1_100);
      const loop = zone.run(() => source[Symbol.asyncIterator]());
      await zone.run(() => loop.next());
      zone.run(() => loop.next().catch(() => {}));
      zone.run(() => source.getToken({ forceRefresh: true, signal: new AbortController().signal })).catch(() => {});
      await pause(1_500);
      report([vends.length, atRest(), tasks]);
      zone.run(() => source.reportRejected(source.current));
      await pause(1_500);
      report([vends.length, atRest(), tasks]);
      for (const type of ['focus', 'pageshow', 'offline', 'online']) window.dispatchEvent(new Event(type));
      await pause(100);
      report([source.status, atRest(), tasks]);
      zone.run(() => source.close());
      await pause(50);
      report([atRest(), tasks]);
      process.exit();`);
    assert.deepEqual(first, ['v1', true, []]);
    assert.deepEqual(rested, [2, true, []]);
    assert.deepEqual(rejected, [3, true, []]);
    assert.deepEqual(woken.slice(1), [true, []]);
    assert.deepEqual(ended, [true, []]);
  });
}

test('it is so while a token is fetched, and when a timer has renewed it', LIMIT, async () => {
  const [waiting, renewed] = await inZone(`
    life = 4;
    let answer;
    const { fetch } = globalThis;
    globalThis.fetch = Zone.root.wrap(() => new Promise((done) => (answer = done)).then(fetch), 'fetch');
    const source = open({ vend: '/token', refreshWindow: [0.1, 0.2] });
    source.addEventListener('status', () => {});
    zone.run(() => void source.getToken().catch(() => {}));
    await pause(100);
    report([source.status, atRest()]);
    answer();
    globalThis.fetch = fetch;
    await pause(2_500);
    report([vends.length > 1, atRest(), tasks]);
    process.exit();`);
  assert.deepEqual(waiting, ['fetching', true]);
  assert.deepEqual(renewed, [true, true, []]);
});

test('an engine that refuses leaves the zone at rest as well', LIMIT, async () => {
  const [seen] = await inZone(`
    delete globalThis.WebAssembly;
    const source = open({ vend: '/token' });
    const code = await zone.run(() => source.getToken()).catch(({ code }) => code);
    await pause(50);
    report([code, atRest(), tasks]);
    process.exit();`);
  assert.deepEqual(seen, ['ERR_WASM', true, []]);
});

test("the app's own functions and listeners are called in the zone in which they were given", LIMIT, async () => {
  const [seen] = await inZone(`
    const zones = {};
    const note = (name) => (zones[name] ??= Zone.current.name);
    const byFunction = open({ vend: async () => (note('vend'), disposable()), start: 'on-demand' });
    const byRequest = open({ vend: { url: '/token', headers: () => (note('headers'), {}) }, start: 'on-demand' });
    zone.run(() => byFunction.addEventListener('token', () => note('listener')));
    const other = Zone.root.fork({ name: 'other' });
    other.run(() => byFunction.addEventListener('token', () => note('other')));
    await zone.run(() => byFunction.getToken().then(() => note('then')));
    await byRequest.getToken();
    report([zones, vends]);
    process.exit();`);
  assert.deepEqual(seen, [{ vend: 'app', listener: 'app', other: 'other', then: 'app', headers: 'app' }, ['<root>']]);
});
