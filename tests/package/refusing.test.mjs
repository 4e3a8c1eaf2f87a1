// Engines that refuse WebAssembly: Lockdown Mode, a Content Security Policy without 'wasm-unsafe-eval'. Whoever waits
// or watches learns of it, and once the engine is willing, so is the source.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { driveClock, replace, settle } from './support/clock.mjs';
import { disposable } from './support/mint.mjs';
import { openTabs } from './support/tabs.mjs';

const REFUSALS = {
  'there is no WebAssembly': () => undefined,
  'nothing is compiled': (real) => ({
    ...members(real),
    Module: class {
      constructor() {
        throw new real.CompileError('Wasm code generation disallowed by embedder');
      }
    },
    compile: () => Promise.reject(new real.CompileError('Wasm code generation disallowed by embedder')),
  }),
  'nothing is instantiated': (real) => ({
    ...members(real),
    Instance: class {
      constructor() {
        throw new RangeError('could not allocate memory');
      }
    },
    instantiate: () => Promise.reject(new RangeError('could not allocate memory')),
  }),
};
const members = (real) => Object.fromEntries(Object.getOwnPropertyNames(real).map((name) => [name, real[name]]));

let copies = 0;

/**
 * A copy of the package that has not started its module, in an engine that refuses until `allow` is called. Nothing may
 * go unhandled.
 */
async function engine(context, refusal = 'there is no WebAssembly') {
  const real = globalThis.WebAssembly;
  const unhandled = [];
  const hear = (reason) => unhandled.push(reason);
  process.on('unhandledRejection', hear);
  context.after(async () => {
    await settle();
    process.off('unhandledRejection', hear);
    assert.deepEqual(unhandled, []);
  });
  const { TokenSource, ready } = await import(`../../pkg/index.js?refusing-${copies++}`);
  replace(context, globalThis, { WebAssembly: REFUSALS[refusal](real) });
  const vends = [];
  const open = (options) => {
    const source = new TokenSource({ vend: async (request) => (vends.push(request), disposable()), ...options });
    context.after(() => source.close());
    return source;
  };
  return {
    open,
    ready,
    vends,
    allow: () => (globalThis.WebAssembly = real),
    refuse: () => (globalThis.WebAssembly = REFUSALS[refusal](real)),
  };
}

/** What is told to listeners, and what the state was then. */
function watch(source) {
  const told = [];
  for (const type of ['status', 'error', 'token']) {
    source.addEventListener(type, ({ detail }) =>
      told.push([type, detail.code ?? detail.version ?? detail, source.status]),
    );
  }
  return told;
}

const TOLD = [
  ['error', 'ERR_WASM', 'failed'],
  ['status', 'failed', 'failed'],
];

const CALLS = {
  plain: [],
  'with options': [{ minValidityMs: 1_000 }],
  'that insists': [{ forceRefresh: true }],
  'with a signal': [{ signal: new AbortController().signal }],
};

for (const refusal of Object.keys(REFUSALS)) {
  for (const [name, args] of Object.entries(CALLS)) {
    for (const start of ['now', 'on-demand']) {
      test(`where ${refusal}, each call ${name} is rejected and tries again, started ${start}`, async (t) => {
        const { open, vends, allow, refuse } = await engine(t, refusal);
        const source = open({ start });
        assert.deepEqual(
          [source.status, source.lastError?.code],
          start === 'now' ? ['failed', 'ERR_WASM'] : ['idle', undefined],
        );
        for (let call = 0; call < 3; call++) {
          const error = await source.getToken(...args).then(assert.fail, (reason) => reason);
          assert.deepEqual([error.name, error.code, error.willRetryAt], ['TokenError', 'ERR_WASM', undefined]);
          assert.ok(error.cause instanceof Error);
          assert.deepEqual(
            [source.status, source.lastError, source.current, source.refreshAt],
            ['failed', error, undefined, undefined],
          );
        }
        const burst = await Promise.allSettled(Array.from({ length: 20 }, () => source.getToken(...args)));
        assert.ok(burst.every(({ reason }) => reason?.code === 'ERR_WASM'));
        assert.equal(vends.length, 0);
        allow();
        const token = await source.getToken(...args);
        assert.deepEqual(
          [token.version, source.status, source.lastError, source.current, vends.length],
          ['v1', 'ready', undefined, token, 1],
        );
        refuse();
        assert.equal(await source.getToken(), token);
      });
    }
  }
}

test('listeners learn why, those that were added after construction too', async (t) => {
  const { open, allow } = await engine(t);
  const source = open();
  const told = watch(source);
  assert.deepEqual(told, []);
  await settle();
  assert.deepEqual(told.splice(0), TOLD);
  // One that comes later learns of the next attempt.
  const late = watch(source);
  await source.getToken().catch(() => {});
  await settle();
  assert.deepEqual([told.splice(0), late.splice(0)], [[TOLD[0]], [TOLD[0]]]);
  allow();
  await source.getToken();
  assert.deepEqual(told, [
    ['status', 'fetching', 'fetching'],
    ['token', 'v1', 'ready'],
    ['status', 'ready', 'ready'],
  ]);
});

test('on demand, nothing is told before the first call', async (t) => {
  const { open } = await engine(t);
  const source = open({ start: 'on-demand' });
  const told = watch(source);
  await settle();
  assert.deepEqual(told, []);
  const call = source.getToken();
  await assert.rejects(call, { code: 'ERR_WASM' });
  assert.deepEqual(told, TOLD);
});

test('a watcher such as a hook sees it, and then the token', async (t) => {
  const { open, allow } = await engine(t);
  const source = open({ start: 'on-demand' });
  const states = [];
  const see = () => states.push([source.current?.version, source.status, source.lastError?.code]);
  for (const type of ['token', 'dropped', 'status', 'error']) source.addEventListener(type, see);
  source.getToken().catch(() => {});
  await settle();
  assert.deepEqual(states.at(-1), [undefined, 'failed', 'ERR_WASM']);
  allow();
  await source.getToken();
  assert.deepEqual(states.at(-1), ['v1', 'ready', undefined]);
});

test('a loop is told, and the next one gets tokens', async (t) => {
  for (const start of ['now', 'on-demand']) {
    const { open, allow } = await engine(t);
    const source = open({ start });
    const loop = async () => {
      for await (const token of source) return token;
      return assert.fail('no token and no error');
    };
    await assert.rejects(loop(), { name: 'TokenError', code: 'ERR_WASM' });
    const byHand = source[Symbol.asyncIterator]();
    await assert.rejects(byHand.next(), { code: 'ERR_WASM' });
    allow();
    assert.equal((await byHand.next()).value.version, 'v1');
    assert.equal(await loop(), source.current);
  }
});

test('whoever asks again at each failure does not keep the page from running', { timeout: 20_000 }, async (t) => {
  const { open } = await engine(t);
  const source = open();
  let heard = 0;
  source.addEventListener('error', () => {
    heard++;
    source.getToken().catch(() => {});
  });
  source.addEventListener('error', async () => {
    await null;
    source.getToken().catch(() => {});
  });
  await settle();
  assert.ok(heard > 1 && heard < 30, `${heard}`);
});

test('a source that cannot begin is closed like any other', async (t) => {
  const { open, allow } = await engine(t);
  const source = open();
  const told = watch(source);
  source.close();
  await settle();
  assert.deepEqual([source.status, told], ['closed', [['status', 'closed', 'closed']]]);
  allow();
  await assert.rejects(source.getToken(), { code: 'ERR_CLOSED' });
  assert.deepEqual(await source[Symbol.asyncIterator]().next(), { value: undefined, done: true });
});

test('no tab of several leaves anything behind, and once they may they share', async (t) => {
  const { open, vends, allow } = await engine(t);
  const clock = driveClock(t);
  const tabs = openTabs(t);
  const sources = [open({ shareAcrossTabs: 'app' }), open({ shareAcrossTabs: 'app', start: 'on-demand' })];
  for (const source of sources) await assert.rejects(source.getToken(), { code: 'ERR_WASM' });
  assert.deepEqual([tabs.channels(), tabs.locks(), clock.armed()], [0, [0, 0], []]);
  allow();
  const tokens = Promise.all(sources.map((source) => source.getToken()));
  await clock.pass(1_000);
  const [first, second] = await tokens;
  assert.deepEqual([first.reveal() === second.reveal(), vends.length], [true, 1]);
});

test('a caller whose signal is aborted is told so, whatever the engine does', async (t) => {
  const { open } = await engine(t);
  const source = open();
  await assert.rejects(source.getToken({ signal: AbortSignal.abort(new Error('mine')) }), { message: 'mine' });
});

const BAD = { permissions: [{ role: 'readonly', cache: '' }] };
const GOOD = { permissions: [{ role: 'readonly', cache: 'chat' }] };

for (const vend of [async () => disposable(), '/token']) {
  test(`what only the module can check of the options is checked at the next call: ${typeof vend}`, async (t) => {
    const { open, allow } = await engine(t);
    const sources = ['now', 'on-demand'].map((start) => open({ vend, scope: BAD, start }));
    assert.deepEqual(
      sources.map(({ status }) => status),
      ['failed', 'idle'],
    );
    for (const source of sources) await assert.rejects(source.getToken(), { code: 'ERR_WASM' });
    allow();
    const thrown = (() => {
      try {
        return open({ vend, scope: BAD });
      } catch (error) {
        return error;
      }
    })();
    assert.equal(thrown.code, 'ERR_SCOPE_INVALID');
    for (const source of sources) {
      const told = watch(source);
      for (let call = 0; call < 2; call++)
        await assert.rejects(source.getToken(), { name: 'TokenError', code: thrown.code, message: thrown.message });
      await assert.rejects(source[Symbol.asyncIterator]().next(), { code: thrown.code });
      assert.deepEqual([source.status, source.lastError.code], ['failed', thrown.code]);
      await settle();
      assert.ok(told.length > 0 && told.every(([type, code]) => type === 'error' && code === thrown.code), `${told}`);
    }
  });
}

test('what needs no module is checked by the constructor, as ever', async (t) => {
  const { open } = await engine(t);
  for (const [options, code] of [
    [{ vend: 5 }, 'ERR_ARGUMENT'],
    [{ refreshWindow: [2, 1] }, 'ERR_ARGUMENT'],
    [{ scope: 'all' }, 'ERR_ARGUMENT'],
    [{ tokenId: 5 }, 'ERR_ARGUMENT'],
    [{ scope: { permissions: [() => {}] } }, 'ERR_SCOPE_INVALID'],
    [{ decode: { endpoint: 5 } }, 'ERR_ARGUMENT'],
  ]) {
    assert.throws(() => open(options), { code }, JSON.stringify(options));
  }
});

test('what the app changes after construction is not seen, however late the source begins', async (t) => {
  const { open, vends, allow } = await engine(t);
  const sent = [];
  replace(t, globalThis, {
    fetch: async (url, { body }) => (sent.push([`${url}`, body && JSON.parse(body)]), new Response(disposable())),
  });
  const scope = structuredClone(GOOD);
  const body = { room: 1 };
  const url = new URL('https://vend.example/token');
  const expiresIn = { seconds: 60 };
  const request = { url, method: 'POST', body };
  const sources = [
    open({ vend: request, scope, expiresIn, start: 'on-demand' }),
    open({ vend: url, scope, start: 'on-demand' }),
    open({ scope, start: 'on-demand' }),
  ];
  for (const source of sources) await source.getToken().catch(() => {});
  scope.permissions[0].cache = 'other';
  body.room = 2;
  expiresIn.seconds = 5;
  url.pathname = '/elsewhere';
  request.url = 'https://vend.example/elsewhere';
  allow();
  for (const source of sources) await source.getToken();
  assert.deepEqual(sent[0], ['https://vend.example/token', { room: 1, scope: GOOD, expiresIn: 60 }]);
  const asked = new URL(sent[1][0]);
  assert.deepEqual([asked.pathname, JSON.parse(asked.searchParams.get('scope'))], ['/token', GOOD]);
  assert.deepEqual(vends[0].scope, GOOD);
});

test('a very long answer takes no second instance, which an engine might refuse', async (t) => {
  const { open, allow, refuse } = await engine(t, 'nothing is instantiated');
  allow();
  const long = () => JSON.stringify({ padding: 'x'.repeat(100_000), authToken: disposable() });
  const source = open({ vend: async () => long(), start: 'on-demand' });
  await source.getToken();
  refuse();
  await new Promise((done) => setTimeout(done, 1_000));
  const token = await source.getToken({ forceRefresh: true });
  assert.deepEqual([token.version, source.status], ['v1', 'ready']);
});
