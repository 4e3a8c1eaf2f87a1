// From the start of a module script's fetch to the first decoded token, and to the first request for one, for a page that
// has nothing in any cache: each time in a browser context of its own, ours and the floor in turn.
import { once } from 'node:events';
import { createServer } from 'node:http';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const ROUNDS = 21;
const PEERS = ['ours', 'floor'];

const median = (values) => values.toSorted((a, b) => a - b)[values.length >> 1];

/** What a page does first, by ours and by a peer; each gives when that was, and what shows that it was done. */
const TASKS = {
  decode: (peer) => `
import { full } from './${peer}.mjs';
import { mint } from './tokens.mjs';
const token = mint(5, 1);
const done = Promise.resolve({ what: full(token).tokenId, at: performance.now() });
`,
  // Until the request for a token is sent.
  request: (peer) => `
${peer === 'ours' ? "import { TokenSource } from '../pkg/index.js';" : ''}
const done = new Promise((done) => {
  globalThis.fetch = async (url) => {
    done({ what: url, at: performance.now() });
    return new Response('', { status: 503 });
  };
});
${peer === 'ours' ? "new TokenSource({ vend: '/token' });" : "fetch('/token');"}
`,
};
const DONE = { decode: 'user-1', request: '/token' };

/** The page's script: says how long the task took since the browser began to fetch the script. */
const script = (task, peer) => `
${TASKS[task](peer)}
const [{ fetchStart }] = performance.getEntriesByName(import.meta.url);
done.then(({ what, at }) => (globalThis.cold = { ms: at - fetchStart, what }));
`;

async function bundle(task, peer) {
  const { outputFiles } = await build({
    stdin: { contents: script(task, peer), resolveDir: fileURLToPath(new URL('.', import.meta.url)) },
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
async function serve(task) {
  const files = { '/favicon.ico': ['image/x-icon', ''] };
  for (const peer of PEERS) {
    files[`/${peer}`] = ['text/html', `<!doctype html><script type="module" src="/${peer}.js"></script>`];
    files[`/${peer}.js`] = ['text/javascript', await bundle(task, peer)];
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

async function load(browser, url, done) {
  const context = await browser.newContext();
  try {
    const page = await context.newPage();
    await page.goto(url);
    await page.waitForFunction(() => globalThis.cold);
    const { ms, what } = await page.evaluate(() => globalThis.cold);
    if (what !== done) throw new Error(`expected ${done} at ${url}, found ${what}`);
    return ms;
  } finally {
    await context.close();
  }
}

/** Medians in milliseconds, and the median of ours / floor. `task` is one of `TASKS`. */
export async function measureCold(browser, task) {
  const server = await serve(task);
  const origin = `http://127.0.0.1:${server.address().port}`;
  const rounds = [];
  const time = (peer) => load(browser, `${origin}/${peer}`, DONE[task]);
  try {
    // The first pages of a browser start processes that later ones find ready.
    for (const peer of PEERS) await time(peer);
    for (let round = 0; round < ROUNDS; round++) {
      const took = {};
      for (const peer of round % 2 ? PEERS : PEERS.toReversed()) took[peer] = await time(peer);
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
