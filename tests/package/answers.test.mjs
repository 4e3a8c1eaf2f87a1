// What vending services answer, brought to one token; and what is said where that is not what was asked for.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  CacheRole,
  DisposableTokenScopes,
  ExpiresIn,
  TokenScopes,
  TokenSource,
  TopicRole,
  decodePermissions,
  encodePermissions,
} from '../../pkg/index.js';
import { driveClock } from './support/clock.mjs';
import { envelope, jwt } from './support/mint.mjs';
import { next, vendingService } from './support/service.mjs';

const LIMIT = { timeout: 20_000 };
const CELL = 'cell-1-us-east-2-1.prod.a.momentohq.com';
const SCOPE = TokenScopes.cacheReadOnly('chat');

/** In whole seconds: five minutes from now. */
const EXP = Math.floor(Date.now() / 1000) + 300;
const mint = (scope = SCOPE, claims = {}) =>
  jwt({ ver: 1, p: encodePermissions(scope), exp: EXP, id: 'user-7', ...claims });
const KEY = mint();
const TOKEN = envelope(KEY);
/** It does not say when it expires. */
const ENDLESS = jwt({ sub: 's', c: 'cache.momentohq.com', cp: 'control.momentohq.com' });

function open(context, vend, options) {
  const source = new TokenSource({ vend, start: 'on-demand', ...options });
  context.after(() => source.close());
  return source;
}

const codes = ({ warnings }) => warnings.map(({ code }) => code);
const iso = new Date(EXP * 1000).toISOString();

const SHAPES = {
  'the token vending machine': { authToken: TOKEN, expiresAt: EXP },
  'raw text': TOKEN,
  'raw text with white space and a byte order mark around it': `\ufeff ${TOKEN}\r\n\u00a0`,
  'text as JSON': JSON.stringify(TOKEN),
  '{token, exp}': { token: TOKEN, exp: EXP },
  '{token, expiresAtEpoch}': { token: TOKEN, expiresAtEpoch: EXP },
  '{token} alone': { token: TOKEN },
  milliseconds: { token: TOKEN, expiresAt: EXP * 1000 },
  'Momento Functions: a bare key beside its endpoint': { api_key: KEY, endpoint: CELL, valid_until: EXP },
  'ISO 8601 among other fields': {
    enabled: true,
    token: TOKEN,
    endpoint: CELL,
    cacheName: 'chat',
    topics: ['news'],
    expiresAt: iso,
  },
  'a Date as text': { endpoint: CELL, token: TOKEN, cacheName: 'chat', expiresAt: new Date(EXP * 1000).toString() },
  'a Date as HTTP has it': { endpoint: CELL, token: TOKEN, expires: new Date(EXP * 1000).toUTCString() },
  'a topic URL for an endpoint': {
    reviewId: 7,
    token: KEY,
    endpoint: `https://api.cache.${CELL}/topics/chat/news`,
    expiresAt: EXP,
  },
  "the SDK's answer as it is": {
    is_success: true,
    type: 'Success',
    authToken: TOKEN,
    endpoint: CELL,
    expiresAt: { _doesExpire: true, validUntil: EXP },
  },
  'a claim of a user-info document': {
    sub: 'ann',
    exp: EXP + 3600,
    'https://app.example/momento': { token: TOKEN, exp: EXP },
  },
};

const INNER = JSON.stringify({ authToken: TOKEN, expiresAt: EXP });

/** The same, with what gateways and frameworks put around it. */
const WRAPPED = {
  'a Lambda function without proxy integration': {
    statusCode: 200,
    headers: { 'content-type': 'application/json' },
    body: INNER,
  },
  'such a function that answers 201 as text, with the token as it is': { statusCode: '201', body: TOKEN },
  'such a function that answers a JSON string': { statusCode: 200, body: JSON.stringify(TOKEN) },
  'JSON encoded twice': JSON.stringify(INNER),
  "AppSync's AWSJSON": { data: { getToken: INNER } },
  "AppSync's AWSJSON in a field of a known name": { data: { token: INNER } },
  'a guard before the JSON, as of Angular': `)]}',\n${INNER}`,
  'a guard before the JSON in a text': { statusCode: 200, body: `)]}',\n${INNER}` },
};

for (const [name, shape] of Object.entries({ ...SHAPES, ...WRAPPED })) {
  test(`answer: ${name}`, LIMIT, async (t) => {
    const { url } = await vendingService(t, () => ({
      status: 201,
      body: typeof shape === 'string' ? shape : JSON.stringify(shape),
    }));
    const fetched = await open(t, { url, method: 'POST' }).getToken();
    const returned = await open(t, async () => shape).getToken();
    for (const token of [fetched, returned]) {
      assert.deepEqual([token.expiresAt?.getTime(), token.endpoint, token.warnings], [EXP * 1000, CELL, []]);
      assert.deepEqual(
        [token.reveal(), JSON.parse(atob(token.reveal('envelope')))],
        [KEY, { endpoint: CELL, api_key: KEY }],
      );
    }
  });
}

test("an answer's expiry counts where the token has none, in every unit", LIMIT, async (t) => {
  for (const expiry of [
    { expiresAt: EXP },
    { expiresAt: EXP * 1000 },
    { expiresAt: `${EXP}` },
    { expires_at: iso },
    { expiration: new Date(EXP * 1000).toString() },
    { validUntil: new Date(EXP * 1000).toUTCString() },
    { expiresAt: { validUntil: EXP, _doesExpire: true } },
  ]) {
    const token = await open(t, async () => ({ token: ENDLESS, ...expiry })).getToken();
    assert.deepEqual([token.expiresAt?.getTime(), codes(token)], [EXP * 1000, []], JSON.stringify(expiry));
  }
  for (const expiry of [{ expiresAt: 0 }, { expiresAt: 'soon' }, { expiresAt: '2026-01-01' }, { expiresIn: -1 }]) {
    const token = await open(t, async () => ({ token: ENDLESS, ...expiry })).getToken();
    assert.deepEqual(
      [token.expiresAt, codes(token)],
      [undefined, ['WARN_NEVER_EXPIRES', 'WARN_EXPIRY_UNCLEAR']],
      JSON.stringify(expiry),
    );
  }
  // The claim is the truth.
  const token = await open(t, async () => ({ token: TOKEN, expiresAt: EXP + 60 })).getToken();
  assert.deepEqual([token.expiresAt.getTime(), codes(token)], [EXP * 1000, ['WARN_EXPIRY_DISAGREES']]);
});

// ── what was asked, and what came ──

const ITEMS = DisposableTokenScopes.cacheKeyPrefixReadOnly('chat', 'room-');
const TOPIC = TokenScopes.topicSubscribeOnly('chat', 'news');
const WORDS = {
  all: 'Read all items in cache "chat".',
  items: 'Read items in cache "chat" whose key starts with "room-".',
  topic: 'Subscribe to topic "news" in cache "chat".',
};

for (const [name, granted, asked, code, message] of [
  ['wider', SCOPE, ITEMS, 'WARN_SCOPE_WIDER', `The token permits more than was asked for: ${WORDS.all}`],
  [
    'narrower',
    ITEMS,
    SCOPE,
    'WARN_SCOPE_NARROWER',
    `The token permits less than was asked for; it lacks: ${WORDS.all}`,
  ],
  [
    'another',
    TOPIC,
    ITEMS,
    'WARN_SCOPE_DIFFERS',
    `The token permits more than was asked for: ${WORDS.topic} The token permits less than was asked for; it lacks: ${WORDS.items}`,
  ],
]) {
  test(`a grant that is ${name} is a warning in words, on the token and as an event`, LIMIT, async (t) => {
    const source = open(t, async () => ({ token: envelope(mint(granted)) }), { scope: asked });
    const told = next(source, 'warning');
    const { warnings } = await source.getToken();
    assert.deepEqual(warnings, [{ code, message }]);
    assert.deepEqual(await told, { code, message });
  });
}

test('a super-user key is wider than any scope', LIMIT, async (t) => {
  const { warnings } = await open(t, async () => ({ token: envelope(jwt({ ver: 1, p: 'CAA=', exp: EXP })) }), {
    scope: SCOPE,
  }).getToken();
  const { message } = warnings.find(({ code }) => code === 'WARN_SCOPE_WIDER');
  assert.match(
    message,
    /^The token permits more than was asked for: Do anything in the whole account \(super-user\)\.$/,
  );
});

test(
  'what is granted as asked, in any order, is no warning; nor is any grant where nothing was asked',
  LIMIT,
  async (t) => {
    const two = { permissions: [...ITEMS.permissions, ...TOPIC.permissions] };
    const turned = { permissions: [...TOPIC.permissions, ...ITEMS.permissions] };
    assert.deepEqual(
      (await open(t, async () => ({ token: envelope(mint(turned)) }), { scope: two }).getToken()).warnings,
      [],
    );
    assert.deepEqual((await open(t, async () => ({ token: envelope(mint(SCOPE)) })).getToken()).warnings, []);
    // A key that is not text is compared by its bytes.
    const bytes = (last) => ({
      permissions: [{ role: CacheRole.ReadOnly, cache: 'chat', item: { key: Uint8Array.of(0xff, 0x41, 0x80, last) } }],
    });
    for (const [last, expected] of [
      [1, []],
      [0xfe, ['WARN_SCOPE_DIFFERS']],
    ]) {
      const { scope } = await open(t, async () => ({ token: envelope(mint(bytes(last))) })).getToken();
      assert.deepEqual(scope, decodePermissions(encodePermissions(bytes(last))));
      const token = await open(t, async () => ({ token: envelope(mint(bytes(last))) }), { scope: bytes(1) }).getToken();
      assert.deepEqual(codes(token), expected);
    }
  },
);

test('a long list of differences is cut', LIMIT, async (t) => {
  const topics = [1, 2, 3, 4, 5].map((index) => ({ role: TopicRole.SubscribeOnly, cache: 'chat', topic: `t${index}` }));
  const { warnings } = await open(t, async () => ({ token: envelope(mint({ permissions: topics })) }), {
    scope: TokenScopes.topicSubscribeOnly('chat', 't1'),
  }).getToken();
  assert.equal(
    warnings[0].message,
    'The token permits more than was asked for: Subscribe to topic "t2" in cache "chat". Subscribe to topic "t3" in cache "chat". Subscribe to topic "t4" in cache "chat". And 1 more.',
  );
});

test('another tokenId and a longer life are warnings', LIMIT, async (t) => {
  const vend = async () => ({ token: TOKEN });
  const asked = async (options) => codes(await open(t, vend, options).getToken());
  assert.deepEqual(await asked({ tokenId: 'user-7' }), []);
  assert.deepEqual(await asked({ tokenId: 'user-8' }), ['WARN_TOKEN_ID']);
  assert.deepEqual(await asked({ tokenId: '\u20ac "8"' }), ['WARN_TOKEN_ID']);
  assert.deepEqual(await asked({ expiresIn: ExpiresIn.minutes(5) }), []);
  assert.deepEqual(await asked({ expiresIn: ExpiresIn.hours(1) }), []);
  assert.deepEqual(await asked({ expiresIn: ExpiresIn.minutes(3) }), ['WARN_EXPIRY_LONGER']);
  assert.deepEqual(await asked({ scope: ITEMS, tokenId: 'user-8', expiresIn: ExpiresIn.minutes(1) }), [
    'WARN_SCOPE_WIDER',
    'WARN_EXPIRY_LONGER',
    'WARN_TOKEN_ID',
  ]);
});

// ── refresh tokens ──

test(
  'a refresh token beside the token goes with the next vend, however deep they stand; one around it does not',
  LIMIT,
  async (t) => {
    const clock = driveClock(t);
    for (const [answer, expected] of [
      [{ user: { name: 'Ann', momento: { token: TOKEN, refreshToken: 'r-1' } } }, 'r-1'],
      [[{ authToken: TOKEN, refresh_token: '\u20ac\n"' }], '\u20ac\n"'],
      [{ refreshToken: 'of the session', momento: { token: TOKEN } }, undefined],
      [{ token: TOKEN, refreshToken: 7 }, undefined],
    ]) {
      const sent = [];
      const source = open(t, async ({ refreshToken }) => (sent.push(refreshToken), answer));
      await source.getToken();
      clock.jump(2_000);
      await source.getToken({ forceRefresh: true });
      assert.deepEqual(sent, [undefined, expected]);
    }
  },
);

test('a refresh token in a text goes with the next vend as well', LIMIT, async (t) => {
  const clock = driveClock(t);
  const sent = [];
  const body = JSON.stringify({ token: TOKEN, refreshToken: 'r-"1"' });
  const source = open(
    t,
    async ({ refreshToken }) => (sent.push(refreshToken), { statusCode: 200, body, refreshToken: 'of the session' }),
  );
  await source.getToken();
  clock.jump(2_000);
  await source.getToken({ forceRefresh: true });
  assert.deepEqual(sent, [undefined, 'r-"1"']);
});

test('a refresh token that a Lambda function refuses is forgotten, as one that HTTP refuses', LIMIT, async (t) => {
  const clock = driveClock(t);
  const seen = [];
  const source = open(t, async ({ refreshToken }) => {
    seen.push(refreshToken);
    if (refreshToken !== undefined) return { statusCode: 401, body: '{"message":"Unauthorized"}' };
    return { statusCode: 200, body: JSON.stringify({ token: TOKEN, refreshToken: 'spent' }) };
  });
  await source.getToken();
  clock.jump(2_000);
  const error = await source.getToken({ forceRefresh: true }).then(assert.fail, (error) => error);
  assert.deepEqual([error.status, error.willRetryAt instanceof Date], [401, true]);
  await clock.pass(error.willRetryAt - Date.now());
  assert.deepEqual([seen, source.status], [[undefined, 'spent', undefined], 'ready']);
});

test('what a Lambda function refuses is refused, what it cannot do now is asked for again', LIMIT, async (t) => {
  driveClock(t);
  for (const [statusCode, status, retries] of [
    [403, 'failed', false],
    [500, 'waiting', true],
  ]) {
    const source = open(t, async () => ({ statusCode, body: '{}' }));
    const error = await source.getToken().then(assert.fail, (error) => error);
    assert.deepEqual([source.status, error.willRetryAt instanceof Date, error.status], [status, retries, statusCode]);
  }
});

// ── no token ──

test('what is no token says what was found, and shows nothing of it', LIMIT, async (t) => {
  const v2 = jwt({ t: 'g', jti: 'j' });
  for (const [answer, code, words] of [
    ['', 'ERR_VEND_ANSWER', /found an empty answer/],
    ['\ufeff\u00a0', 'ERR_VEND_ANSWER', /found an empty answer/],
    ['{"token":', 'ERR_VEND_ANSWER', /found broken JSON/],
    [{ error: 'no' }, 'ERR_VEND_ANSWER', /found JSON without `authToken`, `token` or `api_key`/],
    [{ enabled: false, token: null }, 'ERR_VEND_ANSWER', /`enabled` is false/],
    [{ a: { token: TOKEN }, b: { token: envelope(mint(ITEMS)) } }, 'ERR_VEND_ANSWER', /two different ones/],
    ['<!doctype html>', 'ERR_VEND_HTML', /a web page/],
    [{ apiKey: v2, endpoint: CELL }, 'ERR_V2_KEY', /v2 API key/],
    [{ token: KEY, endpoint: 'evil.example' }, 'ERR_ENDPOINT_NOT_ALLOWED', /expected an endpoint under momentohq\.com/],
    [{ a: INNER, b: JSON.stringify({ authToken: envelope(mint(ITEMS)) }) }, 'ERR_VEND_ANSWER', /two different ones/],
    [
      { statusCode: 401, body: '{"message":"Unauthorized"}' },
      'ERR_VEND_ANSWER',
      /status 401 \(unauthorized\): sign in again; it is the `statusCode`/,
    ],
    [{ statusCode: 502, body: INNER }, 'ERR_VEND_ANSWER', /status 502; it is the `statusCode`/],
    [{ statusCode: 200, body: '{"message":"no"}' }, 'ERR_VEND_ANSWER', /also in the text in it that is JSON/],
    [{ statusCode: 200, body: INNER.slice(1) }, 'ERR_VEND_ANSWER', /without `authToken`/],
    [
      { statusCode: 200, body: INNER.slice(0, -1) },
      'ERR_VEND_ANSWER',
      /a text in it that begins as JSON but is broken/,
    ],
    [JSON.stringify(JSON.stringify(INNER)), 'ERR_VEND_ANSWER', /only one text deep is searched/],
    [{ statusCode: 200, body: JSON.stringify({ body: INNER }) }, 'ERR_VEND_ANSWER', /only one text deep is searched/],
    [{ statusCode: 200, body: '<!doctype html><title>Sign in' }, 'ERR_VEND_ANSWER', /a web page in it as text/],
    [")]}',\n<!doctype html>", 'ERR_VEND_HTML', /a web page/],
    [
      { token: 'eyJhbGciOi', note: TOKEN },
      'ERR_TOKEN_MALFORMED',
      /^the vending service's answer: failed to parse token/,
    ],
  ]) {
    const error = await open(t, async () => answer)
      .getToken()
      .then(assert.fail, (error) => error);
    assert.equal(error.code, code);
    assert.match(error.message, words);
    assert.doesNotMatch(error.message, /eyJ/);
  }
});
