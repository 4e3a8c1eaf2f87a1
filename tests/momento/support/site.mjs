// Serves that page, on another origin than the service of topics.
import { once } from 'node:events';
import { createServer } from 'node:http';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { WATCH } from '../../browsers/support/watch.mjs';

export async function serveSite() {
  const page = fileURLToPath(new URL('page.js', import.meta.url));
  const { outputFiles } = await build({
    entryPoints: [page],
    bundle: true,
    format: 'esm',
    target: 'es2022',
    write: false,
    logLevel: 'warning',
  });
  const script = outputFiles[0].text;
  const server = createServer(({ url }, response) => {
    if (url === '/page.js') return response.writeHead(200, { 'content-type': 'text/javascript' }).end(script);
    const known = url === '/page';
    return response
      .writeHead(known ? 200 : 204, { 'content-type': 'text/html' })
      .end(known ? `<!doctype html><script>${WATCH}</script><script type=module src=/page.js></script>` : undefined);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const stop = () => {
    server.closeAllConnections();
    server.close();
  };
  return { url: `http://127.0.0.1:${server.address().port}/page`, stop };
}
