// Whatever is passed in: a value or a TokenError comes out, in time that grows with the input, and the module goes on.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as ours from '../../pkg/index.js';
import { READ_CHAT, disposable, envelope, jwt } from './support/mint.mjs';
import { cases, generator, name } from './support/random.mjs';

const { CredentialProvider, TokenError, TokenSource, decodeToken, keyVersion } = ours;

/**
 * Every exported function that is no class, and those of CredentialProvider: also those that are added after this was
 * written.
 */
const FUNCTIONS = Object.entries({ ...ours, ...CredentialProvider }).filter(
  ([, value]) => typeof value === 'function' && !/^class\b/.test(Function.prototype.toString.call(value)),
);

/** What the input's own getters and traps throw; it comes back as the `cause` of a TokenError. */
const THEIRS = new RangeError('thrown by what was passed in');

/** The call's value, or the TokenError it failed with; anything else fails the test. */
function attempt(call) {
  try {
    const value = call();
    if (value instanceof Promise) value.catch(() => {});
    return value;
  } catch (error) {
    assert.ok(error instanceof TokenError, `expected a TokenError, found ${error?.stack ?? String(error)}`);
    assert.match(error.code, /^ERR_[A-Z0-9_]+$/);
    assert.ok(error.message.length < 1000);
    return error;
  }
}

/** The module still does what it does. */
function works() {
  const token = decodeToken(disposable());
  assert.deepEqual([token.version, token.scope.permissions.length, keyVersion('x')], ['v1', 1, 'unknown']);
}

const raw = (bytes) => Buffer.from(bytes).toString('base64');

test('long strings are answered, in time that grows no faster than they do', (context) => {
  const makers = {
    spaces: (size) => ' '.repeat(size),
    'one letter': (size) => 'a'.repeat(size),
    dots: (size) => '.'.repeat(size),
    'quotes within quotes': (size) => '"'.repeat(size),
    'Bearer, again and again': (size) => 'Bearer '.repeat(size / 7),
    'line wraps': (size) => 'YQ==\r\n'.repeat(size / 6),
    'a long claim': (size) => envelope(jwt({ ver: 1, sub: 's'.repeat(size / 2) })),
    'a long field beside the key': (size) =>
      raw(JSON.stringify({ endpoint: 'a.momentohq.com', api_key: jwt({ ver: 1 }), more: 'x'.repeat(size / 2) })),
    'many fields': (size) =>
      raw(`{"endpoint":"a.momentohq.com",${'"x":[{}],'.repeat(size / 12)}"api_key":"${jwt({ ver: 1 })}"}`),
    escapes: (size) =>
      raw(`{"endpoint":"a.momentohq.com","x":"${'\\u00e9\\n'.repeat(size / 12)}","api_key":"${jwt({ ver: 1 })}"}`),
    'a long host': (size) => envelope(jwt({ ver: 1 }), `${'a.'.repeat(size / 3)}momentohq.com`),
    'many permissions': (size) => envelope(jwt({ ver: 1, p: raw(repeatedPermissions(size)) })),
    'a number of many digits': (size) =>
      envelope(
        jwt({ ver: 1, x: 1 }).replace(
          /\.[^.]+\./,
          `.${Buffer.from(`{"ver":1,"exp":${'1'.repeat(size / 2)}}`).toString('base64url')}.`,
        ),
      ),
  };
  const time = (text) => {
    const began = performance.now();
    attempt(() => decodeToken(text));
    return performance.now() - began;
  };
  for (const [what, make] of Object.entries(makers)) {
    const [part, whole] = [make(2_500_000), make(10_000_000)];
    // Four times the input: what is quadratic takes sixteen times as long (and, at this size, hours). Inside the module
    // no steps can be counted, so the two sizes are compared, each by the best of three.
    let [less, more] = [Infinity, Infinity];
    for (let round = 0; round < 3; round++) {
      less = Math.min(less, time(part));
      more = Math.min(more, time(whole));
    }
    context.diagnostic(
      `${what}: ${(part.length / 1e6).toFixed(1)} MB in ${less.toFixed(0)} ms, ${(whole.length / 1e6).toFixed(1)} MB in ${more.toFixed(0)} ms`,
    );
    assert.ok(more < 12 * Math.max(less, 50), `${what}: ${less} ms became ${more} ms`);
  }
  works();
});

/** Claim `p` with so many bytes of one permission, again and again. */
function repeatedPermissions(size) {
  const one = Buffer.from(READ_CHAT, 'base64').subarray(2);
  const body = Buffer.concat(Array(Math.floor(size / 3 / one.length)).fill(one));
  const length = [];
  for (let rest = body.length; ; rest >>>= 7) {
    length.push((rest & 0x7f) | (rest > 0x7f ? 0x80 : 0));
    if (rest <= 0x7f) break;
  }
  return Buffer.concat([Buffer.from([0x12, ...length]), body]);
}

test('nesting of any depth is refused without running out of stack', () => {
  for (const depth of [10, 127, 128, 1000, 1e5, 5e5]) {
    for (const [open, close] of [
      ['[', ']'],
      ['{"x":', '}'],
      ['[{"x":', '}]'],
    ]) {
      const nested = `${open.repeat(depth)}1${close.repeat(depth)}`;
      attempt(() => decodeToken(raw(`{"endpoint":"a.momentohq.com","x":${nested},"api_key":"${jwt({ ver: 1 })}"}`)));
      attempt(() => decodeToken(raw(nested)));
      attempt(() => decodeToken(['e30', Buffer.from(`{"x":${nested}}`).toString('base64url'), 'c2ln'].join('.')));
    }
  }
  // Messages within messages: each level is another length-delimited field.
  let message = Buffer.alloc(0);
  for (let depth = 0; depth < 60; depth++) message = Buffer.concat([Buffer.from([0x12, message.length]), message]);
  assert.ok(
    decodeToken(envelope(jwt({ ver: 1, p: raw(message) }))).warnings.some(
      ({ code }) => code === 'WARN_SCOPE_NOT_UNDERSTOOD',
    ),
  );
  works();
});

test('fields that stand twice are refused', () => {
  const claims = {
    exp: '4102444800',
    p: `"${READ_CHAT}"`,
    id: '"i"',
    sub: '"s"',
    c: '"c.momentohq.com"',
    cp: '"c.momentohq.com"',
    t: '"g"',
    ver: '1',
  };
  for (const [claim, value] of Object.entries(claims)) {
    for (const other of [value, 'null', '5', '"x"', '{}']) {
      for (const payload of [
        `{"${claim}":${value},"${claim}":${other}}`,
        `{"${claim}":${other},"${claim}":${value}}`,
        `{"${claim}":${value},"${claim.replace(/^./, (c) => `\\u00${c.charCodeAt(0).toString(16)}`)}":${other}}`,
      ]) {
        const key = ['e30', Buffer.from(payload).toString('base64url'), 'c2ln'].join('.');
        assert.throws(() => decodeToken(key), { code: 'ERR_TOKEN_MALFORMED' }, payload);
        assert.throws(() => decodeToken(envelope(key)), { code: 'ERR_TOKEN_MALFORMED' }, payload);
        assert.equal(keyVersion(key), 'unknown');
      }
    }
  }
});

test('bytes that are not UTF-8, in every place, are refused', () => {
  const spoiled = [[0xff], [0xc0, 0x80], [0xed, 0xa0, 0x80], [0xf8, 0x88, 0x80, 0x80, 0x80], [0xe2, 0x82], [0x80]];
  for (const bytes of spoiled) {
    const put = (text) =>
      Buffer.concat(
        text
          .split('#')
          .flatMap((part, index) => (index ? [Buffer.from(bytes), Buffer.from(part)] : [Buffer.from(part)])),
      );
    const key = (payload) => ['e30', put(payload).toString('base64url'), 'c2ln'].join('.');
    for (const credential of [
      raw(put(`{"endpoint":"#.momentohq.com","api_key":"${jwt({ ver: 1 })}"}`)),
      raw(put(`{"#":1,"endpoint":"a.momentohq.com","api_key":"${jwt({ ver: 1 })}"}`)),
      raw(bytes),
      key('{"ver":1,"sub":"#"}'),
      key('{"ver":1,"#":1}'),
      [put('{"alg":"#"}').toString('base64url'), 'e30', 'c2ln'].join('.'),
    ])
      assert.throws(() => decodeToken(credential), { code: 'ERR_TOKEN_MALFORMED' });
  }
  works();
});

test('random and mutated credentials give a token or a TokenError', (context) => {
  const pieces = ['"', '{', '}', '.', '=', '-_', '+/', '\n', '\ud800', '\0', 'Bearer ', 'eyJ', 'é', '\u200b'];
  const mutate = (text, random) => {
    let changed = text;
    for (let changes = random.between(1, 4); changes > 0; changes--) {
      const at = random.below(changed.length + 1);
      const to = at + random.below(12);
      changed =
        changed.slice(0, at) +
        random.pick([
          () => random.pick(pieces),
          () => changed.slice(at, to).repeat(2),
          () => '',
          () => String.fromCharCode(random.below(65536)),
        ])() +
        changed.slice(to);
    }
    return changed;
  };
  const tally = { token: 0, error: 0 };
  cases(context, 'mutated credentials', 12_000, (random) => {
    const inner = JSON.stringify({ sub: name(random), ver: 1, p: READ_CHAT, exp: 4_102_444_800, id: name(random) });
    const key = [
      'e30',
      Buffer.from(random.chance(0.4) ? mutate(inner, random) : inner).toString('base64url'),
      'c2ln',
    ].join('.');
    const written = JSON.stringify({ endpoint: 'cell-1.prod.a.momentohq.com', api_key: key });
    const credential = random.pick([
      key,
      raw(random.chance(0.4) ? mutate(written, random) : written),
      mutate(raw(written), random),
      mutate(key, random),
    ]);
    const found = attempt(() => decodeToken(credential));
    tally[found instanceof TokenError ? 'error' : 'token']++;
    if (found instanceof TokenError)
      assert.ok(!found.message.includes(key.slice(4, 40)), 'an error quotes no credential');
    else
      assert.match(found.endpoints?.cacheEndpoint ?? 'cache.a.momentohq.com', /^cache\.[a-z0-9.-]*\.?momentohq\.com$/);
    assert.equal(
      keyVersion(credential) === 'unknown',
      found instanceof TokenError && !/^ERR_(TOKEN_EXPIRY|ENDPOINT)/.test(found.code),
    );
  });
  cases(context, 'random strings', 6000, (random) => {
    attempt(() =>
      decodeToken(
        random.pick([
          () => String.fromCharCode(...Array.from(random.bytes(0, 60), (byte) => byte * random.pick([1, 257]))),
          () => raw(random.bytes(0, 200)),
          () => `${raw(random.bytes(1, 20))}.${raw(random.bytes(1, 60))}.${raw(random.bytes(1, 9))}`,
        ])(),
      ),
    );
  });
  assert.ok(tally.token > 500 && tally.error > 500, JSON.stringify(tally));
  works();
});

/** What untyped JavaScript may pass where something else is meant; made anew for each call, since some are used up. */
function hostile() {
  const cyclic = {};
  cyclic.self = cyclic;
  cyclic.permissions = [cyclic];
  const thrower = () => {
    throw THEIRS;
  };
  const trap = new Proxy(
    {},
    Object.fromEntries(
      Reflect.ownKeys(Reflect)
        .filter((key) => typeof key === 'string')
        .map((key) => [key, thrower]),
    ),
  );
  const revoked = Proxy.revocable({}, {});
  revoked.revoke();
  const detached = new Uint8Array(8);
  structuredClone(detached, { transfer: [detached.buffer] });
  let deep = {};
  for (let depth = 0; depth < 20_000; depth++) deep = { permissions: [deep] };
  return {
    undefined: undefined,
    null: null,
    true: true,
    zero: 0,
    'minus zero': -0,
    NaN: NaN,
    Infinity,
    'a huge number': 1.7e308,
    BigInt: 10n ** 40n,
    symbol: Symbol('s'),
    'a registered symbol': Symbol.for('all'),
    'an empty string': '',
    'a lone surrogate': '\ud800',
    'a string object': new String(disposable()),
    array: [],
    'a sparse array': Array(3),
    'a long array': Array(1e5).fill(0),
    function: () => {},
    class: class {},
    'an empty object': {},
    'no prototype': Object.create(null),
    cyclic,
    deep,
    'throws in toString': { toString: thrower, valueOf: thrower, [Symbol.toPrimitive]: thrower },
    'throws in toJSON': { permissions: [], toJSON: thrower },
    'throws in getters': Object.defineProperties(
      {},
      Object.fromEntries(
        ['permissions', 'endpoint', 'apiKey', 'authToken', 'endpointOverrides', 'vend', 'seconds', 'then'].map(
          (key) => [key, { get: thrower, enumerable: true }],
        ),
      ),
    ),
    'a proxy that throws': trap,
    'a revoked proxy': revoked.proxy,
    'a proxy of nothing': new Proxy({}, {}),
    'an invalid date': new Date(NaN),
    date: new Date(0),
    regexp: /x/g,
    map: new Map([['permissions', []]]),
    set: new Set(),
    'a promise': Promise.resolve(1),
    thenable: { then: thrower },
    bytes: new Uint8Array([1, 2]),
    'detached bytes': detached,
    'an ArrayBuffer': new ArrayBuffer(8),
    'an error': new Error('x'),
    arguments: (function () {
      return arguments;
    })(1),
    globalThis,
    'changed prototype': JSON.parse('{"__proto__":{"permissions":[]}}'),
    token: decodeToken(disposable()),
  };
}

const KINDS = Object.keys(hostile());

for (const [label, call] of FUNCTIONS) {
  test(`${label}: whatever untyped JavaScript passes, a value or a TokenError`, (context) => {
    let count = 0;
    for (const kind of KINDS) {
      const first = [
        () => [hostile()[kind]],
        () => [disposable(), hostile()[kind]],
        () => [{ permissions: [hostile()[kind]] }, hostile()[kind]],
        () => [hostile()[kind], hostile()[kind], hostile()[kind]],
      ];
      for (const [index, args] of first.entries()) {
        const given = args();
        try {
          attempt(() => call(...given));
        } catch (error) {
          error.message = `${label}, ${kind}, arguments ${index}: ${error.message}`;
          throw error;
        }
        count++;
      }
    }
    attempt(() => call());
    context.diagnostic(`${label}: ${count} calls`);
    works();
  });
}

test('TokenSource: whatever it is made with, a source or a TokenError', () => {
  for (const kind of KINDS) {
    for (const field of [
      undefined,
      'vend',
      'vend.body',
      'scope',
      'expiresIn',
      'tokenId',
      'refreshWindow',
      'requestTimeoutMs',
      'decode',
      'start',
    ]) {
      const value = hostile()[kind];
      const given =
        field === 'vend.body' ? { vend: { url: '/token', body: value } } : { vend: () => disposable(), [field]: value };
      const options = field === undefined ? value : { start: 'on-demand', ...given };
      let made;
      try {
        made = attempt(() => new TokenSource(options));
      } catch (error) {
        error.message = `TokenSource, ${field ?? 'options'}: ${kind}: ${error.message}`;
        throw error;
      }
      if (made instanceof TokenSource) made.close();
    }
  }
  works();
});

test('a token answers for any time, or refuses it', () => {
  const random = generator(1);
  const token = decodeToken(disposable());
  for (const kind of KINDS) {
    for (const call of [
      () => token.isExpired(hostile()[kind]),
      () => token.remainingMs(hostile()[kind]),
      () => token.reveal(hostile()[kind]),
    ])
      attempt(call);
  }
  for (let index = 0; index < 1000; index++) {
    const left = token.remainingMs(random.pick([1, -1]) * 10 ** random.between(0, 308));
    assert.ok(left >= 0 && (Number.isInteger(left) || left === Infinity), String(left));
  }
});
