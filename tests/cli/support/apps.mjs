// Small apps of React and Vue, built by Vite as their users build them, with what a test plants in them.
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { build } from 'vite';
import { root } from './run.mjs';

const MAIN = {
  react: `import { createElement, useState } from 'react';
import { createRoot } from 'react-dom/client';
import * as planted from './planted.js';
function App() {
  const [count, setCount] = useState(0);
  return createElement('button', { onClick: () => setCount(count + 1), title: planted.say() }, 'clicked ' + count);
}
createRoot(document.getElementById('app')).render(createElement(App));
`,
  vue: `import { createApp, h, ref } from 'vue';
import * as planted from './planted.js';
createApp({
  setup() {
    const count = ref(0);
    return () => h('button', { onClick: () => count.value++, title: planted.say() }, 'clicked ' + count.value);
  },
}).mount('#app');
`,
};

/** A folder with an app in it, removed when the test ends. `files` come beside or in place of its own. */
export function app(context, framework, files = {}) {
  const folder = mkdtempSync(join(tmpdir(), `momento-scan-${framework}-`));
  context.after(() => rmSync(folder, { recursive: true, force: true }));
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'), 'dir');
  const all = {
    'package.json': '{"private":true,"type":"module"}',
    'index.html':
      '<!doctype html><html><head><title>App</title></head><body><div id="app"></div><script type="module" src="/src/main.js"></script></body></html>',
    'src/main.js': MAIN[framework],
    'src/planted.js': 'export const say = () => "nothing";',
    ...files,
  };
  for (const [name, content] of Object.entries(all)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), content);
  }
  return folder;
}

/** Builds it, minified and with source maps; the folder of what was built. */
export async function bundle(folder, config = {}) {
  await build({
    root: folder,
    configFile: false,
    logLevel: 'silent',
    mode: 'production',
    ...config,
    build: { outDir: 'dist', minify: true, sourcemap: true, reportCompressedSize: false, ...config.build },
  });
  return join(folder, 'dist');
}
