// An origin of its own for each test: a page that uses the package, and a vending service that counts, mints and
// misbehaves as told.
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { disposable } from '../../package/support/mint.mjs';

const folder = new URL('../../../', import.meta.url);
const FILES = { '/': 'tests/browsers/site/index.html', '/token.js': 'pkg/index.js' };
const TYPES = { html: 'text/html', js: 'text/javascript' };

/**
 * Starts it; it ends when the context does. `seconds` is how long a token lives.
 *
 * `vends` is what arrived, `{ id, at, tab, url, method, origin, type, body, gone }`, each answered with a token whose
 * `tokenId` is `id`, unless `answer(vend, send)` says otherwise: `send()` gives a token, `send({ status, headers, body
 * })` anything else. With `cors`, pages of any origin may read answers and files; a preflight is answered and not
 * counted.
 */
export async function startService(context, { seconds = 300, cors = false } = {}) {
  const vends = [];
  const service = { vends, answer: (vend, send) => send() };
  const readable = cors ? { 'access-control-allow-origin': '*', 'access-control-allow-headers': '*' } : {};

  const server = createServer((request, response) => {
    const url = new URL(request.url, service.url);
    if (url.pathname === '/token') return vend(url, request, response);
    const file = FILES[url.pathname] ?? `tests/browsers/site${url.pathname}`;
    let body;
    try {
      body = readFileSync(new URL(file, folder));
    } catch {
      return response.writeHead(404, { 'content-type': 'text/plain' }).end('not here');
    }
    response
      .writeHead(200, { 'content-type': TYPES[file.split('.').pop()], 'cache-control': 'max-age=60', ...readable })
      .end(body);
  });

  async function vend(url, request, response) {
    const { method, headers } = request;
    if (cors && method === 'OPTIONS') return response.writeHead(204, readable).end();
    const arrived = {
      id: String(vends.length + 1),
      at: Date.now(),
      tab: headers['x-tab'],
      url,
      response,
      gone: once(response, 'close'),
    };
    vends.push(Object.assign(arrived, { method, origin: headers.origin, type: headers['content-type'] }));
    if (method === 'POST') arrived.body = Buffer.concat(await request.toArray()).toString();
    const send = ({ status = 200, headers = {}, body = service.mint(arrived.id) } = {}) =>
      response.writeHead(status, { 'content-type': 'application/json', ...readable, ...headers }).end(body);
    await service.answer(arrived, send);
  }

  service.mint = (id, life = seconds) => JSON.stringify({ authToken: disposable(life, { id }) });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  service.url = `http://127.0.0.1:${server.address().port}/`;
  context.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return service;
}
