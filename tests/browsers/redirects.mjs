// Redirects, counted at the service: whatever it answers, the vend URL is requested once per attempt.
import assert from 'node:assert/strict';
import { scenario } from './support/scenarios.mjs';

/**
 * One attempt by POST from such a place. A blob has no URL to resolve a relative one against, and a frame's service may
 * be another's.
 */
const vend = (tab, place, url, request) => {
  const asked = { url, method: 'POST', ...request };
  return place === 'page' ? tab.lab('attempt', asked) : tab.lab('ask', place, 'attempt', asked);
};

/** The service answers `/token` with a redirect there, and all else with a token. */
const leadTo = (service, location, status = 303) =>
  (service.answer = ({ url }, send) => send(url.search ? {} : { status, headers: { location }, body: '' }));

const sent = ({ vends }) => vends.map(({ method, url }) => `${method} ${url.pathname}${url.search}`);

for (const place of ['page', 'dedicated', 'shared', 'service', 'blob']) {
  const from = place === 'page' ? 'a page' : `a ${place} worker`;

  scenario(
    `${from} at the service's origin: a redirect within it is followed, and the POST is sent once`,
    async ({ service: start, open }) => {
      const service = await start();
      leadTo(service, '/token?moved');
      const tab = await open(service.url);
      assert.deepEqual(await vend(tab, place, `${service.url}token`), { id: '2' });
      assert.deepEqual(sent(service), ['POST /token', 'GET /token?moved']);
    },
  );

  scenario(
    `${from} at the service's origin: a redirect away is a network failure, and nothing is sent there`,
    async ({ service: start, open }) => {
      const [service, elsewhere] = [await start(), await start({ cors: true })];
      const tab = await open(service.url);
      for (const status of [303, 307]) {
        leadTo(service, `${elsewhere.url}token?moved`, status);
        const { code, message } = await vend(tab, place, `${service.url}token`);
        assert.equal(code, 'ERR_VEND_NETWORK');
        assert.match(message, /the user's session may have ended/);
      }
      assert.deepEqual([sent(service), sent(elsewhere)], [['POST /token', 'POST /token'], []]);
    },
  );
}

for (const place of ['page', 'dedicated', 'sandbox']) {
  const from = {
    page: 'a page of another origin',
    dedicated: 'a worker of another origin',
    sandbox: 'a frame of an opaque origin',
  }[place];

  scenario(
    `${from}: no redirect is followed but by leave of the app, and it is known why`,
    async ({ service: start, open }) => {
      const service = await start({ cors: true });
      const page = place === 'sandbox' ? service : await start();
      leadTo(service, '/token?moved');
      const tab = await open(page.url);
      const url = `${service.url}token`;
      assert.equal((await vend(tab, place, url)).code, 'ERR_VEND_REDIRECT');
      assert.deepEqual(sent(service), ['POST /token']);
      assert.deepEqual(await vend(tab, place, url, { allowRedirects: true }), { id: '3' });
      assert.deepEqual(sent(service), ['POST /token', 'POST /token', 'GET /token?moved']);
      service.answer = (_, send) => send();
      assert.deepEqual(await vend(tab, place, url), { id: '4' });
      if (place === 'sandbox') assert.equal(service.vends[0].origin, 'null');
    },
  );
}

scenario(
  'a sign-in page within the origin is a web page, and the error says what may have happened',
  async ({ service: start, open }) => {
    const service = await start();
    leadTo(service, '/away.html', 302);
    const tab = await open(service.url);
    const { code, message } = await vend(tab, 'page', 'token');
    assert.equal(code, 'ERR_VEND_HTML');
    assert.match(message, /the user's session may have ended/);
    assert.deepEqual(sent(service), ['POST /token']);
  },
);

scenario('a service worker that follows redirects for its page may do so', async ({ service: start, open }) => {
  const service = await start();
  leadTo(service, '/token?moved');
  const tab = await open(service.url);
  await tab.run(async () => {
    const controlled = new Promise((resolve) => navigator.serviceWorker.addEventListener('controllerchange', resolve));
    await navigator.serviceWorker.register('follower.js');
    await controlled;
  });
  assert.deepEqual(await vend(tab, 'page', 'token'), { id: '2' });
  assert.deepEqual(sent(service), ['POST /token', 'GET /token?moved']);
});
