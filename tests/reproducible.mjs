// Builds the package in a copy of the project, under another path, and compares the tarball with that of pkg/ byte for
// byte.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, mkdtempSync, mkdirSync, readFileSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'another-place-with-a-longer-name-'));
const copy = join(folder, 'project');
const BUILT = ['.git', '.toolchain', 'node_modules', 'target', 'pkg', 'test-results'];

const sha256 = (path) => createHash('sha256').update(readFileSync(path)).digest('hex');

function pack(name, from) {
  const to = join(folder, name);
  mkdirSync(to);
  execFileSync('npm', ['pack', '--loglevel=silent', '--pack-destination', to, from], { stdio: 'ignore' });
  return sha256(join(to, readdirSync(to)[0]));
}

try {
  cpSync(root, copy, { recursive: true, filter: (path) => !BUILT.includes(relative(root, path)) });
  symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'));
  execFileSync('node', ['tools/pkg.mjs'], {
    cwd: copy,
    env: { ...process.env, CARGO_TARGET_DIR: join(folder, 'target') },
    stdio: 'inherit',
  });
  // Which file differs, if one does.
  for (const name of readdirSync(join(root, 'pkg')))
    assert.equal(sha256(join(copy, 'pkg', name)), sha256(join(root, 'pkg', name)), name);
  const [here, there] = [pack('here', join(root, 'pkg')), pack('there', join(copy, 'pkg'))];
  assert.equal(there, here);
  console.log(`reproducible: two builds, one tarball: sha256 ${here}`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
