import { MOMENTO, REACT, VUE } from '../support/expected.mjs';
import * as peers from '../support/peers.mjs';
import { answering, freePort } from '../support/process.mjs';

const ENTRIES = { react: REACT, vue: VUE, momento: MOMENTO };
const VERSION = '8.3.8';

export default {
  packages: { vite: VERSION, ...peers.REACT, ...peers.VUE, ...peers.SDK },
  files: {
    'index.html': '<!doctype html><script type="module" src="/page.mjs"></script>',
    'ssr.mjs': `import { createServer } from 'vite';
const server = await createServer({ server: { middlewareMode: true }, appType: 'custom' });
await server.ssrLoadModule('/main.mjs');
await server.close();`,
    ...Object.fromEntries(
      Object.keys(ENTRIES).flatMap((name) => [
        [`${name}/index.html`, '<!doctype html><div id="app"></div><script type="module" src="/main.mjs"></script>'],
        [`${name}/main.mjs`, `import '../${name}-page.mjs';`],
      ]),
    ),
  },
  async cases({ folder, build, start, page, row, isPart }) {
    await build('vite', ['build']);
    await page('Vite', VERSION, 'build', { root: `${folder}/dist` });
    for (const [name, expected] of Object.entries(ENTRIES)) {
      await build('vite', ['build', name]);
      await page(
        'Vite',
        VERSION,
        'build',
        { root: `${folder}/${name}/dist`, topics: expected === MOMENTO },
        { expected },
      );
    }
    if (isPart) return;

    await build('vite', ['build', '--ssr', 'main.mjs', '--outDir', 'dist-ssr']);
    const node = `Node.js ${process.versions.node}`;
    await row('Vite', VERSION, 'SSR, built', node, ({ origin }) =>
      start('node', ['dist-ssr/main.mjs'], { env: { MATRIX: origin } }),
    );
    await row('Vite', VERSION, 'SSR, dev', node, ({ origin }) =>
      start('node', ['ssr.mjs'], { env: { MATRIX: origin } }),
    );

    const port = await freePort();
    const server = start('vite', ['--host', '127.0.0.1', '--port', String(port), '--strictPort']);
    try {
      await answering(`http://127.0.0.1:${port}/`, server);
      await page('Vite', VERSION, 'dev', { proxy: port });
    } finally {
      await server.stop();
    }
  },
};
