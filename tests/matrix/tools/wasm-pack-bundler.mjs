// `wasm-pack build` without flags, in an app that webpack builds with its own support for `.wasm` files.
import { DECLARED } from '../support/declared.mjs';
import { STANDALONE } from '../support/expected.mjs';

const VERSION = '5.112.2';

export default {
  wasmPack: 'bundler',
  packages: { webpack: VERSION, 'webpack-cli': '7.3.1' },
  files: {
    ...DECLARED,
    'webpack.config.cjs': "module.exports = { mode: 'production', experiments: { asyncWebAssembly: true } };",
    'src/index.js': "import '../standalone-bundler-page.mjs';",
    'dist/index.html': '<!doctype html><script src="main.js"></script>',
  },
  async cases({ folder, build, page }) {
    await build('webpack', []);
    await page(
      'webpack',
      VERSION,
      'production, asyncWebAssembly',
      { root: `${folder}/dist` },
      { expected: STANDALONE },
    );
  },
};
