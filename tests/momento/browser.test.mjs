// RotatingTopicClient with Momento's own Web SDK in Chromium, Firefox and WebKit, where the SDK is at home, against a
// service on another origin.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { inEachBrowser } from '../browsers/support/each.mjs';
import { openWatched } from '../browsers/support/watch.mjs';
import { until } from '../e2e/support/until.mjs';
import { open, sdk } from './support/client.mjs';
import { serveSite } from './support/site.mjs';
import { topicService } from './support/topics.mjs';

let site;
before(async () => (site = await serveSite()));
after(() => site?.stop());

/** How long a browser may take that shares the machine with the other two. */
const PATIENCE = 60;

async function begin(t, browser, options, { heartbeatMs } = {}) {
  const service = await topicService(t, { heartbeatMs });
  const page = await openWatched(t, browser, site.url);
  await page.run((source, more) => begin(source, more), service.sourceFor('page'), {
    backoffMs: [50, 500],
    ...options,
  });
  const count = () => page.run(() => heard.items.length);
  return { service, page, count, heard: () => page.run(() => heard) };
}

/** Publishes the numbers from here to there, some at a time; gives how many the service acknowledged. */
async function publish(topics, from, to) {
  let acknowledged = 0;
  const worker = async () => {
    while (from < to)
      if ((await topics.publish('chat', 'room', `${from++}`)) instanceof sdk.TopicPublish.Success) acknowledged++;
  };
  await Promise.all(Array.from({ length: 8 }, worker));
  return acknowledged;
}

inEachBrowser((browser, name) => {
  // Each is published, and all of that by this one process: a fifth of them is what the other two bear beside it.
  const MESSAGES = name === 'chromium' ? 10_000 : 2_000;
  test(`${MESSAGES} messages over 20 tokens, with broken connections and restarts: none lost, none doubled, none out of place`, {
    timeout: 240_000,
  }, async (t) => {
    const ROTATIONS = 20;
    const { service, page, count, heard } = await begin(t, browser(), {}, { heartbeatMs: 250 });
    // Many a message a second is more than a page can send: it subscribes, and Node.js publishes.
    const publisher = open(t, service);
    const topic = service.topic('chat', 'room');
    const began = Date.now();
    const share = MESSAGES / ROTATIONS;
    const happened = { drops: 0, restarts: 0 };
    let acknowledged = 0;
    for (let round = 0; round < ROTATIONS; round++) {
      const middle = until('half is published', () => service.count.published >= (round + 0.5) * share, PATIENCE).then(
        () => {
          if (round % 3 === 0) {
            for (const stream of service.streams) stream.drop();
            happened.drops++;
          }
          if (round % 5 === 1) {
            topic.restart({ announced: round % 2 === 0 });
            happened.restarts++;
          }
        },
      );
      const rotating = [page.run(() => rotate()), publisher.source.getToken({ forceRefresh: true })];
      acknowledged += await publish(publisher.topics, round * share, (round + 1) * share);
      await Promise.all([...rotating, middle]);
      // The old tokens are of no more use, to streams neither.
      service.revoke({ keepLast: true });
    }
    await until('all have arrived', async () => (await count()) >= MESSAGES, PATIENCE);
    const seconds = ((Date.now() - began) / 1000).toFixed(1);
    const { items, errors, gaps } = await heard();
    const inOrder = topic.log.filter(({ discontinuity }) => !discontinuity).map(({ value }) => value.getText());
    const different = new Set(items);
    const figures = {
      acknowledged,
      'at the service': service.count.published,
      received: items.length,
      lost: inOrder.filter((value) => !different.has(value)).length,
      doubled: items.length - different.size,
      'tokens of both': service.count.vended,
      streams: service.count.subscribed,
      'sent by the service': service.count.sent,
      ...happened,
      seconds,
    };
    t.diagnostic(
      Object.entries(figures)
        .map(([name, value]) => `${name}: ${value}`)
        .join(', '),
    );
    assert.deepEqual([acknowledged, service.count.published, items.length], [MESSAGES, MESSAGES, MESSAGES]);
    assert.deepEqual(items, inOrder);
    assert.equal(different.size, MESSAGES);
    assert.deepEqual(errors, []);
    assert.ok(gaps.length <= happened.restarts);
    assert.ok(service.count.vended > 2 * ROTATIONS && happened.drops === 7 && happened.restarts === 4);

    assert.equal(await page.run(() => publish('the page can publish too')), true);
    await page.run(() => end());
    await until('no stream is left', () => service.streams.size === 0);
  });

  test('a stream that died without a word, as after sleep', { timeout: 120_000 }, async (t) => {
    const { service, count, heard } = await begin(t, browser(), { silenceLimitMs: 600 }, { heartbeatMs: 100 });
    service.say('chat', 'room', '0');
    await until('it arrives', async () => (await count()) === 1);
    for (const stream of service.streams) stream.muted = true;
    const silent = Date.now();
    for (let number = 1; number < 20; number++) service.say('chat', 'room', `${number}`);
    await until('the rest arrives', async () => (await count()) === 20, PATIENCE);
    t.diagnostic(`mended ${Date.now() - silent} ms after its death, with a limit of 600 ms`);
    const { items, errors } = await heard();
    assert.deepEqual([items, errors], [Array.from({ length: 20 }, (_, i) => `${i}`), []]);
    await until('the dead one is closed', () => service.streams.size === 1);
  });

  // WebKit's driver cannot take it offline.
  if (name !== 'webkit') {
    test('offline for a while: what was said meanwhile arrives on return', { timeout: 120_000 }, async (t) => {
      const { service, count, heard } = await begin(t, browser(), {}, { heartbeatMs: 100 });
      service.say('chat', 'room', '0');
      await until('it arrives', async () => (await count()) === 1);
      await browser().offline(true);
      for (const stream of service.streams) stream.drop();
      for (let number = 1; number < 20; number++) service.say('chat', 'room', `${number}`);
      await until('the loss is noticed', async () => (await heard()).lost === 1);
      assert.equal(await count(), 1);
      await browser().offline(false);
      const online = Date.now();
      await until('the rest arrives', async () => (await count()) === 20, PATIENCE);
      t.diagnostic(`caught up ${Date.now() - online} ms after the return`);
      assert.deepEqual(
        (await heard()).items,
        Array.from({ length: 20 }, (_, i) => `${i}`),
      );
    });
  }
});
