// The table, on the terminal and in docs/matrix.md.
import { writeFileSync } from 'node:fs';
import { versions } from './engines.mjs';

const HEAD = ['tool', 'version', 'mode', 'engine', 'result', 'ms'];
const cells = ({ tool, version, mode, engine, result, ms }) => [tool, version, mode, engine, result, result === 'not run' ? '' : String(ms)];

export function print(rows) {
  const all = [HEAD, ...rows.map(cells)];
  const widths = HEAD.map((_, column) => Math.max(...all.map((row) => row[column].length)));
  for (const row of all) console.log(row.map((cell, column) => cell.padEnd(widths[column])).join('  ').trimEnd());
}

export function write(rows, cargo) {
  const version = /^version = "(.+)"$/m.exec(cargo)[1];
  const engines = Object.entries(versions()).map(([name, found]) => (found ? `${name} ${found}` : `no ${name}`));
  const sorted = rows.toSorted((a, b) => (cells(a).slice(0, 4).join('\t').toLowerCase() < cells(b).slice(0, 4).join('\t').toLowerCase() ? -1 : 1));
  const reasons = [...new Set(rows.map(({ why }) => why).filter(Boolean))];
  const text = `# Where it runs without any set-up

Written by \`make matrix\`, version ${version}: the package was packed, installed from its tarball, built by each tool with its default configuration, and run. Each app
reads a token (by \`momento-token-wasm\` and by \`momento-token-wasm/decode\`), builds, encodes and describes a scope, and lets a token source vend, and vend again as the
token ages. Nothing but the exact outcome is a pass. Browsers: ${engines.join(', ')}; Chromium and Firefox
headless, WebKit on a virtual display.

Pages are served under \`Content-Security-Policy: script-src 'self' 'wasm-unsafe-eval'\`; what it refuses fails the row. Two need more for what is not ours: a page with an inline
import map (its hash), and Next.js (\`'unsafe-inline'\` for its own scripts, in development \`'unsafe-eval'\` as well).
Two are told more than their defaults: webpack's development build \`--devtool source-map\` (its own is \`eval\`), and Vitest which browser to start.

| ${HEAD.join(' | ')} |
| ${HEAD.map(() => '---').join(' | ')} |
${sorted.map((row) => `| ${cells(row).join(' | ')} |`).join('\n')}
${reasons.map((reason) => `\nNot run: ${reason}.\n`).join('')}`;
  writeFileSync(new URL('../../../docs/matrix.md', import.meta.url), text);
}
