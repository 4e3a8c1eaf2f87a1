import { REACT } from '../support/expected.mjs';
import * as peers from '../support/peers.mjs';

const VERSION = '2.16.4';

export default {
  packages: { parcel: VERSION, ...peers.REACT },
  files: {
    'index.html': '<!doctype html><script type="module" src="page.mjs"></script>',
    'react.html': '<!doctype html><div id="app"></div><script type="module" src="react-page.mjs"></script>',
  },
  async cases({ folder, build, page }) {
    await build('parcel', ['build', 'index.html', 'react.html']);
    await page('Parcel', VERSION, 'build', { root: `${folder}/dist` });
    await page('Parcel', VERSION, 'build', { root: `${folder}/dist` }, { path: '/react.html', expected: REACT });
  },
};
