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
  const text = `# Where it runs without any set-up

Written by \`make matrix\`, version ${version}: the package was packed, installed from its tarball, built by each tool with its default configuration, and run.
Nothing but the exact outcome is a pass; a number is how many milliseconds a pass took, opening the browser included. Browsers: ${engines.join(', ')};
Chromium and Firefox headless, WebKit on a virtual display.

What ran, by the entry of the package:

- core: a token is read (by \`momento-token-wasm\` and by \`momento-token-wasm/decode\`), a scope is built, encoded and described, and a token source vends, and vends
  again as the token ages.
- /react, /vue: a component of React 19 or Vue 3 shows a token, and the next; on a server it is rendered, and nothing is vended.
- /momento: Momento's own Web SDK says each token's name on a topic, and the page hears it there by a \`RotatingTopicClient\`.
- core, import(): the package is imported when the page needs it, is no part of the first bundle (which is checked), and vends a token.
- wasm-pack build: not the npm package, but what \`wasm-pack build\` makes of the crate, without flags (for webpack) or with \`--target web\`; a token is decoded.
- pnpm, Yarn Plug'n'Play: the package is installed by them, with React, Vue and esbuild beside it, and run where they resolve it.
- \`npm create vite\`: the template in TypeScript with the component of the [README](../README.md) in it, whose types are checked by the build. It shows three tokens,
  each while it is good, without an error or a warning in the console.

Pages are served under \`Content-Security-Policy: script-src 'self' 'wasm-unsafe-eval'\`; what it refuses fails the row. Three need more for what is not ours: a page with an inline
import map (its hash), SvelteKit (\`'unsafe-inline'\` for the script that starts a page), and Next.js (the same for its own scripts, in development \`'unsafe-eval'\` as well). An
extension names the same policy in its manifest. The apps of \`npm create vite\` come from Vite's own servers, without a policy.
Three are told more than their defaults: webpack's development build \`--devtool source-map\` (its own is \`eval\`), Vitest which browser to start, and Rollup the two plugins that
React and Vue need there.

| ${HEAD.join(' | ')} |
| ${HEAD.map(() => '---').join(' | ')} |
${sorted.map((line) => `| ${line.join(' | ')} |`).join('\n')}
${reasons.map((reason) => `\nNot run: ${reason}.\n`).join('')}`;
  writeFileSync(new URL('../../../docs/matrix.md', import.meta.url), text);
}
