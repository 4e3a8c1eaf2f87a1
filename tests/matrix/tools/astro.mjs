// Astro: a page with a script, and the same page as it is rendered while it is built.
import { VERSION as NODE, packages } from '../support/node24.mjs';
import { answering, freePort } from '../support/process.mjs';

const VERSION = '7.3.5';

export default {
  packages: { astro: VERSION, ...packages },
  files: {
    'src/pages/index.astro': `---
import process from 'node:process';
import { report } from '../../report.mjs';
import { scenario } from '../../scenario.mjs';
const { MATRIX } = process.env;
if (MATRIX) await report(MATRIX, scenario(MATRIX + '/token'));
---
<!doctype html>
<html><head><title>app</title></head><body><p>ready</p><script>import '../../page.mjs';</script></body></html>`,
  },
  async cases({ folder, start, build, row, page, node24: node }) {
    const env = { ASTRO_TELEMETRY_DISABLED: '1' };
    await build('astro', ['build'], { node, env });
    await page('Astro', VERSION, 'build', { root: `${folder}/dist` });
    await row('Astro', VERSION, 'build, prerendered', `Node.js ${NODE}`, ({ origin }) =>
      start('astro', ['build'], { node, env: { ...env, MATRIX: origin } }),
    );
    const port = await freePort();
    const server = start('astro', ['dev', '--host', '127.0.0.1', '--port', String(port)], { node, env });
    try {
      await answering(`http://127.0.0.1:${port}/`, server);
      await page('Astro', VERSION, 'dev', { proxy: port });
    } finally {
      await server.stop();
    }
  },
};
