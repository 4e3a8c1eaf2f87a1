// When useSuspenseToken throws an error and when it asks anew, with a React that renders when the test says so.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { TokenSource } from '../../pkg/index.js';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** `./react` beside a React of this version, whose hooks keep nothing. */
async function bindingFor(version) {
  const react = `
    export const version = ${JSON.stringify(version)};
    export const [useEffect, useInsertionEffect, useState] = [() => {}, () => {}, () => {}];
    export const useMemo = (make) => make();
    export const useSyncExternalStore = (_, snapshot) => snapshot();`;
  const { outputFiles } = await build({
    entryPoints: [`${root}pkg/react.js`],
    bundle: true,
    write: false,
    format: 'esm',
    plugins: [
      {
        name: 'react',
        setup({ onResolve, onLoad }) {
          onResolve({ filter: /^react$/ }, () => ({ path: 'react', namespace: 'stub' }));
          onLoad({ filter: /^react$/, namespace: 'stub' }, () => ({ contents: react }));
          onResolve({ filter: /^momento-token-wasm$/ }, () => ({ path: `${root}pkg/index.js`, external: true }));
        },
      },
    ],
  });
  return import(
    `data:text/javascript,${encodeURIComponent(outputFiles[0].text.replaceAll(`${root}pkg`, `file://${root}pkg`))}`
  );
}

/** Lets tasks and promises have their turn: timers stand still. */
async function rest() {
  for (let turn = 0; turn < 20; turn++) await new Promise((done) => setImmediate(done));
}

/** What one render throws: an error's code, or the promise that React waits for. */
function render(useSuspenseToken, source) {
  try {
    useSuspenseToken(source);
  } catch (thrown) {
    return thrown.code ?? thrown;
  }
  return 'a token';
}

for (const [version, throwsEach] of [
  ['18.3.1', 2],
  ['19.2.0', 1],
]) {
  test(`React ${version}: a render that was thrown away, and comes back late, throws the error again`, async (t) => {
    t.mock.timers.enable({ apis: ['setTimeout'] });
    const pass = async (ms) => {
      await rest();
      t.mock.timers.tick(ms);
      await rest();
    };
    let asked = 0;
    const vend = async () => {
      throw new Error('refused');
    };
    const source = new TokenSource({ vend, start: 'on-demand' });
    source.getToken = (options) => {
      asked += 1;
      return TokenSource.prototype.getToken.call(source, options);
    };
    t.after(() => source.close());
    const { useSuspenseToken } = await bindingFor(version);
    const renderOnce = () => Array.from({ length: throwsEach }, () => render(useSuspenseToken, source)).at(-1);
    const suspended = render(useSuspenseToken, source);
    assert.equal(typeof suspended.then, 'function');
    await pass(300);
    await suspended;
    assert.equal(renderOnce(), 'ERR_VEND_FUNCTION');
    await pass(299);
    assert.equal(renderOnce(), 'ERR_VEND_FUNCTION');
    assert.equal(asked, 1);
    // That was the second render, at whose end the boundary is shown: the next one is its reset.
    await pass(0);
    assert.equal(typeof render(useSuspenseToken, source).then, 'function');
    assert.equal(asked, 2);
  });
}
