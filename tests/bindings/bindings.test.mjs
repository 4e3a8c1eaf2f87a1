// The hooks with the real React, 18 and 19, and the real Vue, in Chromium, Firefox and WebKit.
import { describe } from 'node:test';
import { inEachBrowser } from '../browsers/support/each.mjs';
import { optionsTests } from './options.mjs';
import { reactiveTests } from './reactive.mjs';
import { reactTests } from './react.mjs';
import { readmeTests } from './readme.mjs';
import { refreshTests } from './refresh.mjs';
import { REACTS } from './support/reacts.mjs';
import { script } from './support/page.mjs';
import { suspenseTests } from './suspense.mjs';
import { vueTests } from './vue.mjs';
import { wasmTests } from './wasm.mjs';

const once = (make) => {
  let made;
  return () => (made ??= make());
};

inEachBrowser((browser) => {
  reactTests(browser);
  suspenseTests(browser);
  for (const [version, alias] of REACTS) {
    const code = once(() => script('react-options', alias));
    describe(`React ${version}: options`, () => optionsTests(browser, code));
    describe(`React ${version}: refresh()`, () => refreshTests(browser, code));
    describe(`React ${version}: without WebAssembly`, () => wasmTests(browser, code));
  }
  vueTests(browser);
  const code = once(() => script('vue-options'));
  describe('Vue: options', () => optionsTests(browser, code));
  describe('Vue: reactive options', () => reactiveTests(browser, code));
  describe('Vue: refresh()', () => refreshTests(browser, code));
  describe('Vue: without WebAssembly', () => wasmTests(browser, code));
  readmeTests(browser);
});
