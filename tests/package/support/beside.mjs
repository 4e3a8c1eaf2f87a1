// Installs the packed tarball beside other packages, as a user would, with npm's own resolution of peers.
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const execute = promisify(execFile);
const root = fileURLToPath(new URL('../../..', import.meta.url));

/** A new folder, removed when the test context ends. */
export function newFolder(context) {
  const folder = mkdtempSync(join(tmpdir(), 'momento-token-wasm-'));
  context.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Packs pkg/ into the folder. */
export async function pack(folder) {
  const { stdout } = await execute('npm', [
    'pack',
    '--json',
    '--loglevel=silent',
    '--pack-destination',
    folder,
    join(root, 'pkg'),
  ]);
  return join(folder, JSON.parse(stdout.replace(/^[^[]*/, ''))[0].filename);
}

/** Runs `npm install` of the package beside these exact versions in a new folder. Any conflict of peers is an error. */
export async function installBeside(context, tarball, packages) {
  const folder = newFolder(context);
  writeFileSync(
    join(folder, 'package.json'),
    JSON.stringify({ private: true, type: 'module', dependencies: packages }),
  );
  const options = [
    '--no-legacy-peer-deps',
    '--strict-peer-deps',
    '--no-audit',
    '--no-fund',
    '--prefer-offline',
    '--loglevel=error',
  ];
  await execute('npm', ['install', ...options, tarball], { cwd: folder });
  return folder;
}

/** What a program prints as JSON, run in the folder; it must end by itself. */
export async function runIn(folder, code, type = 'module') {
  const { stdout } = await execute('node', [`--input-type=${type}`, '--eval', code], { cwd: folder, timeout: 30_000 });
  return JSON.parse(stdout);
}
