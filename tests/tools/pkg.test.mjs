// `make pkg` in a copy of the Makefile, with stand-ins for what it runs: when it assembles pkg/, and when not.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { root } from './support/root.mjs';

/** Writes pkg/ as tools/pkg.mjs would, called as `tools/toolchain wasm node tools/pkg.mjs`. */
const TOOLCHAIN = `#!/bin/sh
case "$*" in *tools/pkg.mjs) rm -rf pkg && mkdir pkg && echo ours >pkg/package.json && echo built >>builds ;; esac
`;

function project(t) {
  const folder = mkdtempSync(join(tmpdir(), 'momento-pkg-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const write = (path, text, options) => {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text, options);
  };
  copyFileSync(join(root, 'Makefile'), join(folder, 'Makefile'));
  for (const path of ['src/lib.rs', 'pkg-template/index.d.ts', 'www/index.html']) write(path, '');
  for (const path of ['Cargo.toml', 'Cargo.lock', 'package-lock.json', 'README.md', 'CHANGELOG.md']) write(path, '');
  for (const name of ['pkg', 'embed', 'glue', 'imports', 'carry', 'site']) write(`tools/${name}.mjs`, '');
  write('tools/toolchain', TOOLCHAIN, { mode: 0o755 });
  let seconds = Date.now() / 1000;
  return {
    folder,
    /** Written later than all else, by more than a file system's clock may be coarse. */
    writeLater(path, text) {
      write(path, text);
      seconds += 10;
      utimesSync(join(folder, path), seconds, seconds);
    },
    /** Whether `make pkg` assembled it. */
    make() {
      const builds = () => (existsSync(join(folder, 'builds')) ? readFileSync(join(folder, 'builds'), 'utf8') : '');
      const before = builds();
      execFileSync('make', ['pkg'], { cwd: folder, stdio: 'pipe' });
      seconds += 10;
      if (existsSync(join(folder, 'target/pkg.stamp'))) utimesSync(join(folder, 'target/pkg.stamp'), seconds, seconds);
      assert.equal(readFileSync(join(folder, 'pkg/package.json'), 'utf8'), 'ours\n');
      return builds() !== before;
    },
  };
}

test('make pkg assembles the package once', (t) => {
  const { make } = project(t);
  assert.deepEqual([make(), make()], [true, false]);
});

test('make pkg replaces what a bare wasm-pack build has left in pkg/', (t) => {
  const { make, writeLater } = project(t);
  make();
  writeLater('pkg/package.json', 'theirs\n');
  assert.deepEqual([make(), make()], [true, false]);
});

test('make pkg assembles a package that is gone, and one that a source is newer than', (t) => {
  const { folder, make, writeLater } = project(t);
  make();
  rmSync(join(folder, 'pkg'), { recursive: true });
  assert.equal(make(), true, 'gone');
  for (const path of ['src/js/standalone/values.js', 'pkg-template/src/index.ts', 'tools/glue.mjs', 'Cargo.toml']) {
    writeLater(path, 'new');
    assert.deepEqual([make(), make()], [true, false], path);
  }
});
