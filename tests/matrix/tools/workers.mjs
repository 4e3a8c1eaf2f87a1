// Workers of each kind. Their files come from esbuild, since browsers have no import maps there.
const VERSION = '0.28.2';
const boot = (code) => ({ html: '<!doctype html><script src="boot.js"></script>', code });
const KINDS = {
  dedicated: boot("new Worker('/page.js');"),
  'dedicated-module': boot("new Worker('/page.js', { type: 'module' });"),
  shared: boot("new SharedWorker('/page.js');"),
  service: boot("navigator.serviceWorker.register('/service-worker.js');"),
};

export default {
  packages: { esbuild: VERSION },
  files: Object.fromEntries(
    Object.entries(KINDS).flatMap(([kind, { html, code }]) => [
      [`out/${kind}/index.html`, html],
      [`out/${kind}/boot.js`, code],
    ]),
  ),
  async cases({ folder, build, page }) {
    await build('esbuild', ['page.mjs', 'service-worker.mjs', '--bundle', '--outdir=out']);
    for (const kind of Object.keys(KINDS))
      await page('worker', '', kind, { root: `${folder}/out` }, { path: `/${encodeURIComponent(kind)}/` });
  },
};
