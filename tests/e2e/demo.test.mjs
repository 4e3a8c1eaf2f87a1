// The demo page in Chromium, with the real vending service: what a visitor sees, and what the browser sends.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { launchBrowser, openPage } from './support/browser.mjs';
import { demo } from './support/demo.mjs';
import { startService } from './support/service.mjs';
import { until } from './support/until.mjs';

const SCOPE = [
  'Read items in cache "demo" whose key starts with "public-".',
  'Subscribe to topic "news" in cache "demo".',
];

/** Tokens of 4 s, to see many; and of 300 s, for tests in which none is due. */
let brief, lasting, browser;

before(async () => {
  [brief, lasting, browser] = await Promise.all([
    startService({ ttl: 4 }),
    startService({ ttl: 300 }),
    launchBrowser(),
  ]);
});

after(async () => {
  await browser?.close();
  await Promise.all([brief?.stop(), lasting?.stop()]);
});

/** Opens the page and waits for its first token. */
async function visit(t, service, options) {
  const opened = await openPage(t, browser, service.url, options);
  const see = demo(opened.page);
  await until('the first token is there', () => allIsWell(see));
  assert.equal(await see.tokens(), 1);
  return { ...opened, see };
}

const allIsWell = async (see) => (await see.status()) === 'Valid token in hand';

test('tokens follow each other, each before the last has run out', async (t) => {
  const { page, vends, see } = await visit(t, brief);
  const announcements = await page.evaluateHandle(() => {
    const said = [];
    new MutationObserver(() => said.push(announcement.textContent)).observe(announcement, { childList: true });
    return said;
  });
  for (const sentence of SCOPE) assert.ok((await see.facts()).includes(sentence), sentence);

  const expiries = new Set();
  await until('three tokens have replaced the first', async () => {
    const expires = await see.expires();
    assert.match(expires, /^expires /);
    return expiries.add(expires).size === 4;
  });
  assert.equal(await see.tokens(), 4);
  assert.equal(vends().length, 4);
  assert.equal((await see.timeline('token')).length, 4);
  assert.deepEqual(await see.timeline('failure'), []);
  assert.deepEqual(await see.timeline('note'), []);
  assert.deepEqual(await announcements.jsonValue(), [], 'what goes well is not read aloud each time');
  assert.doesNotMatch(await page.content(), /eyJ/);
});

test('another tab has the token at once, without a request', async (t) => {
  const { page, see, vends } = await visit(t, lasting);
  const expires = await see.expires();
  const opened = page.context().waitForEvent('page');
  await page.click('#another-tab');
  const other = await opened;
  const requests = [];
  other.on('request', (request) => new URL(request.url()).pathname === '/token' && requests.push(request));
  const beside = demo(other);
  await until('the other tab has it', () => allIsWell(beside));
  assert.equal(await beside.expires(), expires);
  assert.deepEqual([vends().length, requests.length], [1, 0]);
});

test('a failing service: the token serves until it expires, and the next comes by itself', async (t) => {
  const { page, vends, expiries, see } = await visit(t, brief, { expected: [/status of 503/] });
  await see.faultIs('overloaded (503)');
  await see.fail();

  await until(
    'the page tells of the failure',
    async () => (await see.status()) === 'Fetching failed, the token is still valid',
  );
  const [failure] = await see.timeline('failure');
  assert.match(failure, /ERR_VEND_HTTP[^]*503[^]*Tries again in \d+ s, at /);
  assert.equal(await see.tokens(), 1);
  assert.match(await see.expires(), /^expires /);

  const expiry = (await expiries())[0];
  await until('the token is let go', async () => (await see.expires()) === 'no longer in use');
  assert.ok(Date.now() > expiry - 1000, 'it was let go early');
  await until('the page says so', async () =>
    (await see.timeline('note')).some((row) => /expired before there was a new one/.test(row)),
  );
  assert.equal(await see.tokens(), 1);

  await see.fail();
  await until('a token arrives by itself', async () => (await see.tokens()) > 1);
  await until('the page says so', () => allIsWell(see));
  assert.equal(vends().length, (await see.failures()) + (await see.tokens()));
  assert.doesNotMatch(await page.content(), /eyJ/);
});

for (const [fault, code, then, status] of [
  ['says no (401)', 'ERR_VEND_HTTP', /Tries again in/, 'Fetching failed'],
  ['Wi-Fi sign-in page', 'ERR_VEND_HTML', /Tries again in/, 'Fetching failed'],
  ['garbage', 'ERR_VEND_ANSWER', /Tries again in/, 'Fetching failed'],
]) {
  test(`a service that fails otherwise: ${fault}`, async (t) => {
    const { page, see } = await visit(t, lasting, { expected: [/status of 401/] });
    await see.fail();
    await see.faultIs(fault);
    await see.fetchNow();
    const [failure] = await until('it is told', async () => {
      const failures = await see.timeline('failure');
      return failures.length > 0 && failures;
    });
    assert.ok(failure.includes(code), failure);
    assert.match(failure, then);
    await until('the status says so', async () => (await see.status()) === `${status}, the token is still valid`);
    assert.equal(await see.tokens(), 1);

    await see.fail();
    await see.fetchNow();
    await until('asked again, it answers', async () => (await see.tokens()) === 2);
    assert.doesNotMatch(await page.content(), /eyJ/);
  });
}

test('the buttons: a new token at once, asked for or after a rejection', async (t) => {
  const { vends, see } = await visit(t, lasting);
  assert.match(await see.plan(), /^next token in \d+ min/);
  await see.fetchNow();
  await until('the second token is there', async () => (await see.tokens()) === 2);
  await see.reject();
  await until('the third token is there', async () => (await see.tokens()) === 3);
  assert.equal(vends().length, 3);
  assert.equal((await see.timeline('you')).length, 2);
});

test('offline: no request, and one on return', async (t) => {
  const { vends, expiries, see } = await visit(t, brief);
  await see.offline();
  await until('the page is offline', async () => (await see.status()) === 'Offline, with a valid token');
  const sent = vends().length;
  await until('the token has expired', async () => (await see.status()) === 'Offline, and the token has expired');
  assert.ok(Date.now() > (await expiries()).at(-1) - 1000);
  assert.equal(vends().length, sent);

  await see.offline();
  await until('a new token is there', () => allIsWell(see));
  assert.equal(vends().length, sent + 1);
});

test('the inspector reads what is pasted, sends nothing, and never shows it', async (t) => {
  const { page, requests, see } = await visit(t, lasting);
  const sent = requests.length;

  await see.paste('this is no token');
  assert.match(await see.verdict(), /^ERR_TOKEN_MALFORMED /);
  assert.equal(await see.inspected(), '');

  // A key that may do anything, for ever: claim p is the bytes 08 00, and there is no exp.
  const part = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const jwt = `${part({ alg: 'HS256' })}.${part({ sub: 'someone', ver: 1, p: 'CAA=' })}.c2lnbmF0dXJl`;
  const key = Buffer.from(JSON.stringify({ endpoint: 'cell-9.example.momentohq.com', api_key: jwt })).toString(
    'base64',
  );
  await see.paste(`"${key}"\n`);
  const said = await see.inspected();
  for (const words of [
    'cache.cell-9.example.momentohq.com',
    'Do anything',
    'Never',
    'WARN_SUPER_USER',
    'WARN_NEVER_EXPIRES',
  ]) {
    assert.ok(said.includes(words), `${words} in: ${said}`);
  }
  assert.match(
    await page.locator('#credential').evaluate((field) => getComputedStyle(field).webkitTextSecurity),
    /disc/,
  );
  assert.ok(!(await page.content()).includes('eyJ'));

  await see.readLive();
  assert.match(await see.verdict(), /^The live token, read at .* It has not expired/);
  for (const sentence of SCOPE) assert.ok((await see.inspected()).includes(sentence), sentence);
  assert.equal(await page.locator('#credential').inputValue(), '');
  assert.ok(!(await page.content()).includes('eyJ'));
  assert.equal(requests.length, sent);
});

test('the page works under its Content Security Policy, which is enforced', async (t) => {
  const { page, response } = await visit(t, lasting, { expected: [/Content Security Policy/] });
  assert.match(response.headers()['content-security-policy'], /script-src 'self' 'wasm-unsafe-eval';/);
  const refused = await page.evaluate(async () => {
    const violation = new Promise((resolve) =>
      document.addEventListener('securitypolicyviolation', resolve, { once: true }),
    );
    const script = document.createElement('script');
    script.textContent = 'window.ran = true';
    document.head.append(script);
    return { directive: (await violation).effectiveDirective, ran: 'ran' in window };
  });
  assert.deepEqual(refused, { directive: 'script-src-elem', ran: false });
});

test('at 360 px nothing overflows, in light and dark', async (t) => {
  const papers = new Set();
  for (const colorScheme of ['light', 'dark']) {
    const viewport = { width: 360, height: 740 };
    const { page, see } = await visit(t, lasting, { colorScheme, viewport, expected: [/status of 503/] });
    await see.fail();
    await see.fetchNow();
    await until('a failure is listed', async () => (await see.failures()) === 1);
    await see.readLive();
    assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), 360, colorScheme);
    papers.add(await page.evaluate(() => getComputedStyle(document.body).backgroundColor));
  }
  assert.equal(papers.size, 2, 'light and dark look the same');
});
