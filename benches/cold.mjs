// From the start of a module script's fetch to the first decoded token, for a page that has nothing in any cache: each
// time in a browser context of its own, ours and the floor in turn.
import { once } from 'node:events';
import { createServer } from 'node:http';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const ROUNDS = 21;
const PEERS = ['ours', 'floor'];

const median = (values) => values.toSorted((a, b) => a - b)[values.length >> 1];

/** The page's script: decodes one token, and says how long that took since the browser began to fetch it. */
const script = (peer) => `
import { full } from './${peer}.mjs';
import { mint } from './tokens.mjs';
const token = mint(5, 1);
const read = full(token);
const now = performance.now();
const [{ fetchStart }] = performance.getEntriesByName(import.meta.url);
globalThis.cold = { ms: now - fetchStart, tokenId: read.tokenId };
`;

async function bundle(peer) {
  const { outputFiles } = await build({
    stdin: { contents: script(peer), resolveDir: fileURLToPath(new URL('.', import.meta.url)) },
    bundle: true,
    minify: true,
    write: false,
    format: 'esm',
    platform: 'browser',
    logLevel: 'warning',
  });
  return outputFiles[0].text;
}

/** Serves each peer's page; isolated, since the clock of such a page is exact to 5 µs. */
async function serve() {
  const files = { '/favicon.ico': ['image/x-icon', ''] };
  for (const peer of PEERS) {
    files[`/${peer}`] = ['text/html', `<!doctype html><script type="module" src="/${peer}.js"></script>`];
    files[`/${peer}.js`] = ['text/javascript', await bundle(peer)];
  }
  const server = createServer(({ url }, answer) => {
    const [type, text] = files[url] ?? ['text/plain', ''];
    answer.writeHead(files[url] ? 200 : 404, {
      'content-type': type,
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-embedder-policy': 'require-corp',
    });
    answer.end(text);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server;
}

async function load(browser, url) {
  const context = await browser.newContext();
  try {
    const page = await context.newPage();
    await page.goto(url);
    await page.waitForFunction(() => globalThis.cold);
    const { ms, tokenId } = await page.evaluate(() => globalThis.cold);
    if (tokenId !== 'user-1') throw new Error(`${url} read another token`);
    return ms;
  } finally {
    await context.close();
  }
}

/** Medians in milliseconds, and the median of ours / floor. */
export async function measureCold(browser) {
  const server = await serve();
  const origin = `http://127.0.0.1:${server.address().port}`;
  const rounds = [];
  try {
    // The first pages of a browser start processes that later ones find ready.
    for (const peer of PEERS) await load(browser, `${origin}/${peer}`);
    for (let round = 0; round < ROUNDS; round++) {
      const took = {};
      for (const peer of round % 2 ? PEERS : PEERS.toReversed()) took[peer] = await load(browser, `${origin}/${peer}`);
      rounds.push(took);
    }
  } finally {
    server.closeAllConnections();
    server.close();
  }
  return {
    rounds: ROUNDS,
    ms: Object.fromEntries(PEERS.map((peer) => [peer, median(rounds.map((took) => took[peer]))])),
    ofFloor: median(rounds.map((took) => took.ours / took.floor)),
  };
}
