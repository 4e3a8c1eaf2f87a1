// Cloudflare Workers: built by wrangler, run by workerd, once as wrangler starts it and once by miniflare from what
// wrangler built; each time with a source at module level, too, that twelve requests use at once.
import { packages } from '../support/node24.mjs';
import { answering, freePort } from '../support/process.mjs';

const WRANGLER = '4.164.0';
const MINIFLARE = '4.20260730.0';

/** One vend for all of them. */
const TWELVE = { entry: 'core', vends: 1, report: { tokens: Array(12).fill('token-1'), troubles: [] } };

export default {
  packages: { wrangler: WRANGLER, miniflare: MINIFLARE, ...packages },
  files: {
    'worker.mjs': `import { TokenSource } from 'momento-token-wasm';
import { handle } from './handler.mjs';
let service;
const source = new TokenSource({ vend: () => fetch(service + '/token') });
export default {
  async fetch(request) {
    const { pathname, search, searchParams } = new URL(request.url);
    if (!search) return new Response('ready');
    if (pathname !== '/shared') return handle(request);
    service = searchParams.get('service');
    return new Response((await source.getToken()).tokenId);
  },
};`,
    'wrangler.json': '{ "name": "app", "main": "worker.mjs", "compatibility_date": "2026-06-01" }',
    'serve.mjs': `import { readdirSync } from 'node:fs';
import { Miniflare } from 'miniflare';
const modules = readdirSync('dist').filter((name) => /\\.(js|wasm)$/.test(name)).sort((a) => (a === 'worker.js' ? -1 : 1));
const worker = new Miniflare({
  port: Number(process.argv[2]),
  compatibilityDate: '2026-06-01',
  modulesRoot: 'dist',
  modules: modules.map((name) => ({ type: name.endsWith('.wasm') ? 'CompiledWasm' : 'ESModule', path: 'dist/' + name })),
});
await worker.ready;`,
  },
  async cases({ start, build, row, node24 }) {
    await build('wrangler', ['deploy', '--dry-run', '--outdir', 'dist'], { node: node24 });
    const serve = async (mode, version, ...command) => {
      const port = await freePort();
      const server = start(command[0], [...command.slice(1), String(port)], { node: node24 });
      try {
        await answering(`http://127.0.0.1:${port}/`, server);
        await row('workerd', version, mode, 'workerd', async ({ origin }) => {
          await (await fetch(`http://127.0.0.1:${port}/?service=${origin}`)).text();
          return { output: server.output };
        });
        const shared = async ({ origin }) => {
          const ask = async () => (await fetch(`http://127.0.0.1:${port}/shared?service=${origin}`)).text();
          const tokens = await Promise.all(Array.from({ length: 12 }, ask));
          await fetch(`${origin}/report`, { method: 'POST', body: JSON.stringify({ tokens, troubles: [] }) });
          return { output: server.output };
        };
        await row('workerd', version, `${mode}, twelve requests at once`, 'workerd', shared, { expected: TWELVE });
      } finally {
        await server.stop();
      }
    };
    await serve('wrangler dev', WRANGLER, 'wrangler', 'dev', '--ip', '127.0.0.1', '--inspector-port', '0', '--port');
    await serve('miniflare', MINIFLARE, 'node', 'serve.mjs');
  },
};
