// React and Vue ask which environment they are built for, and React is CommonJS: what each says that Rollup needs for
// it.
import { REACT, VUE } from '../support/expected.mjs';
import * as peers from '../support/peers.mjs';

const VERSION = '4.68.7';
const REPLACE = `replace=${JSON.stringify({ preventAssignment: true, values: { 'process.env.NODE_ENV': '"production"' } })}`;

export default {
  packages: {
    rollup: VERSION,
    '@rollup/plugin-node-resolve': '16.0.3',
    '@rollup/plugin-commonjs': '29.0.3',
    '@rollup/plugin-replace': '6.0.3',
    ...peers.REACT,
    ...peers.VUE,
  },
  files: { 'out/index.html': '<!doctype html><div id="app"></div><script type="module" src="page.js"></script>' },
  async cases({ folder, build, page }) {
    const served = { root: `${folder}/out` };
    await build('rollup', ['page.mjs', '--plugin', 'node-resolve', '--file', 'out/page.js']);
    await page('Rollup', VERSION, 'node-resolve', served);
    for (const [file, expected] of [
      ['react', REACT],
      ['vue', VUE],
    ]) {
      await build('rollup', [
        `${file}-page.mjs`,
        '--plugin',
        REPLACE,
        '--plugin',
        'node-resolve',
        '--plugin',
        'commonjs',
        '--file',
        'out/page.js',
      ]);
      await page('Rollup', VERSION, 'node-resolve, commonjs, replace', served, { expected });
    }
  },
};
