// A vending service under a test's thumb: a real HTTP server that answers as the test says and counts.
import { once } from 'node:events';
import { createServer } from 'node:http';

/**
 * Starts it. `answer(request, count)` gives `{ status, headers, body }`; the request has `url`, `method`, `headers` and
 * `body`.
 */
export async function vendingService(context, answer) {
  const requests = [];
  const server = createServer(async (incoming, outgoing) => {
    let body = '';
    for await (const chunk of incoming) body += chunk;
    const request = {
      url: new URL(incoming.url, 'http://localhost'),
      method: incoming.method,
      headers: incoming.headers,
      body,
    };
    requests.push(request);
    const { status = 200, headers = {}, body: text = '' } = await answer(request, requests.length);
    outgoing.writeHead(status, headers).end(text);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  context.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return { requests, url: `http://127.0.0.1:${server.address().port}/token` };
}

/** The next event of this type; the test's own time limit ends a wait in vain. */
export const next = (source, type) =>
  new Promise((resolve) => source.addEventListener(type, ({ detail }) => resolve(detail), { once: true }));
