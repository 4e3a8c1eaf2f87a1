import { MOMENTO, REACT, VUE } from '../support/expected.mjs';
import * as peers from '../support/peers.mjs';

const VERSION = '0.28.2';

export default {
  packages: { esbuild: VERSION, ...peers.REACT, ...peers.VUE, ...peers.SDK },
  files: { 'out/index.html': '<!doctype html><div id="app"></div><script type="module" src="page.js"></script>' },
  async cases({ folder, build, page }) {
    const served = { root: `${folder}/out` };
    for (const [mode, ...flags] of [['bundle'], ['bundle, minified', '--minify']]) {
      await build('esbuild', ['page.mjs', '--bundle', '--outfile=out/page.js', ...flags]);
      await page('esbuild', VERSION, mode, served);
    }
    for (const [file, expected] of [
      ['react', REACT],
      ['vue', VUE],
      ['momento', MOMENTO],
    ]) {
      await build('esbuild', [`${file}-page.mjs`, '--bundle', '--format=esm', '--outfile=out/page.js', '--minify']);
      await page('esbuild', VERSION, 'bundle, minified', { ...served, topics: expected === MOMENTO }, { expected });
    }
  },
};
