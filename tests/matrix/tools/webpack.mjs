const VERSION = '5.112.2';

export default {
  packages: { webpack: VERSION, 'webpack-cli': '7.3.1' },
  files: { 'src/index.js': "import '../page.mjs';", 'dist/index.html': '<!doctype html><script src="main.js"></script>' },
  async cases({ folder, build, page }) {
    await build('webpack', ['--mode', 'production']);
    await page('webpack', VERSION, 'production', { root: `${folder}/dist` });
    await build('webpack', ['--mode', 'development', '--devtool', 'source-map']);
    await page('webpack', VERSION, 'development', { root: `${folder}/dist` });
  },
};
