const VERSION = '0.28.2';

export default {
  packages: { esbuild: VERSION },
  files: { 'out/index.html': '<!doctype html><script src="page.js"></script>' },
  async cases({ folder, build, page }) {
    for (const [mode, ...flags] of [['bundle'], ['bundle, minified', '--minify']]) {
      await build('esbuild', ['page.mjs', '--bundle', '--outfile=out/page.js', ...flags]);
      await page('esbuild', VERSION, mode, { root: `${folder}/out` });
    }
  },
};
