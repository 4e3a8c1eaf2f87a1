// The README's components, as a reader would paste them.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { compileScript, parse } from 'vue/compiler-sfc';
import { until } from '../e2e/support/until.mjs';
import { open, scriptOf } from './support/page.mjs';

const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');

/** The snippets in this language, which are so many. */
function snippets(language, count) {
  const found = [...readme.matchAll(new RegExp(`^\`\`\`${language}\\n([^]*?)^\`\`\`$`, 'gm'))];
  assert.equal(found.length, count, `snippets in ${language}`);
  return found.map(([, code]) => code);
}

async function shows(t, browser, code) {
  const { page, vends } = await open(t, browser, code);
  await until('the token is shown', async () =>
    /^Connected to cell-1-us-east-2-1\.prod\.a\.momentohq\.com until .*\d/.test(await page.text('#app')),
  );
  assert.equal(vends(), 1);
}

export function readmeTests(browser) {
  for (const [nth, name] of ['Chat', 'App'].entries()) {
    test(`the React component ${name}`, async (t) => {
      const code = await scriptOf(`${snippets('jsx', 2)[nth]}
        import { StrictMode } from 'react';
        import { createRoot } from 'react-dom/client';
        createRoot(document.querySelector('#app')).render(<StrictMode><${name} /></StrictMode>);`);
      await shows(t, browser(), code);
    });
  }

  test('the Vue component', async (t) => {
    const { descriptor, errors } = parse(snippets('vue', 1)[0]);
    assert.deepEqual(errors, []);
    const { content } = compileScript(descriptor, { id: 'readme', inlineTemplate: true });
    const code = await scriptOf(`${content.replace('export default', 'const App =')}
      import { createApp } from 'vue';
      createApp(App).mount('#app');`);
    await shows(t, browser(), code);
  });
}
