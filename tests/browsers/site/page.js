import { TokenSource } from './token.js';
import { laboratory } from './laboratory.js';

globalThis.TokenSource = TokenSource;
globalThis.lab = laboratory();
globalThis.shows = [];
addEventListener('pageshow', ({ persisted }) => shows.push({ persisted, at: Date.now() }));

/** Opens the same source here and in all other tabs, at the same moment. */
lab.openEverywhere = (name, options) => {
  start.postMessage([name, options]);
  lab.open(name, options);
};
const start = new BroadcastChannel('start');
start.onmessage = ({ data: [name, options] }) => lab.open(name, options);

const workers = {
  dedicated: () => new Worker('worker.js', { type: 'module' }),
  shared: () => new SharedWorker('worker.js', { type: 'module' }).port,
  async service() {
    await navigator.serviceWorker.register('worker.js', { type: 'module' });
    return (await navigator.serviceWorker.ready).active;
  },
  blob: () =>
    new Worker(URL.createObjectURL(new Blob([`import '${location.origin}/worker.js';`], { type: 'text/javascript' })), {
      type: 'module',
    }),
  /** Not a worker, but spoken to as one: a frame of an opaque origin. */
  async sandbox() {
    const frame = Object.assign(document.createElement('iframe'), { sandbox: 'allow-scripts', src: 'frame.html' });
    const loaded = new Promise((resolve) => frame.addEventListener('load', resolve));
    document.body.append(frame);
    await loaded;
    return { postMessage: (message, ports) => frame.contentWindow.postMessage(message, '*', ports) };
  },
};
const hired = {};

/** The laboratory of a worker: `dedicated`, `shared`, `service` or `blob`; or of a `sandbox`. */
lab.ask = async (kind, method, ...args) => {
  const worker = await (hired[kind] ??= workers[kind]());
  const { port1, port2 } = new MessageChannel();
  const answered = new Promise((resolve) => (port1.onmessage = resolve));
  worker.postMessage([method, ...args], [port2]);
  const { value, error } = (await answered).data;
  if (error) throw new Error(error);
  return value;
};

/**
 * Puts a service worker between this page and the vending service that serves what it has stored, and asks for another
 * afterwards.
 */
lab.revalidate = async () => {
  await navigator.serviceWorker.register('stale-worker.js');
  const claimed = new Promise((resolve) =>
    navigator.serviceWorker.addEventListener('controllerchange', resolve, { once: true }),
  );
  if (!navigator.serviceWorker.controller) await claimed;
};

/** How often it served what it had stored. */
lab.served = async () => {
  const { port1, port2 } = new MessageChannel();
  const answered = new Promise((resolve) => (port1.onmessage = resolve));
  navigator.serviceWorker.controller.postMessage('served', [port2]);
  return (await answered).data;
};
