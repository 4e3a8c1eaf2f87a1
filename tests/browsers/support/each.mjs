// The same tests in every browser, all browsers at the same time; `ENGINES=firefox` for one of them.
import process from 'node:process';
import { after, before, describe } from 'node:test';
import { ENGINES, startEngine } from './engines.mjs';

/** `define(browser, name)` defines the tests; `browser()` is there once they run. */
export function inEachBrowser(define) {
  describe('browsers', { concurrency: ENGINES.length }, () => {
    for (const name of process.env.ENGINES?.split(',') ?? ENGINES) {
      describe(name, { concurrency: 1 }, () => {
        let browser;
        before(async () => (browser = await startEngine(name)));
        after(() => browser?.end());
        define(() => browser, name);
      });
    }
  });
}
