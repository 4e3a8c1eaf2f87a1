// What a newcomer does: `npm create vite`, the package, the README's component and its line for the vending service;
// `npm run build` checks the types as well. The apps come from Vite itself, and so without a policy.
import assert from 'node:assert/strict';
import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { REACT_README, VUE_README } from '../support/expected.mjs';
import { open } from '../support/engines.mjs';
import { answering, freePort } from '../support/process.mjs';

const VERSION = '9.3.0';
const README = readFileSync(new URL('../../../README.md', import.meta.url), 'utf8');

/** The one place in the README that is like this. */
function inReadme(pattern) {
  const [found, ...more] = README.matchAll(pattern);
  assert.ok(found && more.length === 0, `one place in the README that matches ${pattern}`);
  return found[1];
}

/** In the README stands where the vending service listens by default. */
const proxy = () =>
  inReadme(/`(server: \{ proxy: .*\})`/g).replace("'http://127.0.0.1:3000'", '`${process.env.VENDING}`');

const APPS = {
  React: {
    template: 'react-ts',
    expected: REACT_README,
    component: 'src/Chat.tsx',
    snippet: /^```jsx\n(import \{ useToken \}[^]*?)^```$/gm,
    edits: {
      'src/main.tsx': [
        ["import App from './App.tsx'", "import { Chat } from './Chat.tsx'"],
        ['<App />', '<Chat />'],
      ],
    },
  },
  Vue: {
    template: 'vue-ts',
    expected: VUE_README,
    component: 'src/App.vue',
    snippet: /^```vue\n([^]*?)^```$/gm,
    edits: {},
  },
};

/** Replaces what has to be there. */
function edit(path, replacements) {
  let text = readFileSync(path, 'utf8');
  for (const [old, replacement] of replacements) {
    assert.ok(text.includes(old), `${path} has ${old}`);
    text = text.replace(old, replacement);
  }
  writeFileSync(path, text);
}

export default {
  packages: { 'create-vite': VERSION },
  async cases({ folder, tarball, build, start, browsers }) {
    for (const [framework, { template, expected, component, snippet, edits }] of Object.entries(APPS)) {
      const cwd = `${folder}/${template}`;
      await build('create-vite', [template, '--template', template, '--no-interactive']);
      await build('npm', ['install', '--no-audit', '--no-fund', '--prefer-offline', '--loglevel=error', tarball], {
        cwd,
      });
      writeFileSync(`${cwd}/${component}`, inReadme(snippet));
      for (const [file, replacements] of Object.entries(edits)) edit(`${cwd}/${file}`, replacements);
      edit(`${cwd}/vite.config.ts`, [['\n})', `\n  ${proxy()},\n})`]]);
      // The observer, and nothing else that a newcomer would not do.
      cpSync(`${folder}/watch.js`, `${cwd}/public/watch.js`);
      edit(`${cwd}/index.html`, [['<head>', '<head>\n    <script src="/watch.js"></script>']]);
      await build('npm', ['run', 'build'], { cwd });

      for (const [mode, script] of [
        ['dev', 'dev'],
        ['build, preview', 'preview'],
      ]) {
        const work = async (engine, { origin }) => {
          const port = await freePort();
          // From 8.4 on, Vite refuses a second server of one folder, even where the first is just ending.
          const server = start('npm', ['run', script, '--', '--port', String(port), '--strictPort', '--bypass-lock'], {
            cwd,
            env: { VENDING: origin },
          });
          try {
            await answering(`http://localhost:${port}/`, server);
            const browser = open(engine, `http://localhost:${port}/?service=${origin}&tokens=${expected.vends}`);
            return {
              ...browser,
              output: () => `${browser.output()}\n${server.output()}`,
              end: () => Promise.all([browser.end(), server.stop()]),
            };
          } catch (error) {
            await server.stop();
            throw error;
          }
        };
        // Development servers of one folder would get into each other's way: they share a cache.
        await browsers(`npm create vite, ${framework}`, VERSION, mode, work, {
          expected,
          served: { seconds: 8 },
          together: script === 'preview',
        });
      }
    }
  },
};
