// The service worker of an extension for Chromium (Manifest V3). Its policy must allow WebAssembly, as a page's must.
import { writeFileSync } from 'node:fs';
import { lacking, open } from '../support/engines.mjs';
import { STRICT } from '../support/service.mjs';

const VERSION = '0.28.2';
const MANIFEST = {
  manifest_version: 3,
  name: 'app',
  version: '1',
  background: { service_worker: 'worker.js', type: 'module' },
  content_security_policy: { extension_pages: STRICT },
  host_permissions: ['http://127.0.0.1/*'],
};

export default {
  packages: { esbuild: VERSION },
  files: {
    'out/manifest.json': JSON.stringify(MANIFEST),
    'worker.mjs': `import { report } from './report.mjs';
import { scenario } from './scenario.mjs';
async function run() {
  const { service } = await (await fetch('service.json')).json();
  await report(service, scenario(service + '/token'));
}
void run();`,
  },
  async cases({ folder, build, row, notRun }) {
    const where = ['extension', '', 'Manifest V3, service worker', 'Chromium'];
    const why = lacking('Chromium');
    if (why) return notRun(...where, why);
    await build('esbuild', ['worker.mjs', '--bundle', '--format=esm', '--minify', '--outfile=out/worker.js']);
    await row(...where, ({ origin }) => {
      writeFileSync(`${folder}/out/service.json`, JSON.stringify({ service: origin }));
      return open('Chromium', 'about:blank', [
        `--load-extension=${folder}/out`,
        '--disable-features=DisableLoadExtensionCommandLineSwitch',
      ]);
    });
  },
};
