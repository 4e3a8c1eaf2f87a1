// Pages that are watched for errors, from within: no driver tells of them in every browser.
import assert from 'node:assert/strict';

/**
 * A script for the head of a page: keeps what goes wrong in it and nobody catches, and what its console is told of
 * errors.
 */
export const WATCH = `globalThis.troubles = [];
addEventListener('error', ({ message }) => troubles.push('uncaught: ' + message));
addEventListener('unhandledrejection', ({ reason }) => troubles.push('unhandled: ' + reason));
const { error } = console;
console.error = (...words) => (troubles.push('console: ' + words.join(' ')), error.apply(console, words));`;

/** Opens such a page, closed when test `t` ends, which fails on any error in it but those `expected`. */
export async function openWatched(t, browser, url, expected = /^$/) {
  const tab = await browser.open(url);
  t.after(async () => {
    const troubles = await tab.run(() => globalThis.troubles).finally(tab.close);
    assert.deepEqual(
      troubles.filter((trouble) => !expected.test(trouble)),
      [],
      'errors in the page',
    );
  });
  return tab;
}
