// `wasm-pack build --target web`, in pages that Vite builds and in one without any tool.
import { DECLARED } from '../support/declared.mjs';
import { STANDALONE } from '../support/expected.mjs';
import * as peers from '../support/peers.mjs';

const VERSION = '8.3.8';
const PAGES = ['react', 'vue'];

export default {
  wasmPack: 'web',
  packages: { vite: VERSION, ...peers.REACT, ...peers.VUE },
  files: {
    ...DECLARED,
    ...Object.fromEntries(
      PAGES.flatMap((name) => [
        [`${name}/index.html`, '<!doctype html><div id="app"></div><script type="module" src="/main.mjs"></script>'],
        [`${name}/main.mjs`, `import '../standalone-${name}-page.mjs';`],
      ]),
    ),
    'plain/index.html': '<!doctype html><script type="module" src="/plain/main.mjs"></script>',
    'plain/main.mjs': `import init, * as face from '/node_modules/momento-token-wasm/momento_token_wasm.js';
import { report } from '/report.mjs';
import { readToken } from '/standalone.mjs';
void report(location.origin, init().then(() => readToken(face)));`,
  },
  async cases({ folder, build, page }) {
    for (const name of PAGES) {
      await build('vite', ['build', name]);
      const mode = `--target web, ${name === 'react' ? 'React' : 'Vue'}`;
      await page('Vite', VERSION, mode, { root: `${folder}/${name}/dist` }, { expected: STANDALONE });
    }
    await page('page without tools', '', '--target web', { root: folder }, { path: '/plain/', expected: STANDALONE });
  },
};
