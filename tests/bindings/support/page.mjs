// A page made of one of `pages/` and served beside a vending service that counts; open in a browser, and watched for
// errors.
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { WATCH, openWatched } from '../../browsers/support/watch.mjs';
import { disposable } from '../../package/support/mint.mjs';
import { vendingService } from '../../package/support/service.mjs';

const root = fileURLToPath(new URL('../../..', import.meta.url));

const HTML = `<!doctype html><link rel="icon" href="data:,"><script>${WATCH}</script><div id="app"></div><script type="module" src="/page.js"></script>`;

/** The script of a page. `alias` puts other versions of a framework in place. */
export const script = (page, alias = {}) => bundle({ entryPoints: [`${root}tests/bindings/pages/${page}.mjs`] }, alias);

/** The same of a code that is given as text. */
export const scriptOf = (contents) =>
  bundle({ stdin: { contents, resolveDir: root, loader: 'tsx' }, jsx: 'automatic' });

async function bundle(input, alias) {
  const { outputFiles } = await build({
    ...input,
    bundle: true,
    write: false,
    format: 'esm',
    // Not minified, so that React's development half is there, with StrictMode's double mounts.
    define: {
      'process.env.NODE_ENV': '"development"',
      __VUE_OPTIONS_API__: 'true',
      __VUE_PROD_DEVTOOLS__: 'false',
      __VUE_PROD_HYDRATION_MISMATCH_DETAILS__: 'false',
    },
    alias: {
      'momento-token-wasm/react': `${root}pkg/react.js`,
      'momento-token-wasm/vue': `${root}pkg/vue.js`,
      'momento-token-wasm': `${root}pkg/index.js`,
      ...alias,
    },
  });
  return outputFiles[0].text;
}

/**
 * Opens it, with this in `#app`, and errors such as `expected`. `answer(count, request)` is the body of the vending
 * service's nth answer, and may wait.
 */
export async function open(
  t,
  browser,
  code,
  answer = async () => ({ body: JSON.stringify({ authToken: disposable(300) }) }),
  { app = '', expected } = {},
) {
  let vends = 0;
  const service = await vendingService(t, async (request) => {
    const { url } = request;
    if (url.pathname === '/page')
      return { headers: { 'content-type': 'text/html' }, body: HTML.replace('</div>', `${app}</div>`) };
    if (url.pathname === '/page.js') return { headers: { 'content-type': 'text/javascript' }, body: code };
    if (url.pathname !== '/token') return { status: 204 };
    return answer((vends += 1), request);
  });
  const { run } = await openWatched(t, browser, new URL('/page', service.url).href, expected);
  const text = (selector) => run((selector) => document.querySelector(selector)?.textContent, selector);
  return {
    page: { run, text },
    vends: () => vends,
    requests: () => service.requests.filter(({ url }) => url.pathname === '/token'),
  };
}
