// RotatingTopicClient with Momento's own Web SDK in Chromium, where the SDK is at home, against a service on another origin.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { launchBrowser, openPage } from '../e2e/support/browser.mjs';
import { until } from '../e2e/support/until.mjs';
import { open, sdk } from './support/client.mjs';
import { serveSite } from './support/site.mjs';
import { topicService } from './support/topics.mjs';

let browser, site;

before(async () => {
  [browser, site] = await Promise.all([launchBrowser(), serveSite()]);
});

after(async () => {
  await browser?.close();
  site?.stop();
});

/** What Chromium says of connections that the service breaks. */
const BROKEN = [/Failed to load resource/, /net::ERR_/];

async function begin(t, options, { heartbeatMs } = {}) {
  const service = await topicService(t, { heartbeatMs });
  const { page } = await openPage(t, browser, site.url, { expected: BROKEN });
  await page.evaluate(([source, more]) => begin(source, more), [service.sourceFor('page'), { backoffMs: [50, 500], ...options }]);
  const count = () => page.evaluate(() => heard.items.length);
  return { service, page, count, heard: () => page.evaluate(() => heard) };
}

/** Publishes the numbers from here to there, some at a time; gives how many the service acknowledged. */
async function publish(topics, from, to) {
  let acknowledged = 0;
  const worker = async () => {
    while (from < to) if ((await topics.publish('chat', 'room', `${from++}`)) instanceof sdk.TopicPublish.Success) acknowledged++;
  };
  await Promise.all(Array.from({ length: 8 }, worker));
  return acknowledged;
}

test('10,000 messages over 20 tokens, with broken connections and restarts: none lost, none doubled, none out of place', { timeout: 90_000 }, async (t) => {
  const MESSAGES = 10_000;
  const ROTATIONS = 20;
  const { service, page, count, heard } = await begin(t, {}, { heartbeatMs: 250 });
  // Many a message a second is more than a page can send: it subscribes, and Node.js publishes.
  const publisher = open(t, service);
  const topic = service.topic('chat', 'room');
  const began = Date.now();
  const share = MESSAGES / ROTATIONS;
  const happened = { drops: 0, restarts: 0 };
  let acknowledged = 0;
  for (let round = 0; round < ROTATIONS; round++) {
    const middle = until('half is published', () => service.count.published >= (round + 0.5) * share).then(() => {
      if (round % 3 === 0) {
        for (const stream of service.streams) stream.drop();
        happened.drops++;
      }
      if (round % 5 === 1) {
        topic.restart({ announced: round % 2 === 0 });
        happened.restarts++;
      }
    });
    const rotating = [page.evaluate(() => rotate()), publisher.source.getToken({ forceRefresh: true })];
    acknowledged += await publish(publisher.topics, round * share, (round + 1) * share);
    await Promise.all([...rotating, middle]);
    // The old tokens are of no more use, to streams neither.
    service.revoke({ keepLast: true });
  }
  await until('all have arrived', async () => (await count()) >= MESSAGES);
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
  t.diagnostic(Object.entries(figures).map(([name, value]) => `${name}: ${value}`).join(', '));
  assert.deepEqual([acknowledged, service.count.published, items.length], [MESSAGES, MESSAGES, MESSAGES]);
  assert.deepEqual(items, inOrder);
  assert.equal(different.size, MESSAGES);
  assert.deepEqual(errors, []);
  assert.ok(gaps.length <= happened.restarts);
  assert.ok(service.count.vended > 2 * ROTATIONS && happened.drops === 7 && happened.restarts === 4);

  assert.equal(await page.evaluate(() => publish('the page can publish too')), true);
  await page.evaluate(() => end());
  await until('no stream is left', () => service.streams.size === 0);
});

test('a stream that died without a word, as after sleep', { timeout: 30_000 }, async (t) => {
  const { service, count, heard } = await begin(t, { silenceLimitMs: 600 }, { heartbeatMs: 100 });
  service.say('chat', 'room', '0');
  await until('it arrives', async () => (await count()) === 1);
  for (const stream of service.streams) stream.muted = true;
  const silent = Date.now();
  for (let number = 1; number < 20; number++) service.say('chat', 'room', `${number}`);
  await until('the rest arrives', async () => (await count()) === 20);
  t.diagnostic(`mended ${Date.now() - silent} ms after its death, with a limit of 600 ms`);
  const { items, errors } = await heard();
  assert.deepEqual([items, errors], [Array.from({ length: 20 }, (_, i) => `${i}`), []]);
  await until('the dead one is closed', () => service.streams.size === 1);
});

test('offline for a while: what was said meanwhile arrives on return', { timeout: 30_000 }, async (t) => {
  const { service, page, count, heard } = await begin(t, {}, { heartbeatMs: 100 });
  service.say('chat', 'room', '0');
  await until('it arrives', async () => (await count()) === 1);
  await page.context().setOffline(true);
  for (const stream of service.streams) stream.drop();
  for (let number = 1; number < 20; number++) service.say('chat', 'room', `${number}`);
  await until('the loss is noticed', async () => (await heard()).lost === 1);
  assert.equal(await count(), 1);
  await page.context().setOffline(false);
  const online = Date.now();
  await until('the rest arrives', async () => (await count()) === 20);
  t.diagnostic(`caught up ${Date.now() - online} ms after the return`);
  assert.deepEqual((await heard()).items, Array.from({ length: 20 }, (_, i) => `${i}`));
});
