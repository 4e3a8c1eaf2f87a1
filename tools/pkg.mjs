// Assembles the npm package in pkg/: wasm-pack's output and the hand-written half in pkg-template.
//
// One self-contained file for each module format, with glue, loader and WebAssembly inside: nothing to fetch, no path to resolve,
// and nothing for a bundler to lose.
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));
const out = `${root}pkg`;

/** Builds the module with these cargo features; wasm-pack's output is in the folder that comes back. */
function compile(name, ...features) {
  const folder = `${root}target/wasm-pack/${name}`;
  execFileSync(
    'wasm-pack',
    ['build', `${root}wasm`, '--profile', 'wasm', '--target', 'bundler', '--no-typescript', '--no-pack', '--mode', 'no-install',
      '--out-dir', folder, '--out-name', 'momento_token_wasm', '--', '--no-default-features', ...features.flatMap((feature) => ['--features', feature])],
    { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] },
  );
  return folder;
}

/** Gives `wasm-glue` and `wasm-hex` (pkg-template/src/modules.d.ts) their contents. */
const embed = (folder) => ({
  name: 'embed',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^wasm-glue$/ }, () => ({ path: `${folder}/momento_token_wasm_bg.js`, sideEffects: false }));
    onResolve({ filter: /^wasm-hex$/ }, () => ({ path: 'token.wasm', namespace: 'hex' }));
    onLoad({ filter: /.*/, namespace: 'hex' }, () => ({ contents: `export default "${readWasm(folder).toString('hex')}"` }));
  },
});

const readWasm = (folder) => readFileSync(`${folder}/momento_token_wasm_bg.wasm`);

const bundle = (entry, folder, format, outfile) =>
  build({
    entryPoints: [`${root}pkg-template/src/${entry}.ts`],
    outfile,
    bundle: true,
    minify: true,
    format,
    target: 'es2022',
    platform: 'neutral',
    legalComments: 'none',
    external: ['momento-token-wasm'],
    plugins: [embed(folder)],
    logLevel: 'warning',
  });

const whole = compile('whole', 'refresh');
rmSync(out, { recursive: true, force: true });
mkdirSync(out);
// The core, and what stands beside it and imports it by the package's own name.
for (const [name, entry] of Object.entries({ index: 'index', momento: 'momento/index' })) {
  await bundle(entry, whole, 'esm', `${out}/${name}.js`);
  await bundle(entry, whole, 'cjs', `${out}/${name}.cjs`);
  const types = readFileSync(`${root}pkg-template/${name}.d.ts`);
  writeFileSync(`${out}/${name}.d.ts`, types);
  writeFileSync(`${out}/${name}.d.cts`, types);
}

writeFileSync(`${out}/token.wasm`, readWasm(whole));
for (const file of ['README.md', 'CHANGELOG.md', 'LICENSE-MIT', 'LICENSE-APACHE']) cpSync(`${root}${file}`, `${out}/${file}`);

// The version is Cargo.toml's alone.
const version = /^version = "(.+)"$/m.exec(readFileSync(`${root}Cargo.toml`, 'utf8'))[1];
const manifest = JSON.parse(readFileSync(`${root}pkg-template/package.json`, 'utf8'));
const { name, ...rest } = manifest;
writeFileSync(`${out}/package.json`, `${JSON.stringify({ name, version, ...rest }, null, 2)}\n`);

// The part that decodes and understands scopes, alone: not published, but measured (benches/).
const decode = compile('decode');
await bundle('decode', decode, 'esm', `${root}target/decode/index.js`);

for (const file of ['pkg/index.js', 'pkg/momento.js', 'pkg/token.wasm', 'target/decode/index.js']) {
  const bytes = readFileSync(root + file);
  console.log(`pkg: ${file}: ${bytes.length} bytes, ${gzipSync(bytes, { level: 9 }).length} in gzip`);
}
