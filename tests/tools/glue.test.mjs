// Each instance of the module has glue of its own (tools/glue.mjs, pkg-template/src/wasm.ts): after a trap, what the lost
// instance left behind does nothing, and reaches no other.
import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { perInstance } from '../../tools/glue.mjs';
import { driveClock, replace, settle } from '../package/support/clock.mjs';
import { disposable } from '../package/support/mint.mjs';
import { bundleLoader, glue, load } from './support/instances.mjs';

before(bundleLoader);

/** Sources in a page of which nothing but time and events is known. */
async function page(t, clocks) {
  const clock = driveClock(t, clocks);
  const events = new EventTarget();
  const { addEventListener, removeEventListener } = EventTarget.prototype;
  replace(t, globalThis, {
    addEventListener: addEventListener.bind(events),
    removeEventListener: removeEventListener.bind(events),
  });
  const unhandled = [];
  const hear = (reason) => unhandled.push(reason);
  for (const kind of ['unhandledRejection', 'uncaughtException']) process.on(kind, hear);
  t.after(async () => {
    await settle();
    for (const kind of ['unhandledRejection', 'uncaughtException']) process.off(kind, hear);
    assert.deepEqual(unhandled, []);
  });
  const loader = await load(t);
  const told = [];
  loader.onLost((error) => told.push(error));
  const { call, TokenSource } = loader;
  return {
    ...loader,
    clock,
    told,
    fire: (type) => events.dispatchEvent(new Event(type)),
    core: () => call((core) => core),
    /** A source with a token in hand: it has a timer, and listens to the page. Later requests wait for `answers`. */
    async open() {
      const answers = [];
      let isFirst = true;
      const later = () => new Promise((answer) => answers.push(() => answer(disposable())));
      const vend = async () => (isFirst ? ((isFirst = false), disposable()) : later());
      const source = new TokenSource({ vend, start: 'on-demand' });
      t.after(() => source.close());
      await source.getToken();
      return { source, answers };
    },
    /** Traps in a call. */
    lose() {
      const [instance] = loader.instances.slice(-1);
      instance.trap = (name) => name === 'keyVersion';
      assert.throws(() => call((core) => core.keyVersion('')), { code: 'ERR_WASM' });
      instance.entered.length = 0;
      return instance;
    },
  };
}

const isClosure = (name) => name.includes('closure');

test('a lost instance is left alone by its timers, listeners, promises and finalisers, and another works on', async (t) => {
  const { clock, instances, told, fire, core, open, lose, isLost } = await page(t);
  const lost = core();
  let { source, answers } = await open();
  await clock.pass(60_000);
  const waiting = source.getToken({ forceRefresh: true }).catch(({ code }) => code);
  await settle();
  assert.equal(answers.length, 1);
  assert.ok(clock.armed().length > 0);
  assert.equal(isLost(lost), false);

  const { entered } = lose();
  assert.equal(isLost(lost), true);
  const other = await open();
  assert.equal(instances.length, 2);
  assert.equal(isLost(core()), false);
  const begun = instances[1].entered.length;

  answers[0]();
  for (const type of ['focus', 'offline', 'online']) fire(type);
  for (let passed = 0; passed < 29 && other.answers.length === 0; passed++) await clock.pass(10_000);
  assert.deepEqual(entered, []);
  assert.deepEqual([await waiting, source.status, answers.length], ['ERR_WASM', 'failed', 1]);
  source.close();
  source = answers = undefined;
  setFlagsFromString('--expose-gc');
  for (let round = 0; round < 3; round++) {
    runInNewContext('gc')();
    await settle();
  }
  assert.deepEqual(entered, []);

  assert.ok(instances[1].entered.slice(begun).some(isClosure));
  assert.equal(other.answers.length, 1, 'the other renews its token');
  other.answers[0]();
  await settle();
  assert.equal(other.source.current.isExpired(), false);
  assert.deepEqual(
    told.map(({ code, cause }) => [code, cause instanceof WebAssembly.RuntimeError]),
    [['ERR_WASM', true]],
  );
  other.source.close();
  assert.equal(instances.length, 2);
});

const CALLERS = {
  'a timer': ({ clock }) => clock.pass(290_000),
  'a listener': ({ fire }) => fire('online'),
  'a promise': async ({ answers }) => {
    answers[0]();
    await settle();
  },
};

for (const [what, reach] of Object.entries(CALLERS)) {
  test(`a trap in ${what} is no uncaught error: listeners learn of it in a later task`, async (t) => {
    const opened = await page(t);
    const { clock, instances, told, core, open, isLost, onLost } = opened;
    const lost = core();
    const { source, answers } = await open();
    const seen = [];
    const stop = onLost(() => seen.push(isLost(lost)));
    onLost(() => seen.push('not any more'))();
    await clock.pass(60_000);
    if (what === 'a promise') source.getToken({ forceRefresh: true }).catch(() => {});
    await settle();
    assert.deepEqual([isLost(lost), told.length], [false, 0]);
    instances[0].trap = isClosure;
    if (what === 'a timer') clock.jump(290_000);
    await reach({ ...opened, answers });
    assert.equal(isLost(lost), true);
    if (what !== 'a timer') assert.deepEqual([told.length, seen], [0, []]);
    await clock.pass(1);
    assert.deepEqual([told.map(({ code }) => code), seen], [['ERR_WASM'], [true]]);
    stop();
    lost.keyVersion('');
    const again = await open();
    assert.equal(instances.length, 2);
    again.source.close();
  });
}

test('a trap in what frees an object is none of whoever frees it', async (t) => {
  const { clock, instances, told, core, open, isLost } = await page(t);
  const { source } = await open();
  const lost = core();
  instances[0].trap = (name) => name.endsWith('_free');
  source.close();
  assert.equal(isLost(lost), true);
  await clock.pass(1);
  assert.equal(told.length, 1);
});

test('a call in the midst of which the instance was lost fails, whatever it gives or throws', async (t) => {
  const { instances, core, call } = await page(t);
  for (const end of [() => 'done', () => Promise.resolve(), () => assert.fail('mine')]) {
    core();
    instances.at(-1).trap = (name) => name === 'keyVersion';
    const thrown = [];
    const attempt = () =>
      call((core) => {
        try {
          call(() => core.keyVersion(''));
        } catch (error) {
          thrown.push(error);
        }
        return end();
      });
    assert.throws(attempt, (error) => error === thrown[0] && error.code === 'ERR_WASM');
  }
  assert.equal(instances.length, 3);
});

test('a timer of the glue keeps no process alive', async (t) => {
  const inNode = await page(t);
  const { source } = await inNode.open();
  assert.deepEqual([...new Set(inNode.clock.refs())], [false]);
  source.close();
  assert.deepEqual(inNode.clock.refs(), []);
});

test('nor where a timer is a number, as in Deno', async (t) => {
  const { clock, open } = await page(t, { numbers: true });
  replace(t, globalThis, { Deno: { unrefTimer: (timer) => clock.ref(timer, false) } });
  const { source } = await open();
  assert.deepEqual([...new Set(clock.refs())], [false]);
  source.close();
  assert.deepEqual(clock.refs(), []);
});

test('all the same where FinalizationRegistry is missing, or a part of it', async (t) => {
  for (const [target, missing] of [
    [globalThis, 'FinalizationRegistry'],
    [globalThis, 'WeakRef'],
    [FinalizationRegistry.prototype, 'unregister'],
  ]) {
    await t.test(missing, async (t) => {
      replace(t, target, { [missing]: undefined });
      const { clock, fire, open } = await page(t);
      const { source, answers } = await open();
      fire('online');
      await clock.pass(290_000);
      answers[0]();
      await settle();
      assert.equal(source.current.isExpired(), false);
      source.close();
      assert.deepEqual(clock.armed(), []);
    });
  }
});

test('glue of another form is refused', () => {
  const text = glue();
  const forms = {
    'an import of its own': (glue) => `import { a } from './a.js';\n${glue}`,
    'an export that is no function or class': (glue) => `${glue}\nexport const a = 1;`,
    'another variable for the instance': (glue) => glue.replace(/^let wasm;$/m, 'let instance;'),
    'another function that sets it': (glue) => glue.replace('__wbg_set_wasm', '__wbg_set'),
    'a closure of another name': (glue) => glue.replaceAll('closures_____invoke', 'invoke'),
    'a closure with arguments in brackets': (glue) => glue.replace(/(wasm\.\w+closures\w+\()arg0/, '$1(arg0)'),
    'another finaliser': (glue) => glue.replace(/ptr => (wasm\.\w+\(ptr, 1\))/, 'ptr => { $1; }'),
  };
  assert.match(perInstance(text), /^export function bind\(guard\) \{$/m);
  for (const [what, change] of Object.entries(forms)) {
    assert.notEqual(change(text), text, what);
    assert.throws(() => perInstance(change(text)), /another form than expected/, what);
  }
});
