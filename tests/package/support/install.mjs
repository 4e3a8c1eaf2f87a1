// Installs the packed tarball in an empty folder, as a user would, without a network.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../..', import.meta.url));

/** A folder with the package installed; removed when the test context ends. */
export function install(context) {
  const folder = mkdtempSync(join(tmpdir(), 'momento-token-wasm-'));
  context.after(() => rmSync(folder, { recursive: true, force: true }));
  const [{ filename }] = JSON.parse(
    execFileSync('npm', ['pack', '--json', '--pack-destination', folder, join(root, 'pkg')], {
      stdio: ['ignore', 'pipe', 'ignore'],
    }),
  );
  writeFileSync(join(folder, 'package.json'), '{"private":true,"type":"module"}');
  execFileSync('npm', ['install', '--offline', '--no-audit', '--no-fund', join(folder, filename)], {
    cwd: folder,
    stdio: 'ignore',
  });
  // Momento's SDK, for the snippet that uses it, from the workshop's own tools.
  symlinkSync(join(root, 'node_modules/@gomomento'), join(folder, 'node_modules/@gomomento'));
  return folder;
}
