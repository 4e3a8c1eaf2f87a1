// An origin of its own for each test: a page that uses the package, and a vending service that counts, mints and misbehaves as told.
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
 * `vends` is what arrived, `{ id, at, tab, url, gone }`, each an answer with a token whose `tokenId` is `id`, unless `answer(vend, send)` says
 * otherwise: `send()` gives a token, `send({ status, headers, body })` anything else.
 */
export async function startService(context, { seconds = 300 } = {}) {
  const vends = [];
  const service = { vends, answer: (vend, send) => send() };

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
    response.writeHead(200, { 'content-type': TYPES[file.split('.').pop()], 'cache-control': 'max-age=60' }).end(body);
  });

  async function vend(url, request, response) {
    const arrived = { id: String(vends.length + 1), at: Date.now(), tab: request.headers['x-tab'], url, response, gone: once(response, 'close') };
    vends.push(arrived);
    const send = ({ status = 200, headers = {}, body = service.mint(arrived.id) } = {}) =>
      response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(body);
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
