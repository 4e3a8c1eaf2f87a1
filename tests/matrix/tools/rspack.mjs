import { REACT } from '../support/expected.mjs';
import { packages } from '../support/node24.mjs';
import * as peers from '../support/peers.mjs';

const VERSION = '2.3.2';

export default {
  packages: { '@rspack/core': VERSION, '@rspack/cli': '2.2.8', ...peers.REACT, ...packages },
  files: {
    'src/index.js': "import '../page.mjs';",
    'dist/index.html': '<!doctype html><div id="app"></div><script src="main.js"></script>',
  },
  async cases({ folder, build, page, node24 }) {
    for (const [entry, expected] of [['./src/index.js'], ['./react-page.mjs', REACT]]) {
      await build('rspack', ['build', '--mode', 'production', '--entry', entry], { node: node24 });
      await page('Rspack', VERSION, 'production', { root: `${folder}/dist` }, { expected });
    }
  },
};
