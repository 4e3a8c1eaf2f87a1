// `await import('momento-token-wasm')` keeps the package out of what a page loads first.
import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { LATER } from '../support/expected.mjs';

const VERSIONS = { vite: '8.3.8', webpack: '5.112.2', rollup: '4.68.7', esbuild: '0.28.2' };
/** In bytes: what a bundler's own loader may take, and what the package is at the least. */
const LOADER = 16_000;
const PACKAGE = 40_000;

const html = (script) => `<!doctype html><script type="module" src="${script}"></script>`;

const BUILDS = {
  Vite: { version: VERSIONS.vite, out: 'vite/dist', command: ['vite', ['build', 'vite']] },
  webpack: {
    version: VERSIONS.webpack,
    out: 'webpack',
    command: ['webpack', ['./later-page.mjs', '--mode', 'production', '--output-path', 'webpack']],
  },
  Rollup: {
    version: VERSIONS.rollup,
    out: 'rollup',
    command: [
      'rollup',
      ['later-page.mjs', '--plugin', 'node-resolve', '--dir', 'rollup', '--entryFileNames', 'main.js'],
    ],
  },
  esbuild: {
    version: VERSIONS.esbuild,
    out: 'esbuild',
    command: [
      'esbuild',
      ['main=later-page.mjs', '--bundle', '--minify', '--format=esm', '--splitting', '--outdir=esbuild'],
    ],
  },
};

/** What the page names, and what else there is. */
function assertSplit(folder) {
  const page = readFileSync(join(folder, 'index.html'), 'utf8');
  const sizes = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.js'))
    .map(({ parentPath, name }) => ({ first: page.includes(name), size: readFileSync(join(parentPath, name)).length }));
  const first = sizes.filter((file) => file.first).reduce((sum, { size }) => sum + size, 0);
  const later = sizes.filter((file) => !file.first).reduce((sum, { size }) => sum + size, 0);
  assert.ok(first > 0 && first <= LOADER, `first bundle: ${first} bytes, of ${LOADER}`);
  assert.ok(later >= PACKAGE, `what is loaded later: ${later} bytes, of at least ${PACKAGE}`);
}

export default {
  packages: { ...VERSIONS, 'webpack-cli': '7.3.1', '@rollup/plugin-node-resolve': '16.0.3' },
  files: {
    'vite/index.html': html('/main.mjs'),
    'vite/main.mjs': "import '../later-page.mjs';",
    ...Object.fromEntries(['webpack', 'rollup', 'esbuild'].map((name) => [`${name}/index.html`, html('main.js')])),
  },
  async cases({ folder, build, page }) {
    for (const [tool, { version, out, command }] of Object.entries(BUILDS)) {
      await build(...command);
      assertSplit(`${folder}/${out}`);
      await page(tool, version, 'split by import()', { root: `${folder}/${out}` }, { expected: LATER });
    }
  },
};
