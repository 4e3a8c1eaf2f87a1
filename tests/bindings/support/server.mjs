// What a server makes of components, in a process of its own that must end by itself, with the package installed as an
// app has it.
import { execFileSync } from 'node:child_process';
import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { install } from '../../package/support/install.mjs';

const modules = fileURLToPath(new URL('../../../node_modules', import.meta.url));

/** Runs it in a folder with these packages; `react: 'react18'` puts another one in place. What it prints comes back. */
export function run(t, code, packages) {
  const folder = install(t);
  for (const [name, target] of Object.entries(packages))
    symlinkSync(join(modules, target), join(folder, 'node_modules', name));
  // So that what stands in for a package finds the others that do.
  const flags = Object.entries(packages).some(([name, target]) => name !== target) ? ['--preserve-symlinks'] : [];
  return execFileSync('node', [...flags, '--input-type=module', '--eval', code], {
    cwd: folder,
    encoding: 'utf8',
    timeout: 20_000,
  });
}

/** The packages of a version of React. */
export const reactPackages = (version) =>
  version === '18'
    ? {
        react: 'react18',
        'react-dom': 'react-dom18',
        scheduler: 'react-dom18/node_modules/scheduler',
        'loose-envify': 'loose-envify',
        'js-tokens': 'js-tokens',
      }
    : { react: 'react', 'react-dom': 'react-dom', scheduler: 'scheduler' };

/**
 * What a server sends of a component that suspends, in boundaries as the page `react-suspense` has them; behind it,
 * where `render` is `renderToPipeableStream`, the errors that it told of.
 */
export function serverHtml(t, version, render) {
  return run(
    t,
    `import { Component, createElement as h, Suspense } from 'react';
     import { renderToPipeableStream, renderToString } from 'react-dom/server';
     import { PassThrough } from 'node:stream';
     import { text } from 'node:stream/consumers';
     import { TokenSource } from 'momento-token-wasm';
     import { useSuspenseToken } from 'momento-token-wasm/react';
     const source = new TokenSource({ vend: () => { throw new Error('a server must not vend'); }, start: 'on-demand' });
     class Boundary extends Component {
       state = { error: null };
       static getDerivedStateFromError = (error) => ({ error });
       render() { return this.state.error ? h('p', null, 'error') : this.props.children; }
     }
     const Token = () => h('p', { id: 'token' }, useSuspenseToken(source).tokenId);
     const app = h(Boundary, null, h(Suspense, { fallback: h('p', { id: 'token' }, 'fallback') }, h(Token)));
     if ('${render}' === 'renderToString') console.log(renderToString(app));
     else {
       const errors = [];
       const stream = renderToPipeableStream(app, { onError: ({ name, code }) => void errors.push(name + ' ' + code) });
       console.log(await text(stream.pipe(new PassThrough())), 'errors:', errors.join());
     }`,
    reactPackages(version),
  ).trim();
}
