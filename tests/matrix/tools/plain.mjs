// No tool at all: the browser resolves the package by an import map, which is inline, so the policy names its hash.
import { createHash } from 'node:crypto';
import { STRICT } from '../support/service.mjs';

const base = '/node_modules/momento-token-wasm/';
const map = JSON.stringify({
  imports: { 'momento-token-wasm': `${base}index.js`, 'momento-token-wasm/decode': `${base}decode.js` },
});

export default {
  files: {
    'index.html': `<!doctype html><script type="importmap">${map}</script><script type="module" src="/page.mjs"></script>`,
  },
  async cases({ folder, page }) {
    const csp = `${STRICT} 'sha256-${createHash('sha256').update(map).digest('base64')}'`;
    await page('page without tools', '', 'import map', { root: folder, csp });
  },
};
