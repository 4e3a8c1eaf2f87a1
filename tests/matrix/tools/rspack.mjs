import { packages } from '../support/node24.mjs';

const VERSION = '2.3.2';

export default {
  packages: { '@rspack/core': VERSION, '@rspack/cli': '2.2.8', ...packages },
  files: { 'src/index.js': "import '../page.mjs';", 'dist/index.html': '<!doctype html><script src="main.js"></script>' },
  async cases({ folder, build, page, node24 }) {
    await build('rspack', ['build', '--mode', 'production'], { node: node24 });
    await page('Rspack', VERSION, 'production', { root: `${folder}/dist` });
  },
};
