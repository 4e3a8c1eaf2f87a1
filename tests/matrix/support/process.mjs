// Programs: their output is kept, and they end with what they started.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import process from 'node:process';
import { setTimeout as pause } from 'node:timers/promises';

const running = new Set();
process.on('exit', () => running.forEach(stop));
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => process.exit(1));

function stop({ pid }) {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // Gone already.
  }
}

/** Starts it in a process group of its own. `ended` says how it ended, `output()` what it has said so far. */
export function start(command, args, { cwd, env } = {}) {
  const child = spawn(command, args, {
    cwd,
    env: { ...process.env, ...env },
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  running.add(child);
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text) => (output += text));
  const ended = Promise.race([
    once(child, 'close').then(([code]) => code ?? -1),
    once(child, 'error').then(([error]) => ((output += error), -1)),
  ]);
  void ended.then(() => running.delete(child));
  return { ended, output: () => output, stop: () => (stop(child), ended) };
}

/** Runs it to its end, which has to be a good one. */
export async function run(command, args, { seconds = 480, ...options } = {}) {
  const { ended, output, stop } = start(command, args, options);
  const code = await within(seconds, ended, () => void stop());
  if (code !== 0)
    throw new Error(`${command} ${args.join(' ')}: ${code ?? `not done after ${seconds} s`}\n${output()}`);
  return output();
}

/** What comes of it, or undefined after so long. */
export async function within(seconds, promise, late = () => {}) {
  const timer = new AbortController();
  const timeout = pause(seconds * 1000, undefined, { signal: timer.signal }).then(late, () => {});
  try {
    return await Promise.race([promise, timeout]);
  } finally {
    timer.abort();
  }
}

export async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  return port;
}

/** Until a server answers there. */
export async function answering(url, server, seconds = 90) {
  for (const deadline = Date.now() + seconds * 1000; Date.now() < deadline; await pause(200)) {
    if (
      await fetch(url, { signal: AbortSignal.timeout(5_000) }).then(
        (response) => (void response.body?.cancel(), true),
        () => false,
      )
    )
      return;
    if ((await Promise.race([server.ended, pause(1, 'running')])) !== 'running') break;
  }
  throw new Error(`no answer from ${url}\n${server.output()}`);
}
