// The table, on the terminal and in docs/matrix.md: a row for what was built, a column for each browser and one for all
// else that ran it.
import { writeFileSync } from 'node:fs';
import { ENGINES, versions } from './engines.mjs';

const ELSEWHERE = 'elsewhere';
const HEAD = ['tool', 'version', 'mode', 'entry', ...ENGINES, ELSEWHERE];
const FIXED = 4;
const said = ({ result, ms }) => (result === 'pass' ? `${ms}` : result);

/** What ran in several engines, in one row. */
function pivot(rows) {
  const lines = new Map();
  for (const row of rows) {
    const { tool, version, mode, entry, engine } = row;
    const what = [tool, version, mode, entry];
    const key = what.join('\t');
    const cells = lines.get(key) ?? { what, ran: {} };
    lines.set(key, cells);
    if (ENGINES.includes(engine)) cells.ran[engine] = said(row);
    else
      cells.ran[ELSEWHERE] = [cells.ran[ELSEWHERE], engine ? `${said(row)} (${engine})` : said(row)]
        .filter(Boolean)
        .join(', ');
  }
  return [...lines.values()].map(({ what, ran }) => [...what, ...HEAD.slice(FIXED).map((column) => ran[column] ?? '')]);
}

export function print(rows) {
  const all = [HEAD, ...pivot(rows)];
  const widths = HEAD.map((_, column) => Math.max(...all.map((row) => row[column].length)));
  for (const row of all)
    console.log(
      row
        .map((cell, column) => cell.padEnd(widths[column]))
        .join('  ')
        .trimEnd(),
    );
}

export function write(rows, cargo) {
  const version = /^version = "(.+)"$/m.exec(cargo)[1];
  const engines = Object.entries(versions()).map(([name, found]) => (found ? `${name} ${found}` : `no ${name}`));
  const key = (line) => line.slice(0, FIXED).join('\t').toLowerCase();
  const sorted = pivot(rows).toSorted((a, b) => (key(a) < key(b) ? -1 : 1));
  const reasons = [...new Set(rows.map(({ why }) => why).filter(Boolean))];
  const text = `# Where the package runs without configuration

Written by \`make matrix\`, version ${version}. The package was packed, installed from its tarball, built
by each tool with its default configuration, and run. A number is the time in milliseconds of a run
whose result was exactly as expected, including the start of the browser.

Browsers: ${engines.join(', ')}.
Chromium and Firefox ran headless, WebKit on a virtual display.

What ran, by entry point of the package:

- core: a token is decoded (by \`momento-token-wasm\` and by \`momento-token-wasm/decode\`), a scope is
  built, encoded and described, and a token source fetches a token, and another one when that is
  due.
- /react, /vue: a component of React 19 or Vue 3 shows a token, and then the next. On a server it is
  rendered, and no token is fetched.
- /momento: with Momento's own Web SDK, the page publishes the ID of each token to a topic and
  receives it by a \`RotatingTopicClient\`.
- core, import(): the package is imported when the page needs it, and fetches a token. It is not
  part of the first bundle, which is checked.
- wasm-pack build: not the npm package, but what \`wasm-pack build\` makes of the crate, without flags
  (for webpack) or with \`--target web\`. A token is decoded.
- pnpm, Yarn Plug'n'Play: the package is installed by them, with React, Vue and esbuild, and run
  where they resolve it.
- \`npm create vite\`: the TypeScript template with the component of the [README](../README.md). The
  build checks its types. It shows three tokens, each while it is valid, without an error or a
  warning in the console.

Pages are served under \`Content-Security-Policy: script-src 'self' 'wasm-unsafe-eval'\`; a violation
fails the row. Three need more, for code that is not the package's: a page with an inline import map
(its hash), SvelteKit (\`'unsafe-inline'\` for the script that starts a page), and Next.js (the same
for its own scripts, and \`'unsafe-eval'\` in development). An extension has the policy in its
manifest. The apps of \`npm create vite\` come from Vite's own servers, without a policy.

Three tools have settings beyond their defaults: webpack's development build \`--devtool source-map\`
(its default is \`eval\`), Vitest the browser to start, and Rollup the two plugins that React and Vue
need.

| ${HEAD.join(' | ')} |
| ${HEAD.map(() => '---').join(' | ')} |
${sorted.map((line) => `| ${line.join(' | ')} |`).join('\n')}
${reasons.map((reason) => `\nNot run: ${reason}.\n`).join('')}`;
  writeFileSync(new URL('../../../docs/matrix.md', import.meta.url), text);
}
