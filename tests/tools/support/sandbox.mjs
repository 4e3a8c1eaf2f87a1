// A copy of the project's tools on a machine that seems to have no browser: PATH holds what builds and nothing else.
// The package manager and pip are stand-ins that note how they are called, and fail.
import { spawnSync } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { root } from './root.mjs';

/** What the script and the compilers call. */
const TOOLS = (
  'bash sh env node npm cargo rustc rustup cc awk sed grep head tail cat cut cmp cksum ls ln cp mv rm mkdir rmdir ' +
  'dirname id uname sleep find chmod timeout printf true kill tr'
).split(' ');
const STAND_INS = ['apt-get', 'sudo', 'python3', 'pip', 'brew', 'curl', 'wget'];

const onPath = (name) =>
  process.env.PATH.split(delimiter)
    .map((folder) => join(folder, name))
    .find(existsSync);

/** Gives its folder, a way to run its `tools/toolchain`, and the calls that the stand-ins noted. Ends with the test. */
export function sandbox(t) {
  const folder = mkdtempSync(join(tmpdir(), 'momento-tools-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const noted = join(folder, 'calls');
  for (const name of ['tools', 'bin', '.toolchain', 'node_modules']) mkdirSync(join(folder, name));
  for (const name of ['tools/toolchain', 'Cargo.toml', 'Cargo.lock', 'package-lock.json']) {
    copyFileSync(join(root, name), join(folder, name));
  }
  // What takes minutes to install is there already: cargo's tools, npm's packages, the library for WebAssembly.
  for (const name of ['bin', 'rust']) {
    const installed = join(root, '.toolchain', name);
    if (existsSync(installed)) symlinkSync(installed, join(folder, '.toolchain', name));
  }
  symlinkSync(join(root, 'node_modules/.bin'), join(folder, 'node_modules/.bin'));
  copyFileSync(join(root, 'node_modules/.installed-from'), join(folder, 'node_modules/.installed-from'));
  for (const name of TOOLS) {
    const found = onPath(name);
    if (found) writeTool(join(folder, 'bin', name), `exec '${found}' "$@"`);
  }
  for (const name of STAND_INS) writeTool(join(folder, 'bin', name), `echo "${name} $*" >>'${noted}'\nexit 1`);
  const env = { PATH: join(folder, 'bin'), HOME: process.env.HOME ?? folder };
  for (const name of ['CARGO_HOME', 'RUSTUP_HOME', 'RUSTUP_TOOLCHAIN']) {
    if (process.env[name]) env[name] = process.env[name];
  }
  return {
    folder,
    toolchain: (...args) => spawnSync(join(folder, 'tools/toolchain'), args, { encoding: 'utf8', env }),
    calls: () => (existsSync(noted) ? readFileSync(noted, 'utf8').trim().split('\n') : []),
  };
}

function writeTool(path, body) {
  writeFileSync(path, `#!/bin/sh\n${body}\n`, { mode: 0o755 });
}
