// Calls from all sides at once, rejections, and the end.
import assert from 'node:assert/strict';
import { until } from '../e2e/support/until.mjs';
import { scenario } from './support/scenarios.mjs';

scenario('a hundred calls at once, of every kind, send one request', async ({ service: start, open }) => {
  const service = await start();
  const tab = await open(service.url);
  const settled = await tab.run(async () => {
    lab.open('a', { start: 'on-demand' });
    const call = (index) => {
      if (index % 4 === 0) return lab.get('a');
      if (index % 4 === 1) return lab.get('a', { forceRefresh: true });
      if (index % 4 === 2) return lab.get('a', { minValidityMs: index * 1000 });
      const controller = new AbortController();
      const waiting = lab.get('a', { signal: controller.signal });
      controller.abort(new Error('no longer wanted'));
      return waiting;
    };
    return Promise.all(Array.from({ length: 100 }, (_, index) => call(index)));
  });
  for (const [index, outcome] of settled.entries()) {
    assert.deepEqual(outcome, index % 4 === 3 ? { code: 'Error: no longer wanted' } : { id: '1' }, `call ${index}`);
  }
  assert.equal(service.vends.length, 1);
});

scenario('a token reported as rejected a thousand times is fetched anew once', async ({ service: start, open }) => {
  const service = await start();
  const tab = await open(service.url);
  await tab.run(() => lab.open('a'));
  assert.deepEqual(await tab.lab('get', 'a'), { id: '1' });
  await tab.run(() => {
    const token = lab.source('a').current;
    for (let time = 0; time < 1000; time++) lab.source('a').reportRejected(token);
    globalThis.rejected = token;
  });
  assert.deepEqual(await tab.lab('get', 'a'), { id: '2' });
  // The same token, told of late: it is not the one in hand.
  await tab.run(() => lab.source('a').reportRejected(rejected));
  assert.deepEqual(await tab.lab('get', 'a'), { id: '2' });
  assert.equal(service.vends.length, 2);
});

scenario(
  'an app that rejects every token it is given brings at most one request a second',
  async ({ service: start, open, figure }) => {
    const service = await start();
    const tab = await open(service.url);
    const began = Date.now();
    await tab.run(() => {
      lab.open('a');
      const source = lab.source('a');
      source.addEventListener('token', ({ detail }) => source.reportRejected(detail));
    });
    await until('the fourth request', () => service.vends.length >= 4);
    await tab.lab('close', 'a');
    const times = service.vends.map(({ at }) => at);
    for (const [index, at] of times.entries()) assert.ok(index === 0 || at - times[index - 1] > 900, `${times}`);
    figure('401 loop: requests a second', ((times.length - 1) / ((times.at(-1) - began) / 1000)).toFixed(2));
  },
);

scenario('built twice, as in the strict mode of React, a source asks once', async ({ service: start, open }) => {
  const service = await start();
  const tab = await open(service.url);
  const settled = await tab.run(async () => {
    // Rendered twice, of which one is thrown away; mounted, unmounted and mounted.
    lab.open('thrown away', { start: 'on-demand' });
    lab.open('first', { start: 'on-demand' });
    const first = lab.get('first');
    lab.close('first');
    lab.open('second', { start: 'on-demand' });
    return Promise.all([first, lab.get('second')]);
  });
  assert.deepEqual(settled, [{ code: 'ERR_CLOSED' }, { id: '1' }]);
  assert.equal(service.vends.length, 1);
});

scenario('closed in the midst of a request, a source ends it and sends no other', async ({ service: start, open }) => {
  const service = await start({ seconds: 2 });
  service.answer = () => {}; // never
  const tab = await open(service.url);
  await tab.run(() => lab.open('a'));
  const waiting = tab.lab('get', 'a');
  await until('the request is there', () => service.vends.length === 1);
  await tab.lab('close', 'a');
  assert.deepEqual(await waiting, { code: 'ERR_CLOSED' });
  await service.vends[0].gone;
  service.answer = (_, send) => send();

  // And between two requests: one that goes on tells how much time has passed.
  await tab.run(() => lab.open('closed'));
  await tab.lab('get', 'closed');
  await tab.lab('close', 'closed');
  const sent = service.vends.length;
  await tab.run(() => lab.open('open', { vend: 'token?open' }));
  await until('the other has fetched twice', () => service.vends.length >= sent + 2);
  assert.deepEqual(
    service.vends.slice(sent).filter(({ url }) => url.search !== '?open'),
    [],
  );
});
