// The command line that `make demo` ends with, run as make would.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { root } from './root.mjs';

/** Starts it; gives its address, what it wrote to standard error, and how to stop it. Ends with the test. */
export async function startDemo(t, line, env) {
  const child = spawn('/bin/sh', ['-c', `exec ${line}`], { cwd: root, env, stdio: ['ignore', 'pipe', 'pipe'] });
  t.after(() => child.kill('SIGKILL'));
  let log = '';
  child.stderr.setEncoding('utf8').on('data', (text) => (log += text));
  const ended = once(child, 'close');
  const url = await Promise.race([
    (async () => {
      for await (const written of createInterface({ input: child.stdout })) {
        const found = /^listening on (http:\/\/\S+)$/.exec(written);
        if (found) return found[1];
      }
    })(),
    ended.then(() => undefined),
  ]);
  if (!url) throw new Error(`it did not start:\n${log}`);
  return {
    url,
    log: () => log,
    stop: async () => {
      child.kill('SIGTERM');
      await ended;
    },
  };
}
