// Builds the npm package in pkg/ from the crate and pkg-template.
//
// Each entry point is one self-contained file per module format, with glue, loader and WebAssembly inside: there is
// nothing to fetch, no path to resolve, and no asset that a bundler could lose.
import { execFileSync } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { basename } from 'node:path';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { minify } from 'terser';
import { embed, fileOf, moduleOf } from './embed.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const out = `${root}pkg`;

/**
 * Builds the module with these cargo features, as `wasm-pack build` does, but only as a cdylib: otherwise Cargo would
 * not optimise across crates (LTO). Returns the folder of the glue and the module.
 */
function compile(name, ...features) {
  const run = (command, ...args) => execFileSync(command, args, { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] });
  const target = 'wasm32-unknown-unknown';
  // A separate folder for each, because the file name does not depend on the features.
  const builds = `${process.env.CARGO_TARGET_DIR ?? `${root}target`}/${name}`;
  const crate = ['--package', 'momento-token-wasm', '--lib', '--crate-type', 'cdylib', '--target-dir', builds];
  const build = ['--locked', '--profile', 'wasm', '--target', target, '--no-default-features'];
  run('cargo', 'rustc', ...crate, ...build, '--features', features.join());
  const folder = `${root}target/wasm-pack/${name}`;
  const built = `${builds}/${target}/wasm/momento_token_wasm.wasm`;
  run('wasm-bindgen', built, '--target', 'bundler', '--out-dir', folder, '--out-name', 'momento_token_wasm');
  run('wasm-opt', fileOf(folder), '-Oz', '--converge', '--strip-producers', '--output', fileOf(folder));
  return folder;
}

/**
 * Bundles an entry point. In its source map, replaces local paths by names in the package, and leaves out generated
 * sources.
 */
async function bundle(options, then = async () => {}) {
  const { outfile } = options;
  await build({ bundle: true, sourcemap: 'linked', legalComments: 'none', logLevel: 'warning', ...options });
  await then(outfile, options.format === 'esm');
  const map = JSON.parse(readFileSync(`${outfile}.map`, 'utf8'));
  const isText = map.sources.map((source) => /^made:/.test(source));
  map.sourcesContent = map.sourcesContent.map((content, index) => (isText[index] ? '// made by the build' : content));
  map.sources = map.sources.map(
    (source) => `momento-token-wasm/${source.replace(/^.*pkg-template\/|^.*(?=\/)\/|^\w+:/, '')}`,
  );
  writeFileSync(`${outfile}.map`, JSON.stringify(map));
}

/** Minifies esbuild's output again, which saves 3 % of the JavaScript in gzip. */
async function shrink(file, module) {
  const { code, map } = await minify(readFileSync(file, 'utf8'), {
    ecma: 2022,
    module,
    toplevel: true,
    // Inlining would move the glue behind the module's text, where it compresses worse.
    compress: { passes: 3, reduce_funcs: false },
    format: { ascii_only: true },
    sourceMap: { content: readFileSync(`${file}.map`, 'utf8'), url: `${basename(file)}.map` },
  });
  writeFileSync(file, `${code}\n`);
  writeFileSync(`${file}.map`, map);
}

/** Bundles for browsers and other web-compatible runtimes. */
const browser = (entry, folder, format, outfile, given, inject = []) =>
  bundle(
    {
      entryPoints: [`${root}pkg-template/src/${entry === 'momento' ? 'momento/index' : entry}.ts`],
      outfile,
      minify: true,
      format,
      target: 'es2022',
      platform: 'neutral',
      external: ['momento-token-wasm', 'react', 'vue'],
      plugins: [embed(folder, given)],
      inject: [...inject, `${root}pkg-template/src/text-codec.ts`],
    },
    shrink,
  );

/** Entry points that import the core by the package's name. */
const BINDINGS = ['react', 'vue', 'momento'];

/** Bundles for Node.js. The core is imported by the package's name. */
const node = (entry, format, outfile, banner = '') =>
  bundle({
    entryPoints: [`${root}pkg-template/src/${entry}.ts`],
    outfile,
    minifySyntax: true,
    minifyWhitespace: true,
    format,
    target: 'node20',
    platform: 'node',
    external: ['momento-token-wasm', 'momento-token-wasm/scan'],
    banner: { js: banner },
  });

const whole = compile('whole', 'js', 'source');
const decode = compile('decode', 'js');
rmSync(out, { recursive: true, force: true });
mkdirSync(out);

for (const [entry, folder] of [['index', whole], ['decode', decode], ...BINDINGS.map((binding) => [binding, whole])]) {
  await browser(entry, folder, 'esm', `${out}/${entry}.js`);
  await browser(entry, folder, 'cjs', `${out}/${entry}.cjs`);
}
// For runtimes that do not compile WebAssembly at run time. Next.js's edge runtime needs `?module` to import a `.wasm`
// file as a module.
for (const [entry, folder, wasm] of [
  ['index', whole, './token.wasm'],
  ['decode', decode, './decode.wasm'],
]) {
  await browser(entry, folder, 'esm', `${out}/${entry}.workerd.js`, wasm);
  await browser(entry, folder, 'esm', `${out}/${entry}.edge-light.js`, `${wasm}?module`, [
    `${root}pkg-template/src/edge-light.ts`,
  ]);
}
await node('scan/index', 'esm', `${out}/scan.js`);
await node('scan/index', 'cjs', `${out}/scan.cjs`);
await node('cli/main', 'esm', `${out}/cli.js`, '#!/usr/bin/env node');
chmodSync(`${out}/cli.js`, 0o755);

for (const entry of ['index', 'decode', ...BINDINGS, 'scan']) {
  const types = readFileSync(`${root}pkg-template/${entry}.d.ts`, 'utf8');
  writeFileSync(`${out}/${entry}.d.ts`, types);
  writeFileSync(`${out}/${entry}.d.cts`, types.replaceAll("'./index.js'", "'./index.cjs'"));
}

writeFileSync(`${out}/token.wasm`, moduleOf(whole));
writeFileSync(`${out}/decode.wasm`, moduleOf(decode));
for (const file of ['README.md', 'CHANGELOG.md', 'LICENSE-MIT', 'LICENSE-APACHE'])
  cpSync(`${root}${file}`, `${out}/${file}`);
// scan.js and cli.js contain picomatch, whose licence requires its notice.
cpSync(`${root}node_modules/picomatch/LICENSE`, `${out}/LICENSE-picomatch`);

// The version is defined in Cargo.toml.
const version = /^version = "(.+)"$/m.exec(readFileSync(`${root}Cargo.toml`, 'utf8'))[1];
const manifest = JSON.parse(readFileSync(`${root}pkg-template/package.json`, 'utf8'));
const { name, ...rest } = manifest;
writeFileSync(`${out}/package.json`, `${JSON.stringify({ name, version, ...rest }, null, 2)}\n`);

for (const file of readdirSync(out).filter((name) => /\.(js|wasm)$/.test(name))) {
  const bytes = readFileSync(`${out}/${file}`);
  console.log(`pkg: ${file}: ${bytes.length} bytes, ${gzipSync(bytes, { level: 9 }).length} in gzip`);
}
