// Both bindings as a server renders them: nothing is vended, and nothing is left behind.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { install } from '../package/support/install.mjs';

const modules = fileURLToPath(new URL('../../node_modules', import.meta.url));

/** Runs it in a folder with the package installed; it must end by itself. */
function run(t, code, ...packages) {
  const folder = install(t);
  for (const name of packages) symlinkSync(join(modules, name), join(folder, 'node_modules', name));
  return execFileSync('node', ['--input-type=module', '--eval', code], { cwd: folder, encoding: 'utf8', timeout: 20_000 });
}

const NO_VEND = 'const vend = () => { throw new Error("a server must not vend"); };';

test('React renders on a server', (t) => {
  const html = run(
    t,
    `import { createElement as h } from 'react';
     import { renderToString } from 'react-dom/server';
     import { useToken } from 'momento-token-wasm/react';
     ${NO_VEND}
     const App = () => h('p', null, useToken({ vend }).status);
     console.log(renderToString(h(App)));`,
    'react', 'react-dom', 'scheduler',
  );
  assert.equal(html, '<p>idle</p>\n');
});

test('options that make no sense are refused with a code, whichever they are', (t) => {
  const code = run(
    t,
    `import { createElement as h } from 'react';
     import { renderToString } from 'react-dom/server';
     import { useToken } from 'momento-token-wasm/react';
     const body = { big: 1n };
     body.body = body;
     const App = () => h('p', null, useToken({ vend: { url: '/token', method: 'POST', body } }).status);
     try { renderToString(h(App)); } catch ({ name, code }) { console.log(name, code); }`,
    'react', 'react-dom', 'scheduler',
  );
  assert.equal(code, 'TokenError ERR_ARGUMENT\n');
});

test('Vue renders on a server', (t) => {
  const html = run(
    t,
    `import { createSSRApp, h } from 'vue';
     import { renderToString } from 'vue/server-renderer';
     import { useToken } from 'momento-token-wasm/vue';
     ${NO_VEND}
     const App = { setup() { const { status } = useToken({ vend }); return () => h('p', status.value); } };
     console.log(await renderToString(createSSRApp(App)));`,
    'vue', '@vue',
  );
  assert.equal(html, '<p>idle</p>\n');
});
