// Every kind of `vend.body`: it arrives as it was given, or the constructor says why it cannot.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { Readable } from 'node:stream';
import { test } from 'node:test';
import { runInNewContext } from 'node:vm';
import { ExpiresIn, TokenScopes, TokenSource } from '../../pkg/index.js';
import { driveClock, replace, settle } from './support/clock.mjs';
import { disposable } from './support/mint.mjs';

const LIMIT = { timeout: 20_000 };

const BESIDE = { scope: TokenScopes.cacheReadOnly('chat'), expiresIn: ExpiresIn.minutes(5), tokenId: 'ann' };

const make = (body, options, request) =>
  new TokenSource({ vend: { url: 'http://localhost/token', body, ...request }, start: 'on-demand', ...options });

/** A server that keeps the bytes it is sent. */
async function listen(context) {
  const requests = [];
  const server = createServer(async (request, response) => {
    requests.push({
      method: request.method,
      type: request.headers['content-type'],
      bytes: Buffer.concat(await request.toArray()),
    });
    response.end(disposable());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  context.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return { requests, url: `http://127.0.0.1:${server.address().port}/token` };
}

/** What arrives of a body. */
async function arrives(context, body, { options, ...request } = {}) {
  const { url, requests } = await listen(context);
  const source = new TokenSource({ vend: { url, body, ...request }, start: 'on-demand', ...options });
  await source.getToken();
  source.close();
  assert.equal(requests.length, 1);
  return requests[0];
}

const refusal = (body, options, request) => {
  try {
    make(body, options, request).close();
  } catch (error) {
    assert.deepEqual([error.name, error.code], ['TokenError', 'ERR_ARGUMENT']);
    return error.message;
  }
  return undefined;
};

class Room {
  #secret = 1;
  name = 'lobby';
  toJSON() {
    return { room: this.name, number: this.#secret };
  }
}

const form = () => {
  const made = new FormData();
  made.append('room', 'lobby');
  made.append('photo', new File(['pixels'], 'a.png', { type: 'image/png' }));
  return made;
};

// ── sent as they are ──

for (const [name, body, type, text] of [
  ['a string', 'room=lobby', 'text/plain;charset=UTF-8', 'room=lobby'],
  ['an empty string', '', 'text/plain;charset=UTF-8', ''],
  ['text that is JSON', '{"room":"\u20ac"}', 'text/plain;charset=UTF-8', '{"room":"\u20ac"}'],
  [
    'URLSearchParams',
    new URLSearchParams({ room: 'a b', code: '1&2' }),
    'application/x-www-form-urlencoded;charset=UTF-8',
    'room=a+b&code=1%262',
  ],
  ['a Blob', new Blob(['<room/>'], { type: 'application/xml' }), 'application/xml', '<room/>'],
  ['a Blob without a type', new Blob(['x']), undefined, 'x'],
  ['a File', new File(['x,y'], 'a.csv', { type: 'text/csv' }), 'text/csv', 'x,y'],
  ['an ArrayBuffer', new TextEncoder().encode('bytes').buffer, undefined, 'bytes'],
  ['a view of a part of one', new TextEncoder().encode('some bytes here').subarray(5, 10), undefined, 'bytes'],
  ['a DataView', new DataView(new TextEncoder().encode('bytes').buffer, 1, 3), undefined, 'yte'],
  ['a Buffer, which has a toJSON', Buffer.from('bytes'), undefined, 'bytes'],
  ['bytes of another realm', runInNewContext('Uint8Array.of(104, 105)'), undefined, 'hi'],
  ['bytes that threads share', new Uint8Array(new SharedArrayBuffer(2)).fill(65), undefined, 'AA'],
]) {
  test(`${name} is sent as it is`, LIMIT, async (t) => {
    const { bytes, ...rest } = await arrives(t, body);
    assert.deepEqual({ ...rest, text: bytes.toString() }, { method: 'POST', type, text });
    // A content type of the app's own goes before.
    assert.equal(
      (await arrives(t, body, { headers: { 'content-type': 'application/x-mine' } })).type,
      'application/x-mine',
    );
  });

  test(`${name} beside what would be added to an object is refused`, () => {
    for (const [option, value] of Object.entries(BESIDE)) {
      const message = refusal(body, { [option]: value });
      assert.match(message, /^vend\.body: expected an object/);
      assert.ok(message.includes(`\`${option}\``), message);
    }
  });
}

test('a form is sent as one, with its files', LIMIT, async (t) => {
  const { type, bytes } = await arrives(t, form());
  const read = await new Response(bytes, { headers: { 'content-type': type } }).formData();
  const photo = read.get('photo');
  assert.deepEqual(
    [read.get('room'), photo.name, photo.type, await photo.text()],
    ['lobby', 'a.png', 'image/png', 'pixels'],
  );
  for (const [option, value] of Object.entries(BESIDE))
    assert.match(refusal(form(), { [option]: value }), /^vend\.body: /);
});

test('each attempt sends it anew, and what the app does with it afterwards makes no difference', async (t) => {
  const clock = driveClock(t);
  const bytes = new TextEncoder().encode('bytes');
  const params = new URLSearchParams({ room: 'lobby' });
  const changing = form();
  const bodies = [bytes, bytes.buffer, params, changing];
  const sent = [];
  const read = async (body) => {
    const request = new Request('http://localhost/', { method: 'POST', body });
    return body instanceof FormData ? [...body.keys()].join() : request.text();
  };
  replace(t, globalThis, { fetch: async (_, { body }) => (sent.push(await read(body)), new Response(disposable())) });
  const sources = bodies.map((body) => make(body));
  bytes.fill(120);
  params.set('room', 'other');
  changing.append('more', '1');
  for (const source of sources) {
    await source.getToken();
    clock.jump(2_000);
    await source.getToken({ forceRefresh: true });
    source.close();
  }
  assert.deepEqual(
    sent,
    ['bytes', 'bytes', 'room=lobby', 'room,photo'].flatMap((text) => [text, text]),
  );
});

// ── sent as JSON ──

const added = { scope: { permissions: [{ role: 'readonly', cache: 'chat' }] }, expiresIn: 300, tokenId: 'ann' };

for (const [name, body, plain] of [
  [
    'an object',
    { room: 'lobby', none: undefined, toBe: { nested: [1, null, new Date(0)] } },
    { room: 'lobby', toBe: { nested: [1, null, '1970-01-01T00:00:00.000Z'] } },
  ],
  ['an object without a prototype', Object.assign(Object.create(null), { room: 'lobby' }), { room: 'lobby' }],
  ['an object of another realm', runInNewContext('({ room: "lobby" })'), { room: 'lobby' }],
  ['an object with `toJSON`', new Room(), { room: 'lobby', number: 1 }],
  ['one whose `toJSON` is its own', { id: 1, toJSON: () => ({ id: 2 }) }, { id: 2 }],
  ['one that has what JSON reads in a field of that name', { toJSON: 'no function' }, { toJSON: 'no function' }],
  [
    'an object with fields of a class',
    new (class {
      room = 'lobby';
    })(),
    { room: 'lobby' },
  ],
  ['an object with a key like any other', JSON.parse('{"__proto__":{"a":1}}'), JSON.parse('{"__proto__":{"a":1}}')],
  ['nothing', undefined, {}],
]) {
  test(`${name} is sent as JSON, and what is asked for is added`, LIMIT, async (t) => {
    const alone = await arrives(t, body, { method: 'POST' });
    assert.deepEqual([alone.type, JSON.parse(alone.bytes)], ['application/json', plain]);
    const beside = await arrives(t, body, { method: 'POST', options: BESIDE });
    assert.equal(beside.bytes.toString(), JSON.stringify({ ...plain, ...added }));
  });
}

for (const [name, body, text] of [
  ['an array', [1, { a: 2 }], '[1,{"a":2}]'],
  ['a number', 5, '5'],
  ['a boolean', false, 'false'],
  ['null', null, 'null'],
  ['a date', new Date(0), '"1970-01-01T00:00:00.000Z"'],
  ['a URL', new URL('https://app.example/room'), '"https://app.example/room"'],
  ['a String', new String('lobby'), '"lobby"'],
  ['a `toJSON` that gives a list', { toJSON: () => ['lobby'] }, '["lobby"]'],
]) {
  test(`${name} is sent as JSON, but not beside what would be added to an object`, LIMIT, async (t) => {
    const { type, bytes } = await arrives(t, body);
    assert.deepEqual([type, bytes.toString()], ['application/json', text]);
    for (const [option, value] of Object.entries(BESIDE)) {
      assert.match(
        refusal(body, { [option]: value }),
        new RegExp(`^vend\\.body: expected an object, which \`${option}\` can be added to, found `),
      );
    }
  });
}

// ── refused ──

const lost = {
  'a Map': new Map([['room', 'lobby']]),
  'a Map with a field': Object.assign(new Map([['room', 'lobby']]), { size2: 1 }),
  'a Set': new Set(['lobby']),
  'a WeakMap': new WeakMap(),
  'a Promise': Promise.resolve({ room: 'lobby' }),
  'a RegExp': /lobby/,
  'an Error': new Error('lobby'),
  Headers: new Headers({ room: 'lobby' }),
  'a stream': new Blob(['x']).stream(),
  'a stream of Node.js': Readable.from(['x']),
  'an async generator': (async function* () {
    yield 'x';
  })(),
  'a generator': (function* () {
    yield 'x';
  })(),
};

for (const [name, body] of Object.entries(lost)) {
  test(`${name} is refused by name, alone and within an object, and not sent as {}`, () => {
    for (const given of [body, { within: body }, [body], { toJSON: () => body }]) {
      for (const options of [{}, BESIDE]) assert.match(refusal(given, options), /^vend\.body: /);
    }
  });
}

test('within an object, what could only be sent alone is refused as well', () => {
  for (const body of [
    new URLSearchParams('a=1'),
    form(),
    new Blob(['x']),
    new ArrayBuffer(1),
    new DataView(new ArrayBuffer(1)),
  ]) {
    assert.match(refusal({ within: body }), /^vend\.body: expected data that JSON can carry, found a/);
  }
});

test('what JSON cannot write is refused by name, with the cause', () => {
  const circle = {};
  circle.circle = circle;
  const cause = new Error('mine');
  for (const body of [
    circle,
    { big: 1n },
    1n,
    () => {},
    Symbol('s'),
    { toJSON: () => undefined },
    {
      toJSON() {
        throw cause;
      },
    },
    {
      get room() {
        throw cause;
      },
    },
  ]) {
    assert.match(refusal(body), /^vend\.body: /);
  }
  assert.throws(
    () =>
      make({
        toJSON() {
          throw cause;
        },
      }),
    { cause },
  );
});

test('an error never shows what was in the body', () => {
  for (const body of [
    'hunter2',
    new URLSearchParams({ code: 'hunter2' }),
    ['hunter2'],
    new Map([['code', 'hunter2']]),
    { [Symbol.toStringTag]: 'hunter2 '.repeat(100) },
  ]) {
    assert.doesNotMatch(refusal(body, BESIDE) ?? '', /hunter2/);
  }
});

test('none goes with GET', () => {
  for (const body of ['a', new URLSearchParams('a=1'), null, {}])
    assert.match(refusal(body, {}, { method: 'GET' }), /^vend\.body: expected none with GET/);
});

// ── shared between tabs ──

test('tabs meet where the content of the body is the same', LIMIT, async (t) => {
  const opened = [];
  const { BroadcastChannel } = globalThis;
  replace(t, globalThis, {
    fetch: async () => new Response(disposable()),
    BroadcastChannel: class extends BroadcastChannel {
      constructor(name) {
        super(name);
        if (opened.at(-1) !== name) opened.push(name);
      }
    },
  });
  /** The name under which such tabs meet. */
  const groupOf = async (body) => {
    opened.length = 0;
    const source = make(body, { shareAcrossTabs: 'app' });
    await source.getToken();
    source.close();
    await settle();
    return opened[0];
  };
  const twice = [
    () => 'a=1',
    () => new URLSearchParams('a=1'),
    () => ({ a: 1 }),
    () => [1],
    () => new Room(),
    () => '"a=1"',
    () => null,
  ];
  const names = [];
  for (const body of twice) {
    const name = await groupOf(body());
    assert.equal(await groupOf(body()), name);
    names.push(name);
  }
  assert.equal(
    new Set([...names, await groupOf('a=2'), await groupOf(new URLSearchParams('a=2'))]).size,
    twice.length + 2,
  );
});

test('a form, a Blob and bytes cannot be shared', () => {
  for (const body of [form(), new Blob(['x']), new Uint8Array(1), new ArrayBuffer(1)]) {
    assert.match(refusal(body, { shareAcrossTabs: 'app' }), /^vend\.body: .*`shareAcrossTabs`/);
  }
});

// ── redirects ──

for (const [status, kept] of [
  [307, true],
  [308, true],
  [302, false],
  [303, false],
]) {
  test(`after a ${status} the body is ${kept ? 'sent again' : 'dropped, and its content type with it'}`, async (t) => {
    const sent = [];
    const answers = () =>
      sent.length === 1 ? new Response(null, { status, headers: { location: '/there' } }) : new Response(disposable());
    replace(t, globalThis, {
      fetch: async (_, { method, body, headers }) => (
        sent.push([method, String(body), headers.get('content-type')]), answers()
      ),
    });
    const source = make(
      new URLSearchParams({ code: 'once' }),
      {},
      { headers: { 'content-type': 'application/x-mine' } },
    );
    await source.getToken();
    source.close();
    assert.deepEqual(sent, [
      ['POST', 'code=once', 'application/x-mine'],
      kept ? ['POST', 'code=once', 'application/x-mine'] : ['GET', 'undefined', null],
    ]);
  });
}
