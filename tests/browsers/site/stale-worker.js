// Stale-while-revalidate on `token`, as libraries for service workers do it.
const CACHE = 'tokens';
let served = 0;

addEventListener('install', () => skipWaiting());
addEventListener('activate', (event) => event.waitUntil(clients.claim()));
addEventListener('message', ({ ports: [port] }) => port.postMessage(served));
addEventListener('fetch', (event) => {
  const { request } = event;
  if (new URL(request.url).pathname !== '/token') return;
  const revalidated = caches.open(CACHE).then(async (cache) => {
    const response = await fetch(request);
    await cache.put(request.url, response.clone());
    return response;
  });
  const stored = caches.open(CACHE).then((cache) => cache.match(request.url));
  event.waitUntil(revalidated.catch(() => {}));
  event.respondWith(stored.then((found) => (found ? (served++, found) : revalidated)));
});
