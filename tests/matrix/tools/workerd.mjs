// Cloudflare Workers: built by wrangler, run by workerd, once as wrangler starts it and once by miniflare from what wrangler built.
import { packages } from '../support/node24.mjs';
import { answering, freePort } from '../support/process.mjs';

const WRANGLER = '4.164.0';
const MINIFLARE = '4.20260730.0';

export default {
  packages: { wrangler: WRANGLER, miniflare: MINIFLARE, ...packages },
  files: {
    'worker.mjs': "import { handle } from './handler.mjs';\nexport default { fetch: (request) => (new URL(request.url).search ? handle(request) : new Response('ready')) };",
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
      } finally {
        await server.stop();
      }
    };
    await serve('wrangler dev', WRANGLER, 'wrangler', 'dev', '--ip', '127.0.0.1', '--inspector-port', '0', '--port');
    await serve('miniflare', MINIFLARE, 'node', 'serve.mjs');
  },
};
