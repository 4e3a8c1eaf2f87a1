// What stands behind a page or program of the matrix: it vends tokens, takes the report, and serves a folder or stands
// before a tool's own server.
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer, request as ask } from 'node:http';
import { connect } from 'node:net';
import { extname, join, normalize } from 'node:path';
import { topicService } from '../../momento/support/topics.mjs';
import { disposable } from '../../package/support/mint.mjs';

/** Nothing inline, nothing evaluated, and WebAssembly. */
export const STRICT = "script-src 'self' 'wasm-unsafe-eval'";

const TYPES = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.mjs': 'text/javascript',
  '.map': 'application/json',
  '.css': 'text/css',
  '.wasm': 'application/wasm',
};

/**
 * `root`: a folder to serve; `proxy`: the port of a server behind this one. Tokens live for so many `seconds`; with
 * `topics` they open a service of topics, which is here as well.
 */
export async function startService({ root, proxy, csp = STRICT, seconds = 20, topics = false } = {}) {
  const closing = [];
  const behindTopics = topics ? await topicService({ after: (end) => closing.push(end) }, { ttl: seconds }) : undefined;
  async function mint(id) {
    if (behindTopics) return (await fetch(`${behindTopics.url}/token?name=page`)).json();
    return { authToken: disposable(seconds, { id }), expiresAt: Math.floor(Date.now() / 1000) + seconds };
  }
  const vended = [];
  let settle;
  const outcome = new Promise((resolve) => (settle = resolve));
  const seen = [];
  const server = createServer(async (incoming, outgoing) => {
    const { pathname } = new URL(incoming.url, 'http://localhost');
    seen.push(`${incoming.method} ${pathname}`);
    // Test runners serve their pages themselves.
    outgoing.setHeader('access-control-allow-origin', '*');
    if (pathname === '/token') {
      incoming.resume();
      const id = `token-${vended.length + 1}`;
      const { authToken, expiresAt } = await mint(id);
      vended.push({ id, expiresAt: expiresAt * 1000 });
      outgoing.setHeader('content-type', 'application/json').end(JSON.stringify({ authToken }));
    } else if (pathname === '/vended') {
      outgoing.setHeader('content-type', 'application/json').end(JSON.stringify(vended));
    } else if (behindTopics && pathname.startsWith('/cache_client.')) {
      pass(new URL(behindTopics.url).port, csp, incoming, outgoing);
    } else if (pathname === '/report') {
      let text = '';
      for await (const chunk of incoming) text += chunk;
      outgoing.writeHead(204).end();
      settle(JSON.parse(text));
    } else if (proxy) pass(proxy, csp, incoming, outgoing);
    else await file(root, csp, pathname, outgoing);
  });
  server.on('upgrade', (incoming, socket, head) => {
    const behind = connect(proxy ?? 1, '127.0.0.1', () => {
      const headers = Object.entries({
        ...incoming.headers,
        host: `127.0.0.1:${proxy}`,
        origin: `http://127.0.0.1:${proxy}`,
      });
      behind.write(
        `GET ${incoming.url} HTTP/1.1\r\n${headers.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n`,
      );
      behind.write(head);
      socket.pipe(behind).pipe(socket);
    });
    for (const end of [socket, behind]) end.on('error', () => (socket.destroy(), behind.destroy()));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    origin: `http://127.0.0.1:${server.address().port}`,
    outcome,
    seen,
    close() {
      for (const end of closing) end();
      server.closeAllConnections();
      server.close();
    },
  };
}

async function file(root, csp, pathname, outgoing) {
  const path = join(root ?? '/nowhere', normalize(pathname), pathname.endsWith('/') ? 'index.html' : '');
  try {
    const body = await readFile(path);
    outgoing
      .writeHead(200, {
        'content-type': TYPES[extname(path)] ?? 'application/octet-stream',
        'content-security-policy': csp,
      })
      .end(body);
  } catch {
    outgoing.writeHead(404).end();
  }
}

function pass(port, csp, incoming, outgoing) {
  const { method, url, headers } = incoming;
  const behind = ask(
    { host: '127.0.0.1', port, method, path: url, headers: { ...headers, host: `127.0.0.1:${port}` } },
    (answer) => {
      outgoing.writeHead(answer.statusCode, { ...answer.headers, 'content-security-policy': csp });
      answer.pipe(outgoing);
    },
  );
  behind.on('error', () => outgoing.writeHead(502).end());
  incoming.pipe(behind);
}
