const VERSION = '2.16.4';

export default {
  packages: { parcel: VERSION },
  files: { 'index.html': '<!doctype html><script type="module" src="page.mjs"></script>' },
  async cases({ folder, build, page }) {
    await build('parcel', ['build', 'index.html']);
    await page('Parcel', VERSION, 'build', { root: `${folder}/dist` });
  },
};
