// A service worker between page and vending service, which serves what it has stored and asks for another afterwards.
import assert from 'node:assert/strict';
import { setTimeout as pause } from 'node:timers/promises';
import { scenario } from './support/scenarios.mjs';

const SECONDS = 20;

scenario(
  'a service worker that serves stale answers while it revalidates brings no call a token past its end',
  async ({ service: start, open, figure }) => {
    const service = await start({ seconds: SECONDS });
    const tab = await open(service.url);
    await tab.run(() => lab.revalidate());
    await tab.run(() => lab.open('a', { start: 'on-demand' }));
    const outcomes = { token: 0, expired: 0, error: 0 };
    // The first answer is stored, and is older than a token lives when it is served again.
    for (const rest of [0, SECONDS + 2, 2, 2, 12, 2, SECONDS + 2, 2]) {
      await pause(rest * 1_000);
      for (let call = 0; call < 3; call++) {
        const { expired, code } = await tab.lab('get', 'a', { minValidityMs: 0 });
        outcomes[expired ? 'expired' : code ? 'error' : 'token']++;
      }
    }
    figure('calls behind a stale service worker: token, expired, error', Object.values(outcomes).join(', '));
    const { errors } = await tab.lab('state', 'a');
    assert.deepEqual([outcomes, errors], [{ token: 24, expired: 0, error: 0 }, []]);
    assert.ok((await tab.run(() => lab.served())) > 2, 'the worker served what it had stored');
  },
  { without: {} },
);
