// Chromium, and pages that are watched for errors.
import assert from 'node:assert/strict';
import process from 'node:process';
import { chromium } from 'playwright-core';
import { FLAGS } from './flags.mjs';

export function launchBrowser() {
  return chromium.launch({ executablePath: process.env.CHROME_PATH, args: FLAGS });
}

/**
 * A page of its own profile, closed when test `t` ends, which fails on any error in it.
 * `expected` are patterns of console errors that the test brings about; `prepare(page)` runs before there is a document.
 */
export async function openPage(t, browser, url, { expected = [], prepare = () => {}, ...context } = {}) {
  const profile = await browser.newContext(context);
  const page = await profile.newPage();
  const troubles = [];
  const trouble = (text) => expected.some((pattern) => pattern.test(text)) || troubles.push(text);
  page.on('pageerror', (error) => trouble(`uncaught: ${error.stack}`));
  page.on('console', (message) => message.type() === 'error' && trouble(`console: ${message.text()}`));

  // As the browser sends them, not as the page tells of them.
  const requests = [];
  page.on('request', (request) => requests.push(request));
  // When each token expires, by the answer that it came in. (The browser does not keep for long what was read as a
  // stream.)
  await page.addInitScript(() => {
    const { fetch } = globalThis;
    globalThis.expiries = [];
    globalThis.fetch = async (...asked) => {
      const answer = await fetch(...asked);
      if (answer.ok)
        answer
          .clone()
          .json()
          .then(
            ({ expiresAt }) => globalThis.expiries.push(expiresAt * 1000),
            () => {},
          );
      return answer;
    };
  });
  const expiries = () => page.evaluate(() => globalThis.expiries);
  const vends = () => requests.filter((request) => new URL(request.url()).pathname === '/token');

  t.after(async () => {
    await profile.close();
    assert.deepEqual(troubles, [], 'errors in the page');
  });
  await prepare(page);
  const response = await page.goto(url);
  return { page, requests, vends, expiries, response };
}
