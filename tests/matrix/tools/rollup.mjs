const VERSION = '4.68.7';

export default {
  packages: { rollup: VERSION, '@rollup/plugin-node-resolve': '16.0.3' },
  files: { 'out/index.html': '<!doctype html><script type="module" src="page.js"></script>' },
  async cases({ folder, build, page }) {
    await build('rollup', ['page.mjs', '--plugin', 'node-resolve', '--file', 'out/page.js']);
    await page('Rollup', VERSION, 'node-resolve', { root: `${folder}/out` });
  },
};
