// Services that refuse, fail, dawdle, babble and lie.
import assert from 'node:assert/strict';
import { until } from '../e2e/support/until.mjs';
import { runFor, scenario } from './support/scenarios.mjs';

/** What the service answers, the error that callers get, and whether it is asked again by itself. */
const ANSWERS = {
  401: [{ status: 401, body: '{}' }, { code: 'ERR_VEND_HTTP', status: 401 }, false],
  403: [{ status: 403, body: '{}' }, { code: 'ERR_VEND_HTTP', status: 403 }, false],
  500: [{ status: 500, body: 'oops' }, { code: 'ERR_VEND_HTTP', status: 500 }, true],
  429: [{ status: 429, body: '', headers: { 'retry-after': '2' } }, { code: 'ERR_VEND_HTTP', status: 429 }, true],
  html: [
    { headers: { 'content-type': 'text/html' }, body: '<!doctype html><title>Sign in to the Wi-Fi</title>' },
    { code: 'ERR_VEND_HTML' },
    true,
  ],
  garbage: [{ body: '\u0000\u0001{"authToken":' }, { code: 'ERR_TOKEN_MALFORMED' }, true],
  empty: [{ body: '' }, { code: 'ERR_VEND_ANSWER' }, true],
  megabyte: [{ body: JSON.stringify({ authToken: 'x'.repeat(1 << 20) }) }, { code: 'ERR_VEND_TOO_LARGE' }, true],
};

scenario(
  'whatever a service answers, callers learn what was wrong, and it is not asked again at once',
  async ({ service: start, open }) => {
    const service = await start();
    service.answer = ({ url }, send) => send(ANSWERS[url.searchParams.get('as')][0]);
    const tab = await open(service.url);
    const kinds = Object.keys(ANSWERS);
    const outcomes = await tab.run((kinds) => {
      for (const kind of kinds) lab.open(kind, { vend: `token?as=${kind}`, start: 'on-demand' });
      return Promise.all(kinds.map((kind) => lab.get(kind)));
    }, kinds);
    const states = await tab.run((kinds) => kinds.map((kind) => lab.state(kind).status), kinds);
    for (const [index, kind] of kinds.entries()) {
      const [, error, again] = ANSWERS[kind];
      assert.deepEqual(outcomes[index], error, kind);
      assert.equal(states[index], again ? 'waiting' : 'failed', kind);
      const asked = service.vends.filter(({ url }) => url.searchParams.get('as') === kind).length;
      assert.ok(asked >= 1 && asked <= 2, `${kind}: ${asked} requests`);
    }
  },
);

scenario('Retry-After is obeyed', async ({ service: start, open, figure }) => {
  const service = await start();
  service.answer = ({ id }, send) => send(id === '1' ? { status: 429, body: '', headers: { 'retry-after': '3' } } : {});
  const tab = await open(service.url);
  await tab.run(() => lab.open('a'));
  await until('it asks again', () => service.vends.length === 2);
  const waited = service.vends[1].at - service.vends[0].at;
  figure('Retry-After: 3, asked again after (ms)', waited);
  assert.ok(waited >= 3000, `after ${waited} ms`);
});

scenario(
  'ten minutes of failures bring at most ten requests, and the end of them a token',
  async ({ service: start, open, figure }) => {
    const service = await start({ seconds: 3600 });
    let well = false;
    service.answer = (_, send) => send(well ? {} : { status: 500, body: '' });
    const tab = await open(`${service.url}?virtual`);
    await tab.run(() => lab.open('a'));
    await runFor(tab, 10 * 60_000);
    const sent = service.vends.length;
    figure('requests in ten minutes of 500s', sent);
    assert.ok(sent >= 4 && sent <= 10, `${sent} requests`);
    well = true;
    await runFor(tab, 6 * 60_000);
    assert.equal((await tab.lab('state', 'a')).status, 'ready');
    assert.equal(service.vends.length, sent + 1);
  },
);

scenario(
  'a slow service is waited for, and a body that never ends is cut short',
  async ({ service: start, open, figure }) => {
    const service = await start();
    service.answer = ({ url, response }, send) => {
      if (url.search === '?slow') return setTimeout(send, 1500);
      response.writeHead(200, { 'content-type': 'application/json' });
      const drip = setInterval(() => response.write(' '), 20);
      response.on('close', () => clearInterval(drip));
    };
    const tab = await open(service.url);
    const began = Date.now();
    const [slow, endless] = await tab.run(() => {
      lab.open('slow', { vend: 'token?slow' });
      lab.open('endless', { vend: 'token?endless', requestTimeoutMs: 1000, start: 'on-demand' });
      return Promise.all([lab.get('slow'), lab.get('endless')]);
    });
    assert.equal(slow.id, service.vends.find(({ url }) => url.search === '?slow').id);
    assert.deepEqual(endless, { code: 'ERR_VEND_TIMEOUT' });
    await service.vends.find(({ url }) => url.search === '?endless').gone;
    figure('endless body, time-out 1000: callers told, both done after (ms)', Date.now() - began);
  },
);
