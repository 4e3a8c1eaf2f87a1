// Request bodies as real engines send them: what arrives, and as which type.
import assert from 'node:assert/strict';
import { scenario } from './support/scenarios.mjs';

/** What each kind arrives as. */
const ARRIVES = {
  text: ['text/plain;charset=UTF-8', 'room=a b'],
  params: ['application/x-www-form-urlencoded;charset=UTF-8', 'room=a+b'],
  blob: ['application/xml', '<room/>'],
  bytes: [undefined, 'bytes'],
  buffer: [undefined, 'some bytes'],
  data: ['application/json', '{"room":"a"}'],
  named: ['application/x-mine', 'room=a b'],
};

scenario('text, forms, Blobs and bytes arrive as they were given, data as JSON', async ({ service: start, open }) => {
  const service = await start();
  const tab = await open(service.url);
  const sent = await tab.run(async () => {
    const bytes = new TextEncoder().encode('some bytes');
    const form = new FormData();
    form.append('room', 'a b');
    form.append('photo', new Blob(['pixels'], { type: 'image/png' }), 'a.png');
    const kinds = {
      text: { body: 'room=a b' },
      params: { body: new URLSearchParams({ room: 'a b' }) },
      blob: { body: new Blob(['<room/>'], { type: 'application/xml' }) },
      bytes: { body: bytes.subarray(5) },
      buffer: { body: bytes.buffer },
      data: { body: { room: 'a' } },
      named: { body: 'room=a b', headers: { 'content-type': 'application/x-mine' } },
      form: { body: form },
    };
    for (const [kind, request] of Object.entries(kinds)) {
      const { message } = await lab.attempt({ url: `token?${kind}`, ...request });
      if (message) throw new Error(`${kind}: ${message}`);
    }
    return Object.keys(kinds);
  });
  assert.deepEqual(
    service.vends.map(({ method, url }) => [method, url.search]),
    sent.map((kind) => ['POST', `?${kind}`]),
  );
  for (const { url, type, body } of service.vends.slice(0, -1)) {
    assert.deepEqual([type, body], ARRIVES[url.search.slice(1)], url.search);
  }
  const { type, body } = service.vends.at(-1);
  const form = await new Response(body, { headers: { 'content-type': type } }).formData();
  const photo = form.get('photo');
  assert.deepEqual(
    [form.get('room'), photo.name, photo.type, await photo.text()],
    ['a b', 'a.png', 'image/png', 'pixels'],
  );
});

scenario('a body of any kind goes along where a 307 leads', async ({ service: start, open }) => {
  const service = await start();
  service.answer = ({ url }, send) =>
    send(url.search ? {} : { status: 307, headers: { location: '/token?moved' }, body: '' });
  const tab = await open(service.url);
  const ids = await tab.run(async () => {
    const form = new FormData();
    form.append('room', 'a');
    const bodies = [
      { room: 'a' },
      'a',
      new URLSearchParams('room=a'),
      form,
      new Blob(['a']),
      new Uint8Array(1).fill(97),
    ];
    const outcomes = [];
    for (const body of bodies) outcomes.push(await lab.attempt({ url: 'token', body }));
    return outcomes.map(({ id, message }) => id ?? message);
  });
  assert.deepEqual(ids, ['2', '4', '6', '8', '10', '12']);
  const sizes = service.vends.map(({ method, body }) => `${method} ${body.length}`);
  assert.deepEqual(
    sizes.filter((_, index) => index % 2 === 0),
    sizes.filter((_, index) => index % 2 === 1),
  );
});
