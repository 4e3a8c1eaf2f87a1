// The bindings as a server renders them: nothing is vended, and nothing is left behind.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { REACTS } from './support/reacts.mjs';
import { reactPackages, run, serverHtml } from './support/server.mjs';

const VUE = { vue: 'vue', '@vue': '@vue' };

const NO_VEND = 'const vend = () => { throw new Error("a server must not vend"); };';

for (const [version] of REACTS) {
  const packages = reactPackages(version);
  const react = (t, code) =>
    run(
      t,
      `import { createElement as h } from 'react'; import { renderToString } from 'react-dom/server'; import { useToken } from 'momento-token-wasm/react'; ${code}`,
      packages,
    );

  describe(`React ${version}`, () => {
    test('it renders on a server', (t) => {
      const html = react(
        t,
        `${NO_VEND} const App = () => h('p', null, useToken({ vend }).status); console.log(renderToString(h(App)));`,
      );
      assert.equal(html, '<p>idle</p>\n');
    });

    test('options that make no sense are refused with a code, whichever they are', (t) => {
      const codes = react(
        t,
        `const body = { big: 1n };
         body.body = body;
         const throws = { get vend() { throw new Error('no'); } };
         for (const input of [{ vend: { url: '/token', method: 'POST', body } }, throws, {}, { vend: '/token', start: 'later' }, undefined, null, 7, '/token']) {
           const App = () => h('p', null, useToken(input).status);
           try { renderToString(h(App)); } catch ({ name, code }) { console.log(name, code); }
         }`,
      );
      assert.equal(codes, 'TokenError ERR_ARGUMENT\n'.repeat(8));
    });

    test('refresh() does nothing there', (t) => {
      const html = react(
        t,
        `import { TokenSource } from 'momento-token-wasm';
         ${NO_VEND}
         const source = new TokenSource({ vend, start: 'on-demand' });
         const App = () => [{ vend }, source].map((input, key) => { const { status, refresh } = useToken(input); refresh(); return h('p', { key }, status); });
         console.log(renderToString(h(App)), source.status);`,
      );
      assert.equal(html, '<p>idle</p><p>idle</p> idle\n');
    });

    test('a component that suspends is left to the browser: renderToString gives the fallback', (t) => {
      const html = serverHtml(t, version, 'renderToString');
      assert.match(html, /<p id="token">fallback<\/p>/);
    });

    test('so does renderToPipeableStream, whose stream ends', (t) => {
      const html = serverHtml(t, version, 'renderToPipeableStream');
      assert.match(html, /<p id="token">fallback<\/p>/);
      assert.match(html, /errors: TokenError ERR_SERVER_RENDER$/, 'told once');
    });

    test('without a boundary around it, the whole page fails with that code, and does not hang', (t) => {
      const code = react(
        t,
        `import { TokenSource } from 'momento-token-wasm';
         import { useSuspenseToken } from 'momento-token-wasm/react';
         import { renderToPipeableStream } from 'react-dom/server';
         ${NO_VEND}
         const source = new TokenSource({ vend, start: 'on-demand' });
         const App = () => useSuspenseToken(source).tokenId;
         renderToPipeableStream(h(App), { onShellError: ({ code }) => console.log(code), onError() {} });`,
      );
      assert.equal(code, 'ERR_SERVER_RENDER\n');
    });
  });
}

test('Vue renders on a server, where refresh() does nothing', (t) => {
  const html = run(
    t,
    `import { createSSRApp, h, ref } from 'vue';
     import { renderToString } from 'vue/server-renderer';
     import { TokenSource } from 'momento-token-wasm';
     import { useToken } from 'momento-token-wasm/vue';
     ${NO_VEND}
     const source = new TokenSource({ vend, start: 'on-demand' });
     const room = ref('a');
     const App = {
       setup() {
         const hooks = [useToken({ vend }), useToken(() => ({ vend, tokenId: room.value })), useToken(source)];
         for (const { refresh } of hooks) refresh();
         return () => hooks.map(({ status }) => h('p', status.value));
       },
     };
     const html = await renderToString(createSSRApp({ render: () => h('div', [h(App)]) }));
     for (let nth = 0; nth < 9; nth++) room.value += 'b';
     await new Promise((resolve) => setTimeout(resolve, 10));
     console.log(html.replace(/<!--.*?-->/g, ''), source.status);`,
    VUE,
  );
  assert.equal(html, '<div><p>idle</p><p>idle</p><p>idle</p></div> idle\n');
});
