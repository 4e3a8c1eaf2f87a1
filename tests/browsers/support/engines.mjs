// The browsers, with one face.
import process from 'node:process';
import { until } from '../../e2e/support/until.mjs';
import { startChromium } from './chromium.mjs';
import { startFirefox, startWebKit } from './webdriver.mjs';

const STARTS = { chromium: startChromium, firefox: startFirefox, webkit: startWebKit };
const NEEDS = {
  chromium: ['CHROME_PATH'],
  firefox: ['FIREFOX_PATH', 'FIREFOX_DRIVER'],
  webkit: ['WEBKIT_PATH', 'WEBKIT_DRIVER'],
};
export const ENGINES = Object.keys(STARTS);

/** Starts one. `open(url)` gives a tab with a laboratory (site/laboratory.js) in it. */
export async function startEngine(name, ...options) {
  for (const variable of NEEDS[name]) {
    if (!process.env[variable])
      throw new Error(
        `${name}: ${variable} is not set; install it with \`tools/toolchain browsers\`, and run this by \`make test-browsers\``,
      );
  }
  const browser = await STARTS[name](...options);
  return {
    ...browser,
    name,
    async open(url) {
      const tab = await browser.open(url);
      for (const end of ['close', 'crash']) {
        const work = tab[end];
        if (work) tab[end] = () => ((tab.gone = true), work());
      }
      /** Runs a function in the page, with arguments and result that JSON can carry. */
      tab.run = async (work, ...args) =>
        JSON.parse(
          await tab.evaluate(
            `Promise.resolve((${work})(...${JSON.stringify(args)})).then((value) => JSON.stringify(value ?? null))`,
          ),
        );
      tab.lab = (method, ...args) => tab.run((method, args) => lab[method](...args), method, args);
      await until(`${url} has its laboratory`, () =>
        tab.evaluate("location.pathname !== '/' || globalThis.lab !== undefined"),
      );
      return tab;
    },
  };
}
