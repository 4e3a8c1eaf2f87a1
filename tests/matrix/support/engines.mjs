// Browsers, each opened at one address with a fresh profile. The page tells the service how it went, so nothing drives
// them.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { FLAGS } from '../../e2e/support/flags.mjs';
import { start } from './process.mjs';

const CHROMIUM = ['--headless=new', ...FLAGS, '--enable-logging=stderr'];

function find(variable, ...names) {
  const named = process.env[variable];
  if (named) return named;
  for (const name of names) {
    if (name.includes('/')) {
      if (existsSync(name)) return name;
    } else {
      try {
        return execFileSync('which', [name], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
      } catch {
        // Try the next.
      }
    }
  }
  return undefined;
}

const PATHS = {
  Chromium: find('CHROME_PATH', 'chromium', 'google-chrome'),
  Firefox: find('FIREFOX_PATH', 'firefox-esr', 'firefox'),
  WebKit: find(
    'WEBKIT_PATH',
    `/usr/lib/${process.arch === 'arm64' ? 'aarch64' : 'x86_64'}-linux-gnu/webkit2gtk-4.1/MiniBrowser`,
  ),
};
export const pathOf = (name) => PATHS[name];
export const ENGINES = Object.keys(PATHS);

/** Why this engine cannot be run here, if it cannot. */
export const lacking = (name) => (PATHS[name] ? undefined : `${name} is not installed (tools/toolchain browsers)`);

/** Of each engine that is here, by its own word. */
export function versions() {
  const commands = { Chromium: [PATHS.Chromium], Firefox: [PATHS.Firefox], WebKit: ['xvfb-run', '-a', PATHS.WebKit] };
  const ask = ([command, ...args]) =>
    execFileSync(command, [...args, '--version'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  return Object.fromEntries(
    ENGINES.map((name) => [name, PATHS[name] && /\d+\.\d+[\d.]*/.exec(ask(commands[name]))?.[0]]),
  );
}

/** Opens it there; `end()` is to be called. `flags` are Chromium's alone. */
export function open(name, url, flags = []) {
  const profile = mkdtempSync(join(tmpdir(), 'matrix-'));
  const path = PATHS[name];
  const home = { HOME: profile, XDG_CONFIG_HOME: profile, XDG_DATA_HOME: profile, XDG_CACHE_HOME: profile };
  const browser = {
    Chromium: () => start(path, [...CHROMIUM, ...flags, `--user-data-dir=${profile}`, url]),
    Firefox: () =>
      start(path, ['--headless', '--no-remote', '--profile', profile, url], {
        env: { ...home, MOZ_CRASHREPORTER_DISABLE: '1' },
      }),
    WebKit: () => start('xvfb-run', ['-a', path, url], { env: home }),
  }[name]();
  return {
    ...browser,
    // Of what Chromium says, what the page's console shows.
    output: () =>
      name === 'Chromium'
        ? browser
            .output()
            .split('\n')
            .filter((line) => line.includes(':CONSOLE'))
            .join('\n')
        : browser.output(),
    async end() {
      await browser.stop();
      rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}
