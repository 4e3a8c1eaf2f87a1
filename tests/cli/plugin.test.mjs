// The scan as a plugin: a build with a key in it fails, and says where.
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { rolldown } from 'rolldown';
import { scan } from '../../pkg/scan.js';
import { app, bundle } from './support/apps.mjs';
import { disposable, fingerprint, leaks, superUser, v1, v2 } from './support/credentials.mjs';

const says = (text) => ({ 'src/planted.js': `export const say = () => ${JSON.stringify(text)};` });

/** Builds, with the plugin; what it was rejected with, and what it warned of. */
async function attempt(folder, options, config = {}) {
  const warnings = [];
  const customLogger = {
    info() {},
    warn: (text) => warnings.push(text),
    warnOnce() {},
    error() {},
    clearScreen() {},
    hasErrorLogged: () => false,
    hasWarned: false,
  };
  let error;
  await bundle(folder, {
    customLogger,
    logLevel: 'warn',
    ...config,
    plugins: [scan(options), ...(config.plugins ?? [])],
  }).catch((reason) => (error = reason));
  return { error, warnings: warnings.join('\n') };
}

for (const framework of ['react', 'vue']) {
  test(`vite, ${framework}: a key fails the build before a file is written; the message says what, where and what to do`, {
    timeout: 120_000,
  }, async (context) => {
    const key = superUser();
    const folder = app(context, framework, says(key));
    const { error } = await attempt(folder);
    assert.match(
      error.message,
      /Momento credentials? (is|are) in this build:\n {2}assets\/index-[\w-]+\.js:\d+:\d+: super-user v1 API key, never expires, in an envelope \[sha256:[0-9a-f]{12}\]/,
    );
    assert.match(error.message, /Keep keys on the server/);
    assert.ok(error.message.includes(fingerprint(key)) && !leaks(`${error.message}${error.stack}`, key));
    assert.ok(!existsSync(join(folder, 'dist/assets')));
  });
}

test('vite: a clean build passes, without a word', { timeout: 120_000 }, async (context) => {
  const folder = app(context, 'vue');
  const { error, warnings } = await attempt(folder, { strict: true });
  assert.deepEqual([error, warnings], [undefined, '']);
  assert.ok(existsSync(join(folder, 'dist/index.html')));
});

test('vite: what only the source map, the page, an asset, the public folder or another plugin has', {
  timeout: 120_000,
}, async (context) => {
  const key = v2();
  let folder;
  const elsewhere = {
    'source map': [
      { 'src/planted.js': `// ${key}\nexport const say = () => "";` },
      /assets\/index-[\w-]+\.js\.map:1:\d+ \(.*planted\.js:1:4\): long-lived v2 API key/,
    ],
    page: [
      {
        'index.html': `<!doctype html><script>window.k = '${key}'</script><div id="app"></div><script type="module" src="/src/main.js"></script>`,
      },
      /index\.html:\d+:\d+: long-lived v2/,
    ],
    asset: [
      {
        'src/key.txt': key,
        'src/planted.js': `import url from './key.txt?url&no-inline'; export const say = () => url;`,
      },
      /key-[\w-]+\.txt:1:1: long-lived v2/,
    ],
    'another plugin': [
      {},
      /late\.js:1:2: long-lived v2/,
      {
        plugins: [
          {
            name: 'late',
            closeBundle() {
              writeFileSync(join(folder, 'dist/late.js'), `"${key}"`);
            },
          },
        ],
      },
    ],
    'public folder': [{ 'public/sw.js': `fetch('${key}')` }, /sw\.js:1:8: long-lived v2/],
  };
  for (const [name, [files, message, config]] of Object.entries(elsewhere)) {
    folder = app(context, 'react', files);
    const { error } = await attempt(folder, {}, config);
    assert.ok(error, name);
    assert.match(error.message, message, name);
    assert.ok(!leaks(error.message, key), name);
  }
});

test('vite: options', { timeout: 120_000 }, async (context) => {
  const key = v1();
  const folder = app(context, 'react', says(key));
  const config = { build: { sourcemap: false } };
  const warned = await attempt(folder, { warnOnly: true }, config);
  assert.equal(warned.error, undefined);
  assert.match(warned.warnings, /assets\/index-[\w-]+\.js:\d+:\d+: long-lived v1 API key/);
  assert.ok(!leaks(warned.warnings, key));
  for (const ignore of [['assets/*.js'], [fingerprint(key)]])
    assert.deepEqual(await attempt(folder, { ignore, strict: true }, config), { error: undefined, warnings: '' });

  const short = app(context, 'react', says(disposable()));
  const passed = await attempt(short, {}, config);
  assert.equal(passed.error, undefined);
  assert.match(passed.warnings, /disposable token, expires/);
  assert.match((await attempt(short, { strict: true }, config)).error.message, /disposable token, expires/);
});

test('vite: a build for a server is warned of, and not failed', { timeout: 120_000 }, async (context) => {
  const key = v2();
  const folder = app(context, 'react', { 'src/server.js': `export const key = ${JSON.stringify(key)};`, ...says(key) });
  const { error, warnings } = await attempt(
    folder,
    { strict: true },
    { build: { ssr: 'src/server.js', outDir: 'dist/server' } },
  );
  assert.equal(error, undefined);
  assert.match(warnings, /server\.js:\d+:\d+: long-lived v2 API key/);
  assert.ok(!leaks(warnings, key));
  assert.match((await attempt(folder, {})).error.message, /long-lived v2 API key/);
});

test('vite: what another plugin writes over a file of the bundle', { timeout: 120_000 }, async (context) => {
  const [first, second] = [disposable(), v2()];
  const folder = app(context, 'react', says(first));
  let file;
  const late = {
    name: 'late',
    writeBundle(_, bundle) {
      file = join(
        folder,
        'dist',
        Object.keys(bundle).find((name) => name.endsWith('.js')),
      );
      writeFileSync(file, `${readFileSync(file, 'utf8')}\n"${second}"`);
    },
  };
  const { error, warnings } = await attempt(folder, {}, { plugins: [late], build: { sourcemap: false } });
  assert.match(
    error.message,
    /^[^]*a Momento credential is in this build:\n {2}assets\/index-[\w-]+\.js:\d+:2: long-lived v2 API key/,
  );
  assert.equal(warnings.match(/disposable token/g).length, 1);
});

test('vite: what is not of this build is let be', { timeout: 120_000 }, async (context) => {
  const folder = app(context, 'react', { 'public/sw.js': '"nothing"' });
  mkdirSync(join(folder, 'dist'));
  writeFileSync(join(folder, 'dist/old.js'), `"${v2()}"`);
  writeFileSync(join(folder, 'server.js'), `"${v2()}"`);
  await sleep(1_500);
  for (const outDir of ['dist', '.']) {
    const { error, warnings } = await attempt(folder, {}, { build: { outDir, emptyOutDir: false } });
    assert.deepEqual([error, /API key/.test(warnings)], [undefined, false], outDir);
  }
  // The public folder is, wherever it is copied to.
  writeFileSync(join(folder, 'public/sw.js'), `"${v2()}"`);
  await sleep(1_500);
  for (const outDir of ['dist', '.'])
    assert.match(
      (await attempt(folder, {}, { build: { outDir, emptyOutDir: false } })).error.message,
      /is in this build:\n {2}sw\.js:1:2: /,
      outDir,
    );
});

test('vite: files are ignored by their names in the build, and by those that the command gives them', {
  timeout: 120_000,
}, async (context) => {
  const folder = app(context, 'react', { ...says(v2()), 'public/sw.js': `"${v2()}"` });
  const before = process.cwd();
  context.after(() => process.chdir(before));
  process.chdir(folder);
  for (const ignore of [
    ['assets/*', 'sw.js'],
    ['dist/assets', './dist/sw.js'],
  ])
    assert.deepEqual(await attempt(folder, { ignore }), { error: undefined, warnings: '' });
  writeFileSync(join(folder, '.momento-scan-ignore'), 'dist/assets/*\n/dist/sw.js\n');
  assert.deepEqual(await attempt(folder), { error: undefined, warnings: '' });
  assert.ok((await attempt(folder, {}, { build: { outDir: 'out' } })).error);
});

test('rolldown: chunks and maps, by require() too', { timeout: 60_000 }, async (context) => {
  const key = v2();
  const folder = app(context, 'vue', {
    'entry.js': `// ${key}\nexport const a = ${JSON.stringify(key)};\nexport const b = 1;`,
  });
  const required = createRequire(import.meta.url)('../../pkg/scan.cjs');
  for (const make of [scan, required.scan]) {
    const build = await rolldown({ input: join(folder, 'entry.js'), plugins: [make()], logLevel: 'silent' });
    await assert.rejects(build.write({ dir: join(folder, 'out'), sourcemap: true }), (error) => {
      assert.match(error.message, /entry\.js:\d+:\d+: long-lived v2 API key, never expires/);
      assert.match(error.message, /entry\.js\.map:1:\d+ /);
      return !leaks(error.message, key);
    });
    await build.close();
  }
});
