// Next.js with its own bundler, and built with webpack: a client component, a server component, and route handlers in
// both of its runtimes.
import process from 'node:process';
import { REACT, REACT_SERVER } from '../support/expected.mjs';
import * as peers from '../support/peers.mjs';
import { answering, freePort } from '../support/process.mjs';

const VERSION = '16.4.6';
const route = (runtime) => `import { handle } from '../../handler.mjs';
export const runtime = '${runtime}';
export const dynamic = 'force-dynamic';
export const GET = (request) => handle(request);`;

export default {
  packages: { next: VERSION, ...peers.REACT },
  files: {
    'app/layout.js':
      'export default function Layout({ children }) {\n  return <html lang="en"><body>{children}</body></html>;\n}',
    'app/page.js': 'export default function Page() {\n  return <p>ready</p>;\n}',
    'app/client/page.js': `'use client';
import { useEffect } from 'react';
import { report } from '../../report.mjs';
import { scenario } from '../../scenario.mjs';
let begun = false;
export default function Client() {
  useEffect(() => {
    // React mounts twice in development.
    if (!begun) void report(location.origin, scenario('/token'));
    begun = true;
  }, []);
  return <p>client</p>;
}`,
    'app/react/page.js': `'use client';
import '../../watch.js';
import { Shown } from '../../react-shown.mjs';
export default function React() {
  return <main><Shown /></main>;
}`,
    'app/server/page.js': `import { report } from '../../report.mjs';
import { scenario } from '../../scenario.mjs';
export default async function Server({ searchParams }) {
  const { service } = await searchParams;
  await report(service, scenario(service + '/token'));
  return <p>server</p>;
}`,
    'app/edge/route.js': route('edge'),
    'app/node/route.js': route('nodejs'),
  },
  async cases({ start, build, row, page }) {
    const serve = async (mode, csp, command) => {
      const port = await freePort();
      const server = start('next', [command, '--hostname', '127.0.0.1', '--port', String(port)], { env: { CI: '' } });
      try {
        await answering(`http://127.0.0.1:${port}/`, server);
        for (const [what, path, engine] of [
          ['server component', 'server'],
          ['route handler', 'node'],
          ['edge', 'edge', 'edge runtime'],
        ]) {
          await row(
            'Next.js',
            VERSION,
            `${mode}, ${what}`,
            engine ?? `Node.js ${process.versions.node}`,
            async ({ origin }) => {
              const answer = await fetch(`http://127.0.0.1:${port}/${path}?service=${origin}`);
              const text = await answer.text();
              return { output: () => `${answer.status} ${text.slice(0, 2_000)}\n${server.output()}` };
            },
          );
        }
        await page('Next.js', VERSION, `${mode}, client component`, { proxy: port, csp }, { path: '/client' });
        await row(
          'Next.js',
          VERSION,
          `${mode}, client component on the server`,
          `Node.js ${process.versions.node}`,
          async ({ origin }) => {
            const text = await (await fetch(`http://127.0.0.1:${port}/react`)).text();
            const html = /<main>(.*?)<\/main>/.exec(text)?.[1];
            await fetch(`${origin}/report`, { method: 'POST', body: JSON.stringify({ html, troubles: [] }) });
            return { output: () => `${text.slice(0, 2_000)}\n${server.output()}` };
          },
          { expected: REACT_SERVER },
        );
        await page(
          'Next.js',
          VERSION,
          `${mode}, client component`,
          { proxy: port, csp },
          { path: '/react', expected: REACT },
        );
      } finally {
        await server.stop();
      }
    };
    const own = "script-src 'self' 'unsafe-inline' 'wasm-unsafe-eval'";
    await build('next', ['build']);
    await serve('build', own, 'start');
    await build('next', ['build', '--webpack']);
    await serve('build, webpack', own, 'start');
    await serve('dev', `${own} 'unsafe-eval'`, 'dev');
  },
};
