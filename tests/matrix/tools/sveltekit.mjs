// SvelteKit with its Node.js adapter: a page, and an endpoint on the server.
import { cpSync } from 'node:fs';
import { VERSION as NODE, packages } from '../support/node24.mjs';
import { answering, freePort } from '../support/process.mjs';

const VERSION = '3.2.0';

export default {
  packages: {
    '@sveltejs/kit': VERSION,
    '@sveltejs/adapter-node': '6.0.1',
    '@sveltejs/vite-plugin-svelte': '7.3.1',
    svelte: '5.57.3',
    vite: '8.3.8',
    ...packages,
  },
  files: {
    'vite.config.mjs': `import adapter from '@sveltejs/adapter-node';
import { sveltekit } from '@sveltejs/kit/vite';
import { defineConfig } from 'vite';
export default defineConfig({ plugins: [sveltekit({ adapter: adapter() })] });`,
    'src/app.html': '<!doctype html><html><head>%sveltekit.head%</head><body><div>%sveltekit.body%</div></body></html>',
    'src/routes/+page.svelte': `<script>
  import { onMount } from 'svelte';
  import { report } from '../lib/report.mjs';
  import { scenario } from '../lib/scenario.mjs';
  onMount(() => void report(location.origin, scenario('/token')));
</script>
<p>ready</p>`,
    'src/routes/server/+server.js': `import { handle } from '../../lib/handler.mjs';
export const GET = ({ request }) => handle(request);`,
  },
  async cases({ folder, start, build, row, page, node24: node }) {
    for (const file of ['report', 'scenario', 'handler'])
      cpSync(`${folder}/${file}.mjs`, `${folder}/src/lib/${file}.mjs`);
    // The script that starts the page is inline.
    const csp = "script-src 'self' 'unsafe-inline' 'wasm-unsafe-eval'";
    const serve = async (mode, port, server) => {
      try {
        await answering(`http://127.0.0.1:${port}/`, server);
        await page('SvelteKit', VERSION, mode, { proxy: port, csp });
        await row('SvelteKit', VERSION, `${mode}, endpoint`, `Node.js ${NODE}`, async ({ origin }) => {
          const answer = await fetch(`http://127.0.0.1:${port}/server?service=${origin}`);
          const text = await answer.text();
          return { output: () => `${answer.status} ${text.slice(0, 2_000)}\n${server.output()}` };
        });
      } finally {
        await server.stop();
      }
    };
    await build('vite', ['build'], { node });
    const built = await freePort();
    await serve('build', built, start('node', ['build'], { node, env: { HOST: '127.0.0.1', PORT: String(built) } }));
    const port = await freePort();
    await serve(
      'dev',
      port,
      start('vite', ['dev', '--host', '127.0.0.1', '--port', String(port), '--strictPort'], { node }),
    );
  },
};
