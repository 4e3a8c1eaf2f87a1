// Sources in workers, which have locks and channels but no page.
import assert from 'node:assert/strict';
import { until } from '../e2e/support/until.mjs';
import { scenario } from './support/scenarios.mjs';

for (const kind of ['dedicated', 'shared', 'service']) {
  scenario(`in a ${kind} worker: a token, and the next`, async ({ service: start, open }) => {
    const service = await start({ seconds: 3 });
    const tab = await open(service.url);
    await tab.lab('ask', kind, 'open', 'a');
    assert.deepEqual(await tab.lab('ask', kind, 'get', 'a', { minValidityMs: 0 }), { id: '1' });
    await until('the second is there', async () => (await tab.lab('ask', kind, 'state', 'a')).id === '2');
    await tab.lab('ask', kind, 'close', 'a');
  });

  scenario(`a ${kind} worker and a page share one token`, async ({ service: start, open }) => {
    const service = await start();
    // The second lives longer: no tab exchanges a token for one that is as good.
    service.answer = ({ id }, send) => send({ body: service.mint(id, 100 * Number(id)) });
    const tab = await open(service.url);
    await tab.lab('open', 'a', { shareAcrossTabs: 'a' });
    assert.deepEqual(await tab.lab('get', 'a'), { id: '1' });
    await tab.lab('ask', kind, 'open', 'a', { shareAcrossTabs: 'a' });
    assert.deepEqual(await tab.lab('ask', kind, 'get', 'a'), { id: '1' });
    assert.deepEqual(await tab.lab('ask', kind, 'get', 'a', { forceRefresh: true }), { id: '2' });
    await until('the page has it too', async () => (await tab.lab('state', 'a')).id === '2');
    assert.equal(service.vends.length, 2);
  });
}
