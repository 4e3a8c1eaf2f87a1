// `make bench`: speed beside a hand-written floor and Momento's SDK, in Node and in headless Chromium; the scan; and
// sizes. With `--check`, a bound of bounds.mjs that is broken is a failure.
import { readFileSync } from 'node:fs';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { launchBrowser } from '../tests/e2e/support/browser.mjs';
import { checkBounds } from './bounds.mjs';
import { measureCold } from './cold.mjs';
import { measureScan } from './scan.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const bundle = `${root}target/bench/measure.mjs`;

await build({
  entryPoints: [`${root}benches/measure.mjs`],
  outfile: bundle,
  bundle: true,
  format: 'esm',
  platform: 'browser',
  define: { 'process.env.NODE_ENV': '"production"' },
  logLevel: 'warning',
});

let cold;

async function inChromium() {
  const browser = await launchBrowser();
  try {
    cold = { decode: await measureCold(browser, 'decode'), request: await measureCold(browser, 'request') };
    const page = await browser.newPage();
    await page.addScriptTag({ type: 'module', content: readFileSync(bundle, 'utf8') });
    await page.waitForFunction(() => 'measure' in globalThis);
    return [`Chromium ${browser.version()}`, await page.evaluate(() => globalThis.measure())];
  } finally {
    await browser.close();
  }
}

async function inNode() {
  const { measure } = await import(bundle);
  return [`Node ${process.versions.node}`, measure()];
}

const fixed = (number, width, digits = 2) => number.toFixed(digits).padStart(width);

let measured;
for (const run of [inNode, inChromium]) {
  const [engine, { rows }] = await run();
  measured = rows;
  console.log(`\n${engine}\n  task        permissions   ours µs  floor µs    SDK µs   ours/floor   SDK/ours`);
  for (const {
    task,
    permissions,
    microseconds: { ours, floor, sdk },
    ofFloor,
    sdkOfOurs,
  } of rows) {
    console.log(
      `  ${task.padEnd(12)}${String(permissions).padStart(11)}${fixed(ours, 10)}${fixed(floor, 10)}${fixed(sdk, 10)}${fixed(ofFloor, 12)}x${fixed(sdkOfOurs, 10, 1)}x`,
    );
  }
}

console.log(`\nCold, ${cold.decode.rounds} new contexts of Chromium, from the fetch of the script`);
for (const [what, { ms, ofFloor }] of [
  ['to the first token decoded', cold.decode],
  ['to the first request sent', cold.request],
]) {
  console.log(`  ${what}: ours ${fixed(ms.ours, 0)} ms, floor ${fixed(ms.floor, 0)} ms: ${fixed(ofFloor, 0)}x`);
}

const { rows: scans, ratio } = measureScan();
console.log('\nScan, base64 of JSON       ms     MB/s');
for (const { bytes, ms } of scans) {
  console.log(`  ${fixed(bytes / 1e6, 4, 1)} MB${fixed(ms, 20, 0)}${fixed(bytes / 1e3 / ms, 9, 0)}`);
}
console.log(`  twice the text takes ${ratio.toFixed(2)} times as long`);

console.log('\nSize, in bytes           raw   gzip -9');
for (const file of [
  'pkg/decode.js',
  'target/wasm-pack/decode/momento_token_wasm_bg.wasm',
  'pkg/index.js',
  'pkg/token.wasm',
]) {
  const bytes = readFileSync(root + file);
  const name = { 'pkg/decode.js': 'decode and scopes', 'pkg/index.js': 'whole package' }[file] ?? '  its WebAssembly';
  console.log(
    `  ${name.padEnd(18)}${String(bytes.length).padStart(8)}${String(gzipSync(bytes, { level: 9 }).length).padStart(10)}`,
  );
}

const bounds = checkBounds({ rows: measured, cold });
console.log('\nBounds, in Chromium');
for (const { what, bound, found, holds } of bounds) {
  console.log(`  ${holds ? 'holds ' : 'BROKEN'}  ${what}: ${fixed(found, 0)}, ${bound}`);
}
if (process.argv.includes('--check') && bounds.some(({ holds }) => !holds)) process.exit(1);
