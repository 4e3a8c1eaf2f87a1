// What each entry point of the package gives, in both module formats, and how large it may be.
import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { SourceMap, createRequire } from 'node:module';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import * as whole from '../../pkg/index.js';
import * as decode from '../../pkg/decode.js';
import { disposable } from './support/mint.mjs';

const require = createRequire(import.meta.url);
const file = (name) => new URL(`../../pkg/${name}`, import.meta.url);

/**
 * Bytes in gzip -9, WebAssembly and JavaScript together: a bound on growth that nobody meant. Size is a budget, not a
 * style.
 */
const BUDGET = { 'index.js': 100_500, 'decode.js': 46_000, 'react.js': 4_500, 'vue.js': 4_500, 'momento.js': 5_500 };

for (const [name, most] of Object.entries(BUDGET)) {
  test(`${name} is within its budget`, (t) => {
    const size = gzipSync(readFileSync(file(name)), { level: 9 }).length;
    t.diagnostic(`${size} of ${most} bytes`);
    assert.ok(size <= most, `${size} bytes in gzip, ${most} are allowed`);
  });
}

test('an app that only decodes is bundled without the refresher', async () => {
  const contents = "import { decodeToken } from './index.js'; globalThis.used = decodeToken;";
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: file('.').pathname },
    bundle: true,
    minify: true,
    format: 'esm',
    write: false,
  });
  // Of the refresher's TypeScript nothing; what Rust has of it is in the module.
  assert.ok(!/refreshWindow|minValidityMs|asyncIterator/.test(outputFiles[0].text));
});

test('decode is the whole package but for the refresher, in both formats', () => {
  const { TokenSource, ...rest } = whole;
  assert.deepEqual(Object.keys(decode).sort(), Object.keys(rest).sort());
  for (const [module, name] of [
    [decode, 'decode.cjs'],
    [whole, 'index.cjs'],
  ]) {
    assert.deepEqual(Object.keys(require(`../../pkg/${name}`)).sort(), Object.keys(module).sort());
  }
  assert.ok(TokenSource);
  const token = decode.decodeToken(disposable());
  assert.deepEqual(
    JSON.parse(JSON.stringify(token)),
    JSON.parse(JSON.stringify(whole.decodeToken(token.reveal('envelope')))),
  );
  assert.throws(() => decode.decodeToken('x'), decode.TokenError);
});

test('every file that package.json names is there, with types first', () => {
  const { exports, bin, types, main, module } = JSON.parse(readFileSync(file('package.json'), 'utf8'));
  const named = [types, main, module, ...Object.values(bin)];
  for (const [entry, target] of Object.entries(exports)) {
    if (typeof target === 'string') named.push(target);
    else {
      for (const [condition, { types, default: code }] of Object.entries(target)) {
        assert.deepEqual(Object.keys(target[condition])[0], 'types', entry);
        named.push(types, code);
      }
    }
  }
  for (const name of named) readFileSync(file(name));
});

test('no path of the machine that built it is inside, and code is ASCII', () => {
  const names = readdirSync(file('.')).filter((name) => /\.(js|cjs|wasm)$/.test(name));
  assert.ok(names.length > 12);
  for (const name of names) {
    const text = readFileSync(file(name), 'latin1');
    // Nor anything but ASCII in code: a page may be served in any encoding.
    if (!name.endsWith('.wasm')) assert.match(text, /^[\x00-\x7f]*$/, name);
    assert.doesNotMatch(text, /\/(home|root|tmp|Users|work)\/|\.cargo|rustlib|\.rs:/, name);
  }
});

test('what cannot compile bytes has the module as a file beside it, and no second copy of it', () => {
  for (const [name, wasm] of [
    ['index', 'token.wasm'],
    ['decode', 'decode.wasm'],
  ]) {
    for (const [host, query] of [
      ['workerd', ''],
      ['edge-light', '?module'],
    ]) {
      const text = readFileSync(file(`${name}.${host}.js`), 'utf8');
      assert.ok(text.includes(`from"./${wasm}${query}"`), name);
      assert.ok(text.length < 55_000, `${name} for ${host} is ${text.length} bytes`);
    }
  }
});

test('each bundle has its map, with the sources in it and no path of the machine that built it', () => {
  for (const name of readdirSync(file('.')).filter((name) => /\.c?js$/.test(name))) {
    assert.ok(readFileSync(file(name), 'utf8').endsWith(`//# sourceMappingURL=${name}.map\n`), name);
    const { sources, sourcesContent, mappings } = JSON.parse(readFileSync(file(`${name}.map`), 'utf8'));
    assert.ok(mappings.length > 100, name);
    for (const source of sources) assert.match(source, /^momento-token-wasm\/[\w./-]+$/, name);
    assert.equal(sourcesContent.length, sources.length);
    for (const content of sourcesContent) assert.ok(content && content.length < 80_000, name);
    const root = new URL('../..', import.meta.url).pathname;
    assert.ok(!sourcesContent.join('').includes(root), name);
  }
});

test('a map leads from a place in the bundle to where it stands in the sources', () => {
  const sayings = {
    'token/token.ts': '[Token: redacted]',
    'source/source.ts': 'refreshWindow: expected two shares',
    'source/trouble.ts': 'expected an open TokenSource',
    'wasm.ts': 'expected an engine',
  };
  for (const name of ['index.js', 'index.cjs', 'index.workerd.js', 'index.edge-light.js']) {
    const lines = readFileSync(file(name), 'utf8').split('\n');
    const payload = JSON.parse(readFileSync(file(`${name}.map`), 'utf8'));
    const map = new SourceMap(payload);
    for (const [source, saying] of Object.entries(sayings)) {
      const line = lines.findIndex((text) => text.includes(saying));
      const { originalSource, originalLine } = map.findEntry(line, lines[line].indexOf(saying));
      assert.equal(originalSource, `momento-token-wasm/src/${source}`, name);
      const content = payload.sourcesContent[payload.sources.indexOf(originalSource)].split('\n');
      // The text, or the call that it is an argument of.
      assert.ok(
        content
          .slice(originalLine - 1, originalLine + 3)
          .join('\n')
          .includes(saying),
        `${name}: ${source}, line ${originalLine + 1}`,
      );
    }
  }
});
