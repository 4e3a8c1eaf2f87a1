// Cloudflare's workerd, with the package as a Worker has it. In front of it stands another Worker, which can cut a
// request off as a client that goes away does: `?cut=` and after how many milliseconds.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const file = (path) => fileURLToPath(new URL(path, import.meta.url));

const FRONT = `export default {
  async fetch(request, env) {
    const cut = new URL(request.url).searchParams.get('cut');
    const controller = new AbortController();
    if (cut) setTimeout(() => controller.abort(), Number(cut));
    return env.APP.fetch(request.url, { signal: controller.signal }).catch(() => new Response('"cut"'));
  },
};`;

const config = (date) => `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [
    (name = "front", worker = .front),
    (name = "app", worker = .app),
    (name = "internet", network = (allow = ["private", "local"])),
  ],
  sockets = [(name = "http", http = (), service = "front")],
);
const front :Workerd.Worker = (
  modules = [(name = "front.mjs", esModule = embed "front.mjs")],
  compatibilityDate = "${date}",
  bindings = [(name = "APP", service = "app")],
);
const app :Workerd.Worker = (
  modules = [
    (name = "app.mjs", esModule = embed "app.mjs"),
    (name = "index.workerd.js", esModule = embed "index.workerd.js"),
    (name = "token.wasm", wasm = embed "token.wasm"),
  ],
  compatibilityDate = "${date}",
);`;

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}

/**
 * Starts a Worker for the length of a test. Its paths are the names of `handlers`, which are the text of functions:
 * what they return comes back as JSON. `before` stands at the level of the module.
 */
export async function startWorker(context, { before, handlers, date = '2026-06-01' }) {
  const folder = mkdtempSync(join(tmpdir(), 'worker-'));
  const app = `import { TokenSource } from './index.workerd.js';
${before}
const handlers = { ${Object.entries(handlers).map(([name, text]) => `${name}: ${text}`)} };
const tell = ({ code, message, status }) => ({ error: code ?? message, status });
export default {
  async fetch(request) {
    const { pathname } = new URL(request.url);
    return Response.json((await (async () => handlers[pathname.slice(1)]())().catch(tell)) ?? null);
  },
};`;
  const files = { 'app.mjs': app, 'front.mjs': FRONT, 'config.capnp': config(date) };
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  for (const name of ['index.workerd.js', 'token.wasm']) copyFileSync(file(`../../../pkg/${name}`), join(folder, name));
  const port = await freePort();
  const command = file('../../../node_modules/.bin/workerd');
  const child = spawn(command, ['serve', 'config.capnp', '--socket-addr', `http=127.0.0.1:${port}`], { cwd: folder });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text) => (output += text));
  const ended = once(child, 'close');
  context.after(async () => {
    child.kill('SIGKILL');
    await ended;
    rmSync(folder, { recursive: true, force: true });
  });
  const ask = async (path) => (await fetch(`http://127.0.0.1:${port}/${path}`)).json();
  for (let tries = 0; ; tries++) {
    const isUp = await fetch(`http://127.0.0.1:${port}/`).then(
      (response) => response.text(),
      () => undefined,
    );
    if (isUp !== undefined) break;
    if (child.exitCode !== null || tries > 300) throw new Error(`the Worker does not start\n${output}`);
    await new Promise((done) => setTimeout(done, 100));
  }
  return { ask, output: () => output };
}
