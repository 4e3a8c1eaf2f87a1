// Assembles the npm package in pkg/: wasm-pack's output and the hand-written half in pkg-template.
//
// One self-contained file for each module format, with glue, loader and WebAssembly (as base64) inside: nothing to fetch, no
// path to resolve, and nothing for a bundler to lose.
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));
const out = `${root}pkg`;
const built = `${root}target/wasm-pack`;

execFileSync(
  'wasm-pack',
  ['build', '--release', '--target', 'bundler', '--no-typescript', '--no-pack', '--mode', 'no-install', '--out-dir', built, '--out-name', 'momento_token_wasm'],
  { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] },
);
const wasm = readFileSync(`${built}/momento_token_wasm_bg.wasm`);

/** Gives `wasm-glue` and `wasm-base64` (pkg-template/src/modules.d.ts) their contents. */
const embed = {
  name: 'embed',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^wasm-glue$/ }, () => ({ path: `${built}/momento_token_wasm_bg.js`, sideEffects: false }));
    onResolve({ filter: /^wasm-base64$/ }, () => ({ path: 'token.wasm', namespace: 'base64' }));
    onLoad({ filter: /.*/, namespace: 'base64' }, () => ({ contents: `export default ${JSON.stringify(wasm.toString('base64'))}` }));
  },
};

rmSync(out, { recursive: true, force: true });
mkdirSync(out);
for (const [format, name] of [['esm', 'index.js'], ['cjs', 'index.cjs']]) {
  await build({
    entryPoints: [`${root}pkg-template/src/index.ts`],
    outfile: `${out}/${name}`,
    bundle: true,
    minify: true,
    format,
    target: 'es2022',
    platform: 'neutral',
    legalComments: 'none',
    plugins: [embed],
    logLevel: 'warning',
  });
}

const types = readFileSync(`${root}pkg-template/index.d.ts`);
writeFileSync(`${out}/index.d.ts`, types);
writeFileSync(`${out}/index.d.cts`, types);
writeFileSync(`${out}/token.wasm`, wasm);
for (const file of ['README.md', 'CHANGELOG.md', 'LICENSE-MIT', 'LICENSE-APACHE']) cpSync(`${root}${file}`, `${out}/${file}`);

// The version is Cargo.toml's alone.
const version = /^version = "(.+)"$/m.exec(readFileSync(`${root}Cargo.toml`, 'utf8'))[1];
const manifest = JSON.parse(readFileSync(`${root}pkg-template/package.json`, 'utf8'));
const { name, ...rest } = manifest;
writeFileSync(`${out}/package.json`, `${JSON.stringify({ name, version, ...rest }, null, 2)}\n`);

const size = (bytes) => `${bytes.length} bytes, ${gzipSync(bytes, { level: 9 }).length} in gzip`;
console.log(`pkg: ${name} ${version}; index.js ${size(readFileSync(`${out}/index.js`))}; token.wasm ${size(wasm)}`);
