// `scan` on real builds: everything that was planted is found, and nothing else is.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { scanFiles, scanText } from '../../pkg/scan.js';
import { jwt as unsigned } from '../package/support/mint.mjs';
import { app, bundle } from './support/apps.mjs';
import { bareV1, cut, disposable, fingerprint, jwt, leaks, legacy, superUser, v1, v2 } from './support/credentials.mjs';
import { root, run } from './support/run.mjs';
import { boundOfNames, stepsOf } from './support/steps.mjs';

const KINDS = [v1, superUser, bareV1, v2, legacy];
const literal = JSON.stringify;
const percent = (text) =>
  encodeURIComponent(text).replace(/[-_.]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);

/** Plants a credential in each form; gives the app's files and what was planted, by form. */
function plant() {
  const planted = {};
  const forms = {};
  let count = 0;
  const give = (form) => (planted[form] = KINDS[count++ % KINDS.length]());
  const code = (form, write) => (forms[form] = write(give(form)));
  const listed = (form) => (planted[form] = v2());

  code('plain string', (k) => `const plain = ${literal(k)};`);
  code(
    'joined constants',
    (k) =>
      `const FIRST = ${literal(k.slice(0, 60))};\nconst SECOND = ${literal(k.slice(60))};\nconst joined = FIRST + SECOND;`,
  );
  code('sum of strings', (k) => `const sum = ${cut(k, 6).map(literal).join(' +\n  ')};`);
  code(
    'template',
    (k) => `const start = ${literal(k.slice(0, 50))};\nconst template = \`Bearer \${start}${k.slice(50)}\`;`,
  );
  code(
    'template of a call',
    (k) =>
      `const called = (x) => \`\${${literal(k.slice(0, 30))}}${k.slice(30, 80)}\${${literal(k.slice(80))}}\${x}\`;`,
  );
  code('array', (k) => `const array = [${cut(k, 9).map(literal).join(', ')}].join('');`);
  forms['array joined by dots'] =
    `const dots = [${listed('array joined by dots').split('.').map(literal).join(', ')}].join('.');`;
  code('concat', (k) => `const concat = ${cut(k, 4).map(literal).join('.concat(')}${')'.repeat(3)};`);
  code(
    'hexadecimal escapes',
    (k) => `const hex = "${k.replace(/[-_.=]/g, (c) => `\\x${c.charCodeAt(0).toString(16)}`)}";`,
  );
  code(
    'Unicode escapes',
    (k) => `const unicode = "${k.replace(/[-_.=]/g, (c) => `\\u00${c.charCodeAt(0).toString(16)}`)}";`,
  );
  code('continued lines', (k) => `const lines = "${cut(k, 5).join('\\\n')}";`);
  code(
    'fields of an object',
    (k) =>
      `const parts = { head: ${literal(k.slice(0, 70))}, tail: ${literal(k.slice(70))} };\nconst fields = () => parts.head + parts.tail;`,
  );
  code('text of JSON', (k) => `const parsed = JSON.parse(${literal(JSON.stringify({ apiKey: k }))});`);
  code('URL', (k) => `const url = 'https://app.example/?token=${percent(k)}&x=1';`);
  code('base64 again', (k) => `const again = atob(${literal(Buffer.from(k).toString('base64'))});`);
  give('environment');
  give('define');
  give('JSON import');
  give('raw import');
  give('lazy chunk');
  give('worker');
  give('code that was shaken off');
  give('comment');
  give('public file');
  give('service worker');
  give('HTML attribute');
  give('HTML entities');
  give('inline script');

  const names = [
    'plain',
    'joined',
    'sum',
    'template',
    'called',
    'array',
    'dots',
    'concat',
    'hex',
    'unicode',
    'lines',
    'fields',
    'parsed',
    'url',
    'again',
  ];
  const html = [
    `<meta name="key" content="${planted['HTML attribute']}">`,
    `<meta name="key2" content="${planted['HTML entities'].replace(/[.=]/g, (c) => `&#${c.charCodeAt(0)};`)}">`,
    `<script>window.key = '${planted['inline script']}'</script>`,
  ].join('');
  const files = {
    'src/planted.js': `import json from './key.json';
import raw from './key.txt?raw';
${Object.values(forms).join('\n')}
// The old one: ${planted.comment}
if (false) console.log(${literal(planted['code that was shaken off'])});
const lazy = () => import('./lazy.js');
const worker = () => new Worker(new URL('./worker.js', import.meta.url), { type: 'module' });
export const say = () => [${names.join(', ')}, json, raw, lazy, worker, import.meta.env.VITE_MOMENTO_API_KEY, __KEY__].map(String).join();
`,
    'src/key.json': JSON.stringify({ momento: { key: planted['JSON import'] } }),
    'src/key.txt': `\n${planted['raw import']}\n`,
    'src/lazy.js': `export default ${literal(planted['lazy chunk'])};`,
    'src/worker.js': `self.postMessage(${literal(planted.worker)});`,
    '.env': `VITE_MOMENTO_API_KEY=${planted.environment}\n`,
    'public/config.json': JSON.stringify({ key: planted['public file'] }, null, 2),
    'public/sw.js': `self.addEventListener('fetch', () => fetch('/', { headers: { authorization: '${planted['service worker']}' } }));`,
    'index.html': `<!doctype html><html><head>${html}</head><body><div id="app"></div><script type="module" src="/src/main.js"></script></body></html>`,
  };
  return { planted, files, config: { define: { __KEY__: literal(planted.define) } } };
}

for (const framework of ['react', 'vue']) {
  test(`${framework}: every credential that was planted in a minified build is found, and none is shown`, {
    timeout: 120_000,
  }, async (context) => {
    const { planted, files, config } = plant();
    const out = await bundle(app(context, framework, files), config);
    const { stdout, stderr, code } = await run(['scan', '--json', out]);
    assert.equal(code, 1, stderr);
    const { findings, failed } = JSON.parse(stdout);
    assert.equal(failed, true);
    const found = new Set(findings.map((finding) => finding.fingerprint));
    for (const [form, credential] of Object.entries(planted)) {
      assert.ok(found.delete(fingerprint(credential)), `not found: ${form}`);
      assert.ok(!leaks(stdout + stderr, credential), `shown: ${form}`);
    }
    assert.equal(found.size, 0, 'something was found that nobody planted');
    // Twenty at least, as was promised, and what only the source map has is placed in its source.
    assert.ok(Object.keys(planted).length >= 20);
    const comment = findings.find((finding) => finding.fingerprint === fingerprint(planted.comment));
    assert.match(comment.source.file, /planted\.js$/);
    const line = files['src/planted.js'].split('\n').findIndex((text) => text.startsWith('// The old one')) + 1;
    assert.deepEqual([comment.source.line, comment.source.column], [line, '// The old one: '.length + 1]);

    const text = await run(['scan', out]);
    assert.equal(text.code, 1);
    for (const credential of Object.values(planted)) assert.ok(!leaks(text.stdout + text.stderr, credential));
    assert.match(
      text.stdout,
      /FAIL .*index-.*\.js:\d+:\d+: long-lived v1 API key, expires \d{4}-.* \(in \d+ (months|year)\), in an envelope \[sha256:[0-9a-f]{12}\]/,
    );
    context.diagnostic(`${Object.keys(planted).length} forms planted, ${findings.length} places reported`);
  });

  test(`${framework}: a clean build has nothing`, { timeout: 120_000 }, async (context) => {
    const out = await bundle(app(context, framework));
    const { stdout, code } = await run(['scan', '--strict', out]);
    assert.deepEqual([code, /: no Momento credential$/.test(stdout.trim())], [0, true], stdout);
  });
}

test('the packages installed here, this repository and the package itself have nothing', {
  timeout: 120_000,
}, async () => {
  for (const paths of [['node_modules'], ['pkg'], ['.']]) {
    const { stdout, code } = await run(['scan', '--strict', ...paths]);
    assert.equal(code, 0, stdout);
    assert.match(stdout, /: no Momento credential$/m);
  }
});

test('what others call a token, and what only looks like one, is let pass', () => {
  const base64 = (value) => Buffer.from(JSON.stringify(value)).toString('base64');
  const exp = 4_102_444_800;
  const passed = {
    Auth0: jwt({
      iss: 'https://tenant.eu.auth0.com/',
      sub: 'auth0|1',
      aud: 'https://api',
      exp,
      scope: 'openid',
      permissions: ['read'],
    }),
    Okta: jwt({ ver: 1, jti: 'AT.1', iss: 'https://dev.okta.com/oauth2/default', aud: 'api', sub: 'a', cid: 'b', exp }),
    Azure: jwt({ ver: '2.0', iss: 'https://login.microsoftonline.com/x/v2.0', aud: 'a', tid: 'b', exp }),
    Supabase: jwt({ iss: 'supabase', ref: 'abcdefghijklmnopqrst', role: 'anon', iat: 1_700_000_000, exp }),
    Firebase: jwt({
      iss: 'https://securetoken.google.com/app',
      aud: 'app',
      user_id: 'a',
      firebase: { identities: {} },
      exp,
    }),
    Twilio: jwt({ jti: 'SK0', grants: { identity: 'a' }, iss: 'SK0', exp }),
    'somebody else, who has our claims': jwt({ iss: 'https://example.com', ver: 1, p: 'CAA=', t: 'g', exp }),
    'a p that is no permissions': jwt({ ver: 1, p: 'premium', exp }),
    'a p that begins as permissions of all do': jwt({ ver: 1, p: 'CAT', exp }),
    'a p that begins as permissions do': jwt({ ver: 1, p: 'Eggplant', exp }),
    'a p that goes on as permissions do not': jwt({ ver: 1, p: 'CABJ', exp }),
    'a type of group, without an id': jwt({ t: 'g', sub: 'a', exp }),
    'a type of group, with a number for an id': jwt({ t: 'g', jti: 7, exp }),
    'hosts elsewhere by half': jwt({ c: 'cache.example.com', exp }),
    'an unsigned example': `${Buffer.from('{"alg":"none"}').toString('base64url')}.${Buffer.from('{"t":"g","jti":"example"}').toString('base64url')}.c2ln`,
    'JSON in base64': base64({ version: 3, file: 'x.js', sources: ['a', 'b', 'c'], names: [], mappings: 'AAAA,SAAS' }),
    'other settings': base64({ endpoint: 'https://x.openai.azure.com', api_key: '0123456789abcdef0123456789abcdef' }),
    'settings with their own token': base64({
      endpoint: 'api.example.com',
      api_key: jwt({ iss: 'https://example.com', exp }),
    }),
    'an inner key cut short': bareV1().split('.').slice(0, 2).join('.'),
    'a documented shape': 'eyJhbGciOiJIUzI1NiJ9.eyJ0IjoiZyJ9… (your key)',
  };
  for (const [name, text] of Object.entries(passed))
    assert.deepEqual(scanText(`const token = ${JSON.stringify(text)};`), [], name);
});

test('what it is, by kind: only what is long-lived or super-user fails; `--strict` fails on all', async (context) => {
  const folder = mkdtempSync(join(tmpdir(), 'momento-scan-'));
  context.after(() => rmSync(folder, { recursive: true, force: true }));
  const cases = [
    [disposable(300), 0, 'disposable', /^disposable token, expires .* \(in [45] minutes\)$/],
    [disposable(-7200), 0, 'disposable', /^disposable token, expired .* \(2 hours ago\)$/],
    [v1(), 1, 'api-key', /^long-lived v1 API key, expires .* \(in 1\d months\)$/],
    [superUser(), 1, 'super-user', /^super-user v1 API key, never expires$/],
    [jwt({ ver: 1, p: 'CAA=', exp: 1_700_000_000 }), 1, 'super-user', /^super-user v1 API key, expired/],
    [v2(), 1, 'api-key', /^long-lived v2 API key, never expires$/],
    [legacy(), 1, 'legacy', /^legacy token, never expires$/],
    [
      jwt({ iss: 'https://console.gomomento.com/', aud: 'a', exp: Math.floor(Date.now() / 1000) + 3600 }),
      0,
      'session',
      /^session token, expires/,
    ],
    [unsigned({ t: 'g', jti: 'k' }), 1, 'api-key', /^long-lived v2 API key/],
    [
      jwt({ ver: 1, p: 'CAA=', exp: 'soon' }),
      1,
      'api-key',
      /^a credential of Momento's with claims that make no sense$/,
    ],
  ];
  for (const [credential, code, kind, what] of cases) {
    const file = join(folder, 'bundle.js');
    writeFileSync(file, `/* ü😀 */ x("${credential}")\n`);
    const result = await run(['scan', '--json', file]);
    const { findings } = JSON.parse(result.stdout);
    assert.equal(findings.length, 1);
    assert.deepEqual(
      [result.code, findings[0].kind, findings[0].line, findings[0].column],
      [code, kind, 1, 14],
      findings[0].what,
    );
    assert.match(findings[0].what, what);
    assert.equal((await run(['scan', '--strict', file])).code, 1);
    assert.ok(!leaks(result.stdout + result.stderr, credential));
  }
});

test('folders: links, binaries, node_modules, ignored paths and fingerprints, what cannot be read', async (context) => {
  const folder = mkdtempSync(join(tmpdir(), 'momento-scan-'));
  context.after(() => rmSync(folder, { recursive: true, force: true }));
  const key = v2();
  const put = (name, content = `"${key}"`) => {
    mkdirSync(join(folder, name, '..'), { recursive: true });
    writeFileSync(join(folder, name), content);
  };
  for (const name of [
    'a.js',
    'assets/b.js',
    'assets/deep/c.map',
    'node_modules/d/index.js',
    'logo.png',
    'module.wasm',
    '.env',
  ])
    put(name);
  put('data', Buffer.concat([Buffer.from([0, 1, 2, 0]), Buffer.from(key)]));
  put('zero.js', Buffer.concat([Buffer.from([0]), Buffer.from(`"${key}"`)]));
  put('windows.txt', Buffer.from(`\ufeff"${key}"`, 'utf16le'));
  symlinkSync(folder, join(folder, 'assets/loop'), 'dir');
  symlinkSync(join(folder, 'nowhere'), join(folder, 'dangling'));

  const scan = async (...args) => {
    const { stdout, stderr, code } = await run(['scan', '--json', ...args], { cwd: folder });
    const report = JSON.parse(stdout);
    return { stderr, code, report, files: report.findings.map(({ file }) => file.replaceAll('\\', '/')).sort() };
  };
  const all = await scan('.');
  assert.deepEqual(all.files, ['.env', 'a.js', 'assets/b.js', 'assets/deep/c.map', 'windows.txt', 'zero.js']);
  assert.deepEqual([all.report.unreadable, all.code], [[], 1]);
  assert.ok((await scan('--all', '.')).files.includes('node_modules/d/index.js'));
  assert.deepEqual((await scan('node_modules')).files, ['node_modules/d/index.js']);
  assert.deepEqual((await scan('.', '--ignore', 'assets', '--ignore', '*.txt')).files, ['.env', 'a.js', 'zero.js']);
  assert.deepEqual((await scan('.', '--ignore', 'assets/**/*.{js,map}')).files, [
    '.env',
    'a.js',
    'windows.txt',
    'zero.js',
  ]);
  assert.deepEqual((await scan('.', '--ignore', fingerprint(key))).files, []);
  put('.momento-scan-ignore', '# what we know of\n/a.js\nassets/\n\n.env\nwindows.*\n*.js\n');
  const none = await scan('.');
  assert.deepEqual([none.files, none.code], [[], 0]);
  assert.deepEqual((await run(['scan', folder])).code, 0); // from elsewhere too
  assert.equal((await run(['scan', 'dangling'], { cwd: folder })).code, 2);
});

test('no name of a file or of a source shows a credential', async (context) => {
  const folder = mkdtempSync(join(tmpdir(), 'momento-scan-'));
  context.after(() => rmSync(folder, { recursive: true, force: true }));
  const [inner, planted] = [v2(), v1()];
  const content = `"${planted}"`;
  const again = Buffer.from(inner).toString('base64');
  writeFileSync(
    join(folder, 'a.map'),
    literal({ version: 3, sources: [`data:text/plain,${inner}`], sourcesContent: [content], names: [], mappings: '' }),
  );
  for (const name of [inner, inner.replaceAll('.', '%2E'), again])
    writeFileSync(join(folder, `token-${name}.js`), content);
  symlinkSync(join(folder, 'nowhere'), join(folder, `${inner}.txt`));
  mkdirSync(join(folder, 'keyboard-navigation-of-pages'));
  writeFileSync(join(folder, 'keyboard-navigation-of-pages/eyelash-extensions-for-everybody.js'), content);
  for (const args of [
    ['scan', folder],
    ['scan', '--json', folder],
    ['scan', join(folder, `${inner}.txt`)],
    ['scan', join(folder, `token-${inner}.js`)],
  ]) {
    const { stdout, stderr, code } = await run(args);
    assert.equal(code, args[1].endsWith('.txt') ? 2 : 1);
    for (const secret of [inner, planted]) assert.ok(!leaks(stdout + stderr, secret), args.length);
    assert.ok(!stdout.includes(again.slice(0, 20)));
    if (args.at(-1) === folder)
      assert.match(stdout, /keyboard-navigation-of-pages.eyelash-extensions-for-everybody\.js/);
  }
});

test('files that are named: ignored too, read once, pipes as they come, and no file at all', async (context) => {
  const folder = mkdtempSync(join(tmpdir(), 'momento-scan-'));
  context.after(() => rmSync(folder, { recursive: true, force: true }));
  for (const name of ['d/deep', 'empty/deep', 'images']) mkdirSync(join(folder, name), { recursive: true });
  const key = v2();
  writeFileSync(join(folder, 'd/a.js'), `"${key}"`);
  writeFileSync(join(folder, 'd/deep/b.js'), `"${v2()}"`);
  writeFileSync(join(folder, 'images/c.png'), 'PNG');
  const scan = async (...args) => {
    const { stdout, code } = await run(['scan', '--json', ...args], { cwd: folder });
    return [code, JSON.parse(stdout).findings.length];
  };
  assert.deepEqual(await scan('d/a.js'), [1, 1]);
  assert.deepEqual(await scan('d/a.js', '--ignore', 'd/a.js'), [0, 0]);
  assert.deepEqual(await scan('d/a.js', 'd/deep/b.js', '--ignore', '*.js'), [0, 0]);
  assert.deepEqual(await scan('d/a.js', 'd', './d/deep', join(folder, 'd')), [1, 2]);
  assert.deepEqual(await scan('images'), [0, 0]);
  writeFileSync(join(folder, '.momento-scan-ignore'), 'd/deep/*.js\n');
  assert.deepEqual(await scan('d/deep/b.js'), [0, 0]);

  const empty = await run(['scan', 'empty'], { cwd: folder });
  assert.deepEqual(
    [empty.code, empty.stdout, empty.stderr],
    [2, '', 'momento-token-wasm: there is no file to scan in "empty"\n'],
  );

  if (process.platform === 'win32') return;
  const piped = (file) =>
    spawnSync(
      'sh',
      ['-c', `cat "$2" | "$0" "$1" scan --json /dev/stdin`, process.execPath, join(root, 'pkg/cli.js'), file],
      { encoding: 'utf8' },
    );
  const { status, stdout } = piped(join(folder, 'd/a.js'));
  const { findings, files, bytes } = JSON.parse(stdout);
  assert.deepEqual(
    [status, files, bytes, findings.map(({ fingerprint }) => fingerprint)],
    [1, 1, key.length + 2, [fingerprint(key)]],
  );
  // What ends nowhere is not read, and that is said.
  const endless = await run(['scan', '/dev/zero']);
  assert.deepEqual([endless.code, endless.stderr], [2, 'cannot read "/dev/zero" (ENOTSUP)\n']);
});

test('a large file is read in parts: found at the seams, at the right place, in little memory', {
  timeout: 120_000,
}, async (context) => {
  const folder = mkdtempSync(join(tmpdir(), 'momento-scan-'));
  context.after(() => rmSync(folder, { recursive: true, force: true }));
  const part = 32 * 1024 * 1024;
  const filling = Buffer.alloc(72 * 1024 * 1024, 'a.b=c("ü");\n');
  const keys = Array.from({ length: 6 }, v2);
  // At the start, across the places where one part ends and the next begins, and at the end.
  const at = [
    0,
    part - 100,
    part - 256 * 1024 - 50,
    part - 256 * 1024 + 200,
    2 * part - 256 * 1024 - 60,
    filling.length - 400,
  ];
  keys.forEach((key, index) => filling.write(`"${key}"`, at[index]));
  const file = join(folder, 'large.js');
  writeFileSync(file, filling);
  const { findings } = await scanFiles([file]);
  assert.deepEqual(findings.map((finding) => finding.fingerprint).sort(), keys.map(fingerprint).sort());
  for (const [index, key] of keys.entries()) {
    const before = filling.subarray(0, at[index] + 1).toString();
    const finding = findings.find((one) => one.fingerprint === fingerprint(key));
    const line = before.split('\n').length;
    assert.deepEqual(
      [finding.line, finding.column],
      [line, before.length - before.lastIndexOf('\n')],
      `at ${at[index]}`,
    );
  }
  const { stdout, code } = await run(['scan', '--json', file], { env: { NODE_OPTIONS: '--max-old-space-size=64' } });
  assert.deepEqual([JSON.parse(stdout).findings.length, code], [6, 1]);
});

test('credentials side by side are each found', () => {
  for (const make of [v1, v2, legacy, () => unsigned({ t: 'g', jti: 'k' })]) {
    const keys = Array.from({ length: 5 }, make);
    for (const text of [
      keys.join('\n'),
      keys.map(literal).join(','),
      `[${keys.map(literal).join(', ')}].map(use)`,
      `use("a", ${keys.map(literal).join(', "b", ')}, "c")`,
    ]) {
      assert.equal(scanText(text).length, 5, text.replaceAll(/[\w=.-]{40,}/g, '…'));
    }
  }
});

test('text made to be slow is not', () => {
  const units = [
    'eyJ',
    'eyJhbGci',
    '"eyJ",',
    '"a"+',
    '\\',
    '%25',
    '&#',
    '${"',
    '"/*',
    '`${a}',
    'eyJhbGciOiJIUzI1NiJ9.',
    '"eyJhbGci"+a+',
    'ZXlK',
    'YXBpX2tleS',
    'a="eyJhbGciOi";a+',
    'a+="eyJhbGciOi";',
    'a.push("eyJhbGciOi");',
  ];
  // A string in an envelope that nothing closes, with a quote escaped again and again.
  const open = `"${Buffer.from(`{"api_key":"${'\\"'.repeat(12_000)}`).toString('base64')}";`.repeat(20);
  for (const text of [...units.map((unit) => unit.repeat(Math.ceil(100_000 / unit.length))), open]) {
    const steps = stepsOf(() => {
      try {
        scanText(text);
      } catch (error) {
        assert.match(error.message, /in full would take too long/, text.slice(0, 20));
      }
    });
    assert.ok(
      steps <= boundOfNames(text.length),
      `${text.slice(0, 20)}: ${(steps / text.length).toFixed(1)} steps for each byte`,
    );
  }
  scanText(open);
});

test(`the scan's own functions check what they are given`, async () => {
  assert.throws(() => scanText(undefined), { name: 'TypeError', message: 'text: expected a string, found undefined' });
  assert.deepEqual((await scanFiles([join(root, 'no-such-file')])).unreadable, [
    { file: join(root, 'no-such-file'), code: 'ENOENT' },
  ]);
});
