// What every scenario is run with, in every browser that can be made to do it.
import assert from 'node:assert/strict';
import process from 'node:process';
import { after, before, describe, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { ENGINES, startEngine } from './engines.mjs';
import { startService } from './service.mjs';

const SHORT_MS = 90_000;
const LONG_MS = 900_000;

const scenarios = [];
const figures = [];

/**
 * A promise, and how it is put to the test. `without` names the browsers it is not tried in, each with the reason;
 * `flags` are Chromium's, for a browser of its own; `long` ones are left to `make test-browsers-long`.
 */
export const scenario = (promise, run, { without = {}, flags, long = false } = {}) =>
  scenarios.push({ promise, run, without, flags, long });

/**
 * Runs all of them, one after another: many tests hold a browser to its time, which three of them at once would take
 * from each other.
 */
export function runScenarios({ long, engines = ENGINES }) {
  const chosen = scenarios.filter((scenario) => scenario.long === long);
  describe('browsers', { concurrency: 1 }, () => {
    for (const name of engines) {
      describe(name, { concurrency: 1 }, () => {
        let usual;
        before(async () => (usual = await startEngine(name)));
        after(() => usual?.end());
        for (const { promise, run, without, flags } of chosen) {
          if (without[name]) continue;
          test(promise, { timeout: long ? LONG_MS : SHORT_MS }, async (context) => {
            const browser = flags ? await startEngine(name, ...flags) : usual;
            const tabs = [];
            context.after(() => (flags ? browser.end() : Promise.all(tabs.map((tab) => tab.close().catch(() => {})))));
            await run({
              browser,
              service: (options) => startService(context, options),
              async open(url) {
                const tab = await browser.open(url);
                tabs.push(tab);
                return tab;
              },
              figure: (what, value) => figures.push([promise, name, what, value]),
              skip: (reason) => context.skip(reason),
            });
            for (const tab of tabs.filter((tab) => !tab.gone))
              assert.deepEqual(await tab.run(() => globalThis.troubles), [], 'errors in the page');
          });
        }
      });
    }
  });
  process.on('exit', () => report(chosen, engines));
}

/** The browser's processes stand still for so long; when they went on comes back. */
export async function sleep(browser, ms) {
  browser.group.signal('SIGSTOP');
  try {
    await pause(ms);
    return Date.now();
  } finally {
    browser.group.signal('SIGCONT');
  }
}

/**
 * Lets virtual time pass in a page that was opened with `?virtual`, whose source 'a' has as long as it takes for each
 * request.
 */
export const runFor = (tab, ms) =>
  tab.run((ms) => clocks.runFor(ms, () => !/fetching|refreshing/.test(lab.state('a').status)), ms);

function report(chosen, engines) {
  const rows = figures
    .map(([, name, what, value]) => [what, name, String(value)])
    .sort((a, b) => a[0].localeCompare(b[0]) || a[1].localeCompare(b[1]));
  const wide = Math.max(0, ...rows.map(([what]) => what.length));
  console.log('\nMeasured');
  for (const [what, name, value] of rows) console.log(`  ${what.padEnd(wide)}  ${name.padEnd(9)}${value}`);
  const omitted = chosen.flatMap(({ promise, without }) =>
    engines.filter((name) => without[name]).map((name) => `  ${name.padEnd(9)}${promise}: ${without[name]}`),
  );
  if (omitted.length > 0) console.log(`\nNot tried\n${omitted.join('\n')}`);
}
