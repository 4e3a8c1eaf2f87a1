import { MOMENTO, REACT, VUE } from '../support/expected.mjs';
import * as peers from '../support/peers.mjs';

const VERSION = '5.112.2';

export default {
  packages: { webpack: VERSION, 'webpack-cli': '7.3.1', ...peers.REACT, ...peers.VUE, ...peers.SDK },
  files: {
    'src/index.js': "import '../page.mjs';",
    'dist/index.html': '<!doctype html><div id="app"></div><script src="main.js"></script>',
  },
  async cases({ folder, build, page }) {
    const served = { root: `${folder}/dist` };
    await build('webpack', ['--mode', 'production']);
    await page('webpack', VERSION, 'production', served);
    await build('webpack', ['--mode', 'development', '--devtool', 'source-map']);
    await page('webpack', VERSION, 'development', served);
    for (const [file, expected] of [
      ['react', REACT],
      ['vue', VUE],
      ['momento', MOMENTO],
    ]) {
      await build('webpack', [`./${file}-page.mjs`, '--mode', 'production']);
      await page('webpack', VERSION, 'production', { ...served, topics: expected === MOMENTO }, { expected });
    }
  },
};
