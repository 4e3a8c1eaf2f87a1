// useToken with the real React, 18 and 19, and the real Vue, in Chromium, Firefox and WebKit.
import { inEachBrowser } from '../browsers/support/each.mjs';
import { reactTests } from './react.mjs';
import { readmeTests } from './readme.mjs';
import { vueTests } from './vue.mjs';

inEachBrowser((browser) => {
  reactTests(browser);
  vueTests(browser);
  readmeTests(browser);
});
