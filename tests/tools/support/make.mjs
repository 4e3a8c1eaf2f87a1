import { execFileSync } from 'node:child_process';
import { root } from './root.mjs';

/** What `make` would run for a target, whatever is built already. */
export function recipe(target, ...variables) {
  return execFileSync('make', ['--dry-run', '--always-make', target, ...variables], { cwd: root, encoding: 'utf8' });
}
