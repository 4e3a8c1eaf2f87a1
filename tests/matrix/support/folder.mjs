// A tool's folder: the package from its tarball and the tool itself, installed as a user would, and the app.
import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { transformSync } from 'esbuild';
import { run } from './process.mjs';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const app = fileURLToPath(new URL('../app/', import.meta.url));
const cache = join(root, 'target/matrix');

/** Removes the tarballs of earlier runs. */
export function clear() {
  mkdirSync(cache, { recursive: true });
  for (const old of readdirSync(cache).filter((name) => name.endsWith('.tgz'))) rmSync(join(cache, old));
}

/** Packs a package; the tarball is named after what is in it, since npm knows a file by its name. */
async function pack(folder) {
  const [{ filename }] = JSON.parse(
    (await run('npm', ['pack', '--json', '--loglevel=silent', '--pack-destination', cache, folder])).replace(
      /^[^[]*/,
      '',
    ),
  );
  const packed = join(cache, filename);
  const tarball = join(
    cache,
    `momento-token-wasm-${createHash('sha256').update(readFileSync(packed)).digest('hex').slice(0, 16)}.tgz`,
  );
  renameSync(packed, tarball);
  return tarball;
}

/** Packs pkg/. */
export const packOurs = () => pack(join(root, 'pkg'));

/** Packs what `wasm-pack build` makes of the crate for this target; pkg/ stays as it is. */
export async function packOfWasmPack(target) {
  const folder = join(cache, `wasm-pack-${target}-package`);
  const flags = ['--mode', 'no-install', '--target', target, '--out-dir', folder];
  await run('wasm-pack', ['build', root, ...flags], { seconds: 900 });
  return pack(folder);
}

/** The folder, with these packages, the app, and these files (by name). What an earlier run has built is gone. */
export async function prepare(name, tarball, packages, files = {}) {
  const folder = join(cache, name);
  const dependencies = { 'momento-token-wasm': `file:${tarball}`, ...packages };
  const manifest = JSON.stringify({ name: 'app', private: true, dependencies }, null, 2);
  mkdirSync(folder, { recursive: true });
  const stamp = join(folder, 'node_modules/.stamp');
  for (const entry of readdirSync(folder)) {
    if (!['node_modules', 'package-lock.json'].includes(entry))
      rmSync(join(folder, entry), { recursive: true, force: true });
  }
  writeFileSync(join(folder, 'package.json'), manifest);
  if (!existsSync(stamp) || readFileSync(stamp, 'utf8') !== manifest) {
    await run('npm', ['install', '--no-audit', '--no-fund', '--prefer-offline', '--loglevel=error'], {
      cwd: folder,
      seconds: 600,
    });
    writeFileSync(stamp, manifest);
  }
  cpSync(app, folder, { recursive: true });
  // The same for `require`.
  for (const file of ['scenario', 'report'])
    writeFileSync(
      join(folder, `${file}.cjs`),
      transformSync(readFileSync(join(app, `${file}.mjs`), 'utf8'), { format: 'cjs' }).code,
    );
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  return folder;
}
