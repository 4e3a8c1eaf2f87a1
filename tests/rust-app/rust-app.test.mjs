// An app in Rust that depends on the crate: examples/yew as `make test-rust-app` builds it, with no default feature.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { launchBrowser, openPage } from '../e2e/support/browser.mjs';
import { until } from '../e2e/support/until.mjs';
import { disposable } from '../package/support/mint.mjs';
import { vendingService } from '../package/support/service.mjs';

const root = new URL('../../', import.meta.url);
const built = new URL('target/rust-app/dist/', root);
const GLUE = 'momento-token-yew.js';
const MODULE = 'momento-token-yew_bg.wasm';

const START = Date.UTC(2030, 0, 1);
const LIFE_MS = 300_000;
const TYPES = { html: 'text/html', js: 'text/javascript', wasm: 'application/wasm' };
// What README says that a page's policy needs, and the empty icon.
const POLICY = "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; img-src data:";

/** Names under which `src/js` may export something to JavaScript, and its classes, whose methods follow their names. */
function namesOfTheJavaScriptFace() {
  const folder = new URL('src/js/', root);
  const files = readdirSync(folder, { recursive: true }).filter((file) => file.endsWith('.rs'));
  const source = files.map((file) => readFileSync(new URL(file, folder), 'utf8')).join('\n');
  const all = (pattern) => [...source.matchAll(pattern)].map(([, name]) => name);
  const classes = all(/\bpub struct (\w+)/g);
  return { names: new Set([...all(/\bjs_name = (\w+)/g), ...all(/\bpub fn (\w+)/g), ...classes]), classes };
}

/** The exports of a module that have such a name: `decodeToken`, `refresher_start`, `__wbg_refresher_free`. */
function fromTheJavaScriptFace(module) {
  const { names, classes } = namesOfTheJavaScriptFace();
  const ofClass = new RegExp(`^(__wbg_)?(${classes.join('|')})_`, 'i');
  return exportsOf(module).filter((name) => names.has(name) || ofClass.test(name));
}

const exportsOf = (module) =>
  WebAssembly.Module.exports(new WebAssembly.Module(readFileSync(module))).map(({ name }) => name);

test('the app exports nothing of what the crate has for JavaScript', async () => {
  // The package's module has all of it, but for what wasm-bindgen itself exports: else the search finds too little.
  const inPackage = new URL('pkg/token.wasm', root);
  assert.deepEqual(
    fromTheJavaScriptFace(inPackage),
    exportsOf(inPackage).filter((name) => name !== 'memory' && !/^__(?!wbg_)|^wasm_bindgen__/.test(name)),
  );

  assert.deepEqual(fromTheJavaScriptFace(new URL(MODULE, built)), []);
  assert.deepEqual(Object.keys(await import(new URL(GLUE, built))).sort(), ['default', 'initSync']);
  const files = readdirSync(built, { recursive: true });
  assert.deepEqual(
    files.filter((file) => file.includes('snippets')),
    [],
    "the crate's JavaScript",
  );
});

let browser;
before(async () => (browser = await launchBrowser()));
after(() => browser?.close());

/**
 * The app in a page whose clock stands still but for `pass`. Its service answers each request with a token that has the
 * number of the request, unless `service.status` is a failure's.
 */
async function openApp(t, expected) {
  const service = { now: START, status: 200, vends: () => requests.filter(isVend).length };
  const isVend = ({ url }) => url.pathname === '/token';
  const { requests, url } = await vendingService(t, (request) => {
    const date = new Date(service.now).toUTCString();
    if (isVend(request)) {
      const body = disposable(0, { id: String(service.vends()), exp: Math.floor((service.now + LIFE_MS) / 1_000) });
      return service.status === 200 ? { headers: { date }, body } : { status: service.status, headers: { date } };
    }
    const file = request.url.pathname === '/' ? 'index.html' : request.url.pathname.slice(1);
    if (!readdirSync(built).includes(file)) return { status: 404 };
    const headers = { date, 'content-type': TYPES[file.split('.').pop()], 'content-security-policy': POLICY };
    return { headers, body: readFileSync(new URL(file, built)) };
  });

  const stopClock = async (page) => {
    await page.clock.install({ time: START - 1_000 });
    await page.clock.pauseAt(START);
  };
  const { page } = await openPage(t, browser, new URL('/', url).href, { expected, prepare: stopClock });
  const text = (selector) => page.locator(selector).textContent();
  return {
    service,
    click: (name) => page.getByRole('button', { name }).click(),
    status: () => text('[role=status]'),
    failure: () => page.locator('[role=alert]').allTextContents(),
    shows: (id) => until(`token ${id} is shown`, async () => (await text('#token-id')) === id),
    /** How long it is until a moment that the app shows. */
    leftUntil: async (what) =>
      Date.parse(await page.locator(`#${what} time`).getAttribute('datetime', { timeout: 5_000 })) - service.now,
    /**
     * Lets time pass, faster than any network: a request that is sent in the course of it may well time out. What the
     * page requests then has arrived once this is over.
     */
    async pass(ms) {
      service.now += ms;
      await page.clock.runFor(ms);
      await page.evaluate(() => fetch('/index.html').then((answer) => answer.text()));
    },
  };
}

test('a token is replaced ahead of expiry, by one request each time, until the source is closed', async (t) => {
  const { service, click, status, failure, shows, leftUntil, pass } = await openApp(t);
  await shows('1');
  for (const rotation of [1, 2, 3]) {
    assert.equal(Math.ceil((await leftUntil('expires')) / 1_000), LIFE_MS / 1_000);
    const due = await leftUntil('next-request');
    assert.ok(due >= 0.6 * LIFE_MS && due <= 0.8 * LIFE_MS, `after 60 to 80 % of a life: ${due}`);
    await pass(due - 1);
    assert.equal(service.vends(), rotation, 'requests before it is due');
    await pass(1);
    await shows(String(rotation + 1));
    assert.equal(service.vends(), rotation + 1);
  }
  assert.equal(await status(), 'The token is valid.');
  assert.deepEqual(await failure(), []);

  await click('Close');
  await shows('–');
  assert.match(await status(), /^Closed\./);
  await pass(10 * LIFE_MS);
  assert.equal(service.vends(), 4, 'requests once it is closed');
});

test('a new token is requested when the user wants one', async (t) => {
  const { service, click, shows, pass } = await openApp(t);
  await shows('1');
  await click('Refresh now');
  await pass(1_000); // requests that callers cause have a second between them
  await shows('2');
  assert.equal(service.vends(), 2);
});

test('a failure is told in words, and forgotten once a token arrives', async (t) => {
  const { service, status, failure, shows, leftUntil, pass } = await openApp(t, [
    /the server responded with a status of 503/,
  ]);
  await shows('1');
  service.status = 503;
  await pass(await leftUntil('next-request'));
  await until('a failure is told', async () => (await failure()).length > 0);
  assert.match((await failure()).join(), /^expected .*, found .*503.*\(ERR_VEND_\w+\)$/);
  assert.equal(await status(), 'The last request failed. Another follows.');

  service.status = 200;
  await pass(await leftUntil('next-request'));
  await shows('3');
  assert.deepEqual(await failure(), []);
});
