// Older engines, and what apps pass in from elsewhere: nothing is detected by its newest member, nor by its class.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { before, describe, test } from 'node:test';
import { runInNewContext } from 'node:vm';
import { Worker } from 'node:worker_threads';
import { ExpiresIn, TokenSource, decodeToken, parseScope } from '../../pkg/index.js';
import { RotatingTopicClient, credentialProvider } from '../../pkg/momento.js';
import { newerThanBaseline } from './support/builtins.mjs';
import { replace } from './support/clock.mjs';
import { disposable } from './support/mint.mjs';

// As hosts that compile no bytes have it, there is no text of the module among the code.
const codes = ['index.workerd.js', 'decode.workerd.js', 'momento.js'].map((name) =>
  readFileSync(new URL(`../../pkg/${name}`, import.meta.url), 'utf8'),
);
const newer = newerThanBaseline(codes);
const credential = disposable(300, { id: 'one' });

/** What comes of using the package where these are missing. */
async function useWithout(paths) {
  const worker = new Worker(new URL('support/without.mjs', import.meta.url), { workerData: { paths, credential } });
  try {
    const { outcome, error } = await new Promise((resolve, reject) =>
      worker
        .once('message', resolve)
        .once('error', reject)
        .once('exit', () => reject(new Error('ended without a word'))),
    );
    assert.equal(error, undefined);
    return outcome;
  } finally {
    await worker.terminate();
  }
}

describe('engines', () => {
  let expected;
  before(async () => void (expected = await useWithout([])));

  test('the list of what may be missing is derived from the code', () => {
    for (const path of [
      'AbortSignal.prototype.reason',
      'FinalizationRegistry',
      'TextDecoder',
      'TextEncoder.prototype.encodeInto',
      'Symbol.dispose',
      'WeakRef',
    ]) {
      assert.ok(newer.includes(path), `${path} among ${newer.join(', ')}`);
    }
  });

  test('all is as it should be where nothing is missing', () => {
    const [{ said, again, until, refused }] = expected.read;
    assert.deepEqual(
      [said[0], again, until, refused[1]],
      ['someone', 'cell-1-us-east-2-1.prod.a.momentohq.com', 60, 'ERR_TOKEN_MALFORMED'],
    );
    assert.deepEqual(expected.read[0], expected.read[1]);
    assert.deepEqual(expected.scopes[0], expected.scopes[1]);
    assert.deepEqual(expected.scopes[0].scope.permissions[1].item, { key: '\u00e9' });
    const { vended, early, late, byFunction, disposed, momento } = expected;
    assert.deepEqual(vended.slice(0, 3), ['one', true, ['one']]);
    assert.deepEqual([early, late, byFunction, disposed], [['AbortError'], ['AbortError'], 'one', ['closed', false]]);
    assert.deepEqual([momento[0], momento[2]], ['cache.cell-1-us-east-2-1.prod.a.momentohq.com', false]);
  });

  // What it named once, beside what it names now.
  for (const path of new Set([...newer, 'Object.hasOwn', 'AbortSignal.prototype.throwIfAborted'])) {
    test(`the same without ${path}`, async () => assert.deepEqual(await useWithout([path]), expected));
  }

  test('the same without all of these', async () => assert.deepEqual(await useWithout(newer), expected));
});

describe('arguments from elsewhere', () => {
  const elsewhere = (code) => runInNewContext(code, { console });

  test('a Date of another realm', () => {
    const date = elsewhere('new Date(Date.now() + 60_000)');
    assert.ok(!(date instanceof Date));
    assert.ok(Math.abs(ExpiresIn.epoch(date).seconds - 60) <= 1);
    const token = decodeToken(credential);
    assert.equal(token.isExpired(date), false);
    assert.equal(token.remainingMs(date), Math.floor(token.expiresAt.getTime() - date.getTime()));
    assert.throws(() => token.isExpired(elsewhere('new Date(NaN)')), { code: 'ERR_ARGUMENT' });
    assert.throws(() => ExpiresIn.epoch(elsewhere('new Date(NaN)')), { code: 'ERR_ARGUMENT' });
    for (const at of [{}, { getTime: 5 }, null, '2026'])
      assert.throws(() => token.remainingMs(at), { code: 'ERR_ARGUMENT' });
  });

  test('a scope of another realm, bytes in it too', () => {
    const scope = elsewhere("({ permissions: [{ role: 'readonly', cache: 'a', item: { key: Uint8Array.of(255) } }] })");
    assert.deepEqual(parseScope(scope).permissions[0].item, { key: Uint8Array.of(255) });
  });

  /** Vends by `fetch`, which notes what it was asked for. */
  async function vend(t, request) {
    const asked = [];
    replace(t, globalThis, {
      fetch: async (url, { headers }) => {
        asked.push([`${url}`, headers.get('authorization')]);
        return { status: 200, headers: new Headers(), text: async () => credential };
      },
    });
    const source = new TokenSource({ vend: request, start: 'on-demand' });
    t.after(() => source.close());
    assert.equal((await source.getToken()).tokenId, 'one');
    return asked;
  }

  /** As a URL of a frame or a polyfill: what is used of it, and no more. */
  const url = { href: 'https://vend.example/token', toString: () => 'https://vend.example/token' };

  test('a URL of another realm', async (t) => {
    assert.deepEqual(await vend(t, url), [['https://vend.example/token', null]]);
    assert.deepEqual(await vend(t, { url }), [['https://vend.example/token', null]]);
    for (const wrong of [{}, { url: {} }, { url: 5 }, { href: 5 }])
      assert.throws(() => new TokenSource({ vend: wrong }), { code: 'ERR_ARGUMENT' });
  });

  test('a Headers of another realm, or of a polyfill that cannot be iterated', async (t) => {
    const fields = [['Authorization', 'Bearer x']];
    const iterable = elsewhere('(fields) => ({ [Symbol.iterator]: () => fields[Symbol.iterator]() })')(fields);
    const polyfill = {
      map: {},
      get: () => 'Bearer x',
      forEach: (each) => fields.forEach(([name, value]) => each(value, name)),
    };
    for (const headers of [iterable, polyfill, () => polyfill, async () => polyfill, new Map(fields)]) {
      assert.deepEqual(await vend(t, { url, headers }), [['https://vend.example/token', 'Bearer x']]);
    }
  });

  test('a Response of another realm or library, with what is used of it and no more', async (t) => {
    const headers = { get: () => null };
    for (const [status, code] of [
      [200],
      [204, 'ERR_VEND_ANSWER'],
      [299],
      [401, 'ERR_VEND_HTTP'],
      [500, 'ERR_VEND_HTTP'],
    ]) {
      const source = new TokenSource({
        vend: async () => ({ status, headers, text: async () => (status === 204 ? '' : credential) }),
        start: 'on-demand',
      });
      t.after(() => source.close());
      const outcome = await source.getToken().then(
        ({ tokenId }) => tokenId,
        (error) => error.code,
      );
      assert.equal(outcome, code ?? 'one', `${status}`);
    }
  });

  /** As the AbortSignal of an older engine or a polyfill. */
  class Signal {
    aborted = false;
    #listeners = new Set();
    addEventListener(type, listener) {
      if (type === 'abort') this.#listeners.add(listener);
    }
    removeEventListener(type, listener) {
      this.#listeners.delete(listener);
    }
    abort() {
      this.aborted = true;
      for (const listener of this.#listeners) listener();
    }
    get listeners() {
      return this.#listeners.size;
    }
  }

  test('an AbortSignal with what is used of it and no more', async (t) => {
    const source = new TokenSource({ vend: () => new Promise(() => {}), start: 'on-demand' });
    t.after(() => source.close());
    const signal = new Signal();
    const waiting = source.getToken({ signal });
    assert.equal(signal.listeners, 1);
    signal.abort();
    await assert.rejects(waiting, { name: 'AbortError' });
    await assert.rejects(source.getToken({ signal }), { name: 'AbortError' });
    const reason = new Error('enough');
    await assert.rejects(source.getToken({ signal: Object.assign(new Signal(), { aborted: true, reason }) }), reason);
    for (const wrong of [null, {}, { aborted: true }, { throwIfAborted() {} }, 'abort']) {
      await assert.rejects(source.getToken({ signal: wrong }), { code: 'ERR_ARGUMENT' });
    }
  });

  test('a listener is taken off an AbortSignal again, once there is a token', async (t) => {
    const source = new TokenSource({ vend: async () => credential, start: 'on-demand' });
    t.after(() => source.close());
    const signal = new Signal();
    await source.getToken({ signal });
    assert.equal(signal.listeners, 0);
  });

  test('a TokenSource and a token of another copy, by what is used of them', async (t) => {
    const copy = await import('../../pkg/index.js?copy');
    const source = new copy.TokenSource({ vend: async () => credential, start: 'on-demand' });
    t.after(() => source.close());
    assert.ok(!(source instanceof TokenSource));
    const provider = credentialProvider(await source.getToken());
    assert.equal(provider.getCacheEndpoint(), 'cache.cell-1-us-east-2-1.prod.a.momentohq.com');
    new RotatingTopicClient(source, { makeClient: () => ({}) }).close();
    for (const name of ['getToken', 'reportRejected', 'addEventListener', 'removeEventListener']) {
      const lacking = {
        getToken() {},
        reportRejected() {},
        addEventListener() {},
        removeEventListener() {},
        [name]: undefined,
      };
      assert.throws(() => new RotatingTopicClient(lacking, { makeClient: () => ({}) }), { code: 'ERR_ARGUMENT' });
    }
  });
});
