// The same app with other package managers, each in a folder of its own within the tool's folder.
import { cpSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { REACT, REACT_SERVER, VUE_SERVER } from './expected.mjs';
import * as peers from './peers.mjs';

const BUNDLER = { esbuild: '0.28.2' };

/** Lays the folder out; the manager is to install it. */
export function layOut(folder, tarball, files = {}) {
  const own = join(folder, 'app');
  mkdirSync(join(own, 'out'), { recursive: true });
  const dependencies = { 'momento-token-wasm': `file:${tarball}`, ...peers.REACT, ...peers.VUE, ...BUNDLER };
  const all = {
    'package.json': JSON.stringify({ name: 'app', private: true, dependencies }),
    'out/index.html': '<!doctype html><div id="app"></div><script type="module" src="page.js"></script>',
    ...files,
  };
  for (const [path, text] of Object.entries(all)) writeFileSync(join(own, path), text);
  for (const file of readdirSync(folder).filter((name) => /^[\w-]+\.(mjs|cjs|js)$/.test(name)))
    cpSync(join(folder, file), join(own, file));
  return own;
}

/** What is run there: in Node.js, on a server, and as pages. `command` is what the manager runs a program by. */
export async function runAll(tool, version, own, { row, start, build, page }, command) {
  const node = `Node.js ${process.versions.node}`;
  const run =
    (file) =>
    ({ origin }) =>
      start(command[0], [...command.slice(1), 'node', file], { cwd: own, env: { MATRIX: origin } });
  for (const [mode, file] of Object.entries({ ESM: 'main.mjs', CommonJS: 'main.cjs' }))
    await row(tool, version, mode, node, run(file));
  for (const [file, expected] of [
    ['react', REACT_SERVER],
    ['vue', VUE_SERVER],
  ]) {
    await row(tool, version, 'server rendering', node, run(`${file}-server.mjs`), { expected });
  }
  for (const [file, options] of [
    ['page', {}],
    ['react-page', { expected: REACT }],
  ]) {
    await build(
      command[0],
      [...command.slice(1), 'esbuild', `${file}.mjs`, '--bundle', '--format=esm', '--outfile=out/page.js', '--minify'],
      { cwd: own },
    );
    await page(tool, version, 'esbuild', { root: join(own, 'out') }, options);
  }
}
