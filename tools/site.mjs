// Builds the site as a user of the package would: packs pkg/, installs the tarball in www/, type-checks the site, and
// bundles it to www/dist/. Needs no network.
import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const site = join(root, 'www');
const target = join(root, 'target');

const run = (command, args, options = {}) =>
  execFileSync(command, args, { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'], ...options });
const show = { stdio: 'inherit' };
const bin = (name) => join(root, 'node_modules', '.bin', name);

mkdirSync(target, { recursive: true });
const packed = run('npm', ['pack', './pkg', '--json', '--ignore-scripts', '--pack-destination', target]);
const tarball = join(target, JSON.parse(packed)[0].filename);

// Starts from scratch, because npm does not reinstall a tarball of the same name.
rmSync(join(site, 'node_modules'), { recursive: true, force: true });
const quietly = ['--no-save', '--no-package-lock', '--ignore-scripts', '--offline', '--no-audit', '--no-fund'];
run('npm', ['install', tarball, '--prefix', site, ...quietly], { cwd: site });

// Several versions of TypeScript are installed, so this one is run by its path.
run('node', [join(root, 'node_modules/typescript/bin/tsc'), '--strict', '--noEmit', '--project', site], show);
run(bin('vite'), ['build', '--logLevel', 'warn', site], show);
