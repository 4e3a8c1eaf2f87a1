// A laboratory in a dedicated, a shared or a service worker, and its end of the line (line.js).
import { laboratory } from './laboratory.js';

const lab = laboratory();
const answer = async ({ data: [method, ...args], ports: [port] }) => {
  try {
    port.postMessage({ value: (await lab[method](...args)) ?? null });
  } catch (error) {
    port.postMessage({ error: String(error) });
  }
};
self.addEventListener('message', answer);
self.addEventListener('connect', ({ ports: [port] }) => (port.onmessage = answer));
self.addEventListener('install', () => self.skipWaiting());
self.addEventListener('activate', (event) => event.waitUntil(self.clients.claim()));
