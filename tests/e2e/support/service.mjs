// The real vending service, serving the built site.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const root = new URL('../../../', import.meta.url);
const path = (relative) => fileURLToPath(new URL(relative, root));

/** Starts it on a free port, with tokens of `ttl` seconds; gives its address and how to stop it. */
export async function startService({ ttl }) {
  // The signer is named, as in `make demo`: a MOMENTO_API_KEY of whoever runs the tests is none of theirs.
  const args = ['--issuer', 'embedded', '--port', '0', '--ttl', String(ttl), '--site', path('www/dist'), '--demo'];
  const service = spawn(path('target/demo/vending'), args, { stdio: ['ignore', 'pipe', 'pipe'] });
  const journal = [];
  createInterface({ input: service.stderr }).on('line', (line) => journal.push(line));
  const ended = once(service, 'exit');

  const address = (async () => {
    for await (const line of createInterface({ input: service.stdout })) {
      const found = /^listening on (http:\/\/\S+)$/.exec(line);
      if (found) return found[1];
    }
  })();
  const url = await Promise.race([address, ended.then(() => undefined)]);
  if (!url) throw new Error(`the vending service did not start:\n${journal.join('\n')}`);

  const stop = async () => {
    service.kill('SIGTERM');
    const [code, signal] = await ended;
    if (code !== 0) throw new Error(`the vending service ended with ${signal ?? code}:\n${journal.join('\n')}`);
  };
  return { url, stop };
}
