// Programs that a test starts, each as the leader of a process group of its own: to be stopped, woken and ended as a
// whole.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const groups = new Set();
process.on('exit', () => groups.forEach((group) => group.signal('SIGKILL')));
for (const [name, code] of [
  ['SIGINT', 130],
  ['SIGTERM', 143],
])
  process.on(name, () => process.exit(code));

/** `pipes` is how many file descriptors from 3 on are pipes to it. Ended at the latest with this process. */
export function startGroup(command, args, { pipes = 0, env = {} } = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'momento-browser-'));
  const child = spawn(
    command,
    args.map((arg) => arg.replace('{folder}', folder)),
    {
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe', ...Array(pipes).fill('pipe')],
      env: { ...process.env, ...env, HOME: folder },
    },
  );
  let journal = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (text) => (journal = (journal + text).slice(-10_000)));
  const failed = new Promise((_, reject) => child.once('error', reject));
  failed.catch(() => {});
  const ended = Promise.race([once(child, 'exit'), failed]).catch(() => {});
  const group = {
    stdio: child.stdio,
    failed,
    get journal() {
      return journal;
    },
    signal(name) {
      try {
        process.kill(-child.pid, name);
      } catch (error) {
        if (error.code !== 'ESRCH') throw error;
      }
    },
    async end() {
      group.signal('SIGCONT');
      group.signal('SIGTERM');
      const late = setTimeout(() => group.signal('SIGKILL'), 3_000);
      await ended;
      clearTimeout(late);
      group.signal('SIGKILL'); // what the leader has left behind
      groups.delete(group);
      rmSync(folder, { recursive: true, force: true, maxRetries: 20 });
    },
  };
  groups.add(group);
  return group;
}

/** A port of 127.0.0.1 that was free a moment ago. */
export async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}
