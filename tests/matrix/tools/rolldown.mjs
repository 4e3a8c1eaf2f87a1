const VERSION = '1.3.2';

export default {
  packages: { rolldown: VERSION },
  files: { 'out/index.html': '<!doctype html><script type="module" src="page.js"></script>' },
  async cases({ folder, build, page }) {
    await build('rolldown', ['page.mjs', '--file', 'out/page.js']);
    await page('Rolldown', VERSION, 'build', { root: `${folder}/out` });
  },
};
