// Assembles the npm package in pkg/: wasm-pack's output and the hand-written half in pkg-template.
//
// One self-contained file for each module format, with glue, loader and WebAssembly inside: nothing to fetch, no path to resolve,
// and nothing for a bundler to lose.
import { execFileSync } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
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

/** Gives `wasm-glue`, `wasm-imports`, `wasm-given` and `wasm-text` (pkg-template/src/modules.d.ts) their contents. With `given`, the module
 *  is not carried as text: it is what the host makes of importing that file. */
const embed = (folder, given) => ({
  name: 'embed',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^wasm-glue$/ }, () => ({ path: `${folder}/momento_token_wasm_bg.js`, sideEffects: false }));
    // Of the glue, only what the module imports: most of what is called is called without it. What it throws is for misuse of the glue's
    // classes, which nobody sees but the package.
    const imports = WebAssembly.Module.imports(new WebAssembly.Module(readWasm(folder))).map(({ name }) => name);
    const glue = imports.filter((name) => !name.includes('__wbindgen_throw'));
    const functions = imports.map((name) => (glue.includes(name) ? name : `${name}() { throw new Error('misused') }`));
    onResolve({ filter: /^wasm-imports$/ }, () => ({ path: 'imports', namespace: 'imports', sideEffects: false }));
    onLoad({ filter: /.*/, namespace: 'imports' }, () => ({ contents: `import { ${glue} } from 'wasm-glue'; export default { ${functions} };` }));
    // Jest's jsdom has no TextDecoder: what needs one is to fail when it is called, not at import.
    onLoad({ filter: /_bg\.js$/ }, ({ path }) => ({
      contents: readFileSync(path, 'utf8')
        .replace(/^let cachedTextDecoder = (new TextDecoder\(.*\));\n.*$/m, 'let cachedTextDecoder = globalThis.TextDecoder && /* @__PURE__ */ $1;')
        .replace(/^const cachedTextEncoder = (.*);$/m, 'const cachedTextEncoder = globalThis.TextEncoder ? $1 : {};'),
    }));
    onResolve({ filter: /^wasm-given$/ }, () => ({ path: 'given', namespace: 'given' }));
    onLoad({ filter: /.*/, namespace: 'given' }, () => ({ contents: given ? `export { default as given } from '${given}'` : 'export const given = undefined' }));
    onResolve({ filter: /\.wasm(\?module)?$/ }, ({ path }) => ({ path, external: true }));
    onResolve({ filter: /^wasm-text$/ }, () => ({ path: 'token.wasm', namespace: 'text' }));
    onLoad({ filter: /.*/, namespace: 'text' }, () => ({ contents: `export default ${JSON.stringify(given ? '' : toText(readWasm(folder)))}` }));
  },
});

const readWasm = (folder) => readFileSync(`${folder}/momento_token_wasm_bg.wasm`);

/** Bytes as ASCII without quotes and backslashes: one character each for those that are most frequent, two for the others. In gzip that is
 *  what the bytes are (hexadecimal is a tenth more). In front stands which are which: 64 digits of four bits. `bytes` in wasm.ts reads it. */
function toText(bytes) {
  const all = Array.from({ length: 256 }, (_, byte) => byte);
  const counts = all.map(() => 0);
  for (const byte of bytes) counts[byte]++;
  const frequent = new Set(all.toSorted((a, b) => counts[b] - counts[a]).slice(0, 89));
  const order = [...all.filter((byte) => frequent.has(byte)), ...all.filter((byte) => !frequent.has(byte))];
  const letter = (index) => String.fromCharCode(index + 35 + (index > 56));
  const letters = all.map((byte) => {
    const place = order.indexOf(byte);
    return place < 89 ? letter(place) : letter(89 + Math.floor((place - 89) / 91)) + letter((place - 89) % 91);
  });
  const digit = (from) => [0, 1, 2, 3].reduce((bits, bit) => bits | (frequent.has(from + bit) << bit), 0).toString(16);
  return all.filter((byte) => byte % 4 === 0).map(digit).join('') + Array.from(bytes, (byte) => letters[byte]).join('');
}

/** A bundle and its map, which carries the sources under names of their own: not under where they lay, nor with what is no source. */
async function bundle(options) {
  const { outfile } = options;
  await build({ bundle: true, sourcemap: 'linked', legalComments: 'none', logLevel: 'warning', ...options });
  const map = JSON.parse(readFileSync(`${outfile}.map`, 'utf8'));
  const isText = map.sources.map((source) => /^(text|imports|given):/.test(source));
  map.sourcesContent = map.sourcesContent.map((content, index) => (isText[index] ? '// made by the build' : content));
  map.sources = map.sources.map((source) => `momento-token-wasm/${source.replace(/^.*pkg-template\/|^.*(?=\/)\/|^\w+:/, '')}`);
  writeFileSync(`${outfile}.map`, JSON.stringify(map));
}

/** For browsers, and whatever else has their interfaces. */
const browser = (entry, folder, format, outfile, given, inject = []) =>
  bundle({
    entryPoints: [`${root}pkg-template/src/${entry === 'momento' ? 'momento/index' : entry}.ts`],
    outfile,
    minify: true,
    format,
    target: 'es2022',
    platform: 'neutral',
    mangleProps: /^__(wbg_ptr|destroy_into_raw)$/, // the glue's own
    external: ['momento-token-wasm', 'react', 'vue'],
    plugins: [embed(folder, given)],
    inject,
  });

/** Bindings, which import the package by its own name. */
const BINDINGS = ['react', 'vue', 'momento'];

/** What runs in Node.js beside the core, which it imports by the package's name. */
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

const whole = compile('whole', 'refresh');
const decode = compile('decode');
rmSync(out, { recursive: true, force: true });
mkdirSync(out);

for (const [entry, folder] of [['index', whole], ['decode', decode], ...BINDINGS.map((binding) => [binding, whole])]) {
  await browser(entry, folder, 'esm', `${out}/${entry}.js`);
  await browser(entry, folder, 'cjs', `${out}/${entry}.cjs`);
}
// For hosts that compile no bytes at run time; in Next.js's edge runtime `?module` says that a `.wasm` file is meant as a module.
for (const [entry, folder, wasm] of [['index', whole, './token.wasm'], ['decode', decode, './decode.wasm']]) {
  await browser(entry, folder, 'esm', `${out}/${entry}.workerd.js`, wasm);
  await browser(entry, folder, 'esm', `${out}/${entry}.edge-light.js`, `${wasm}?module`, [`${root}pkg-template/src/edge-light.ts`]);
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

writeFileSync(`${out}/token.wasm`, readWasm(whole));
writeFileSync(`${out}/decode.wasm`, readWasm(decode));
for (const file of ['README.md', 'CHANGELOG.md', 'LICENSE-MIT', 'LICENSE-APACHE']) cpSync(`${root}${file}`, `${out}/${file}`);

// The version is Cargo.toml's alone.
const version = /^version = "(.+)"$/m.exec(readFileSync(`${root}Cargo.toml`, 'utf8'))[1];
const manifest = JSON.parse(readFileSync(`${root}pkg-template/package.json`, 'utf8'));
const { name, ...rest } = manifest;
writeFileSync(`${out}/package.json`, `${JSON.stringify({ name, version, ...rest }, null, 2)}\n`);

for (const file of readdirSync(out).filter((name) => /\.(js|wasm)$/.test(name))) {
  const bytes = readFileSync(`${out}/${file}`);
  console.log(`pkg: ${file}: ${bytes.length} bytes, ${gzipSync(bytes, { level: 9 }).length} in gzip`);
}
