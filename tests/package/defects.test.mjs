// Intended differences from Momento's SDK: one test for each row of the table in docs/differences.md, with the real SDK.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inspect } from 'node:util';
import * as ours from '../../pkg/index.js';
import { disposable, envelope, jwt } from './support/mint.mjs';
import { sdk } from './support/sdk.mjs';

const HOST = 'cell-1-us-east-2-1.prod.a.momentohq.com';
const theirs = (key, more) => sdk.CredentialProvider.fromString({ apiKey: key, ...more });
const failure = (call) => {
  try {
    call();
  } catch (error) {
    return error.message;
  }
  return undefined;
};

/** A token whose base64 needs padding, and has a character in which the two alphabets differ. */
const TOKEN = (() => {
  for (let length = 1; ; length++) {
    const text = Buffer.from(
      JSON.stringify({ note: '?>'.repeat(length), endpoint: HOST, api_key: jwt({ ver: 1, sub: 'someone' }) }),
    ).toString('base64');
    if (text.endsWith('=') && /[+/]/.test(text)) return text;
  }
})();

// ── what people paste ──

const PASTED = {
  'a trailing newline': `${TOKEN}\n`,
  'a trailing CR LF': `${TOKEN}\r\n`,
  'a leading space': ` ${TOKEN}`,
  'line wraps, as `base64` and mail programs make them': TOKEN.replace(/.{76}/g, '$&\r\n'),
  'an indented continuation': `${TOKEN.slice(0, 40)}\n    ${TOKEN.slice(40)}`,
  'padding lost': TOKEN.replace(/=+$/, ''),
  'the URL-safe alphabet': TOKEN.replaceAll('+', '-').replaceAll('/', '_'),
  'the URL-safe alphabet without padding': TOKEN.replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, ''),
  'JSON quotes': JSON.stringify(TOKEN),
  'single quotes, as in a .env file': `'${TOKEN}'`,
  'a code span': `\`${TOKEN}\``,
  'a Bearer prefix': `Bearer ${TOKEN}`,
  'a bearer prefix in small letters, quotes and a newline at once': `"bearer ${TOKEN}"\n`,
  'a byte order mark': `\ufeff${TOKEN}`,
  'a zero-width space in the midst': `${TOKEN.slice(0, 30)}\u200b${TOKEN.slice(30)}`,
  'a no-break space at the end': `${TOKEN}\u00a0`,
};

for (const [what, pasted] of Object.entries(PASTED)) {
  test(`pasted with ${what}: we read it; the SDK speaks of a property of undefined`, () => {
    assert.match(
      failure(() => theirs(pasted)),
      /^failed to parse token: \w+: Invalid token specified: Cannot read properties of undefined/,
    );
    const token = ours.CredentialProvider.fromString(pasted);
    assert.deepEqual([token.endpoint, token.reveal()], [HOST, theirs(TOKEN).getAuthToken()]);
  });
}

test('a web page in place of a token: we ask for an envelope or a JWT; the SDK speaks of a property of undefined', () => {
  const page = '<!doctype html><html><body><h1>502 Bad Gateway</h1></body></html>';
  assert.match(
    failure(() => theirs(page)),
    /Cannot read properties of undefined/,
  );
  assert.throws(() => ours.decodeToken(page), {
    code: 'ERR_TOKEN_MALFORMED',
    message: /expected .*, found something else; copy the whole credential again/,
  });
});

test('text that is no token: the SDK quotes what it decoded; we quote nothing', () => {
  const secret = Buffer.from('hunter2-hunter2-hunter2').toString('base64');
  assert.match(
    failure(() => theirs(secret)),
    /hunter2/,
  );
  assert.doesNotMatch(
    failure(() => ours.decodeToken(secret)),
    /hunter2|aHVudGVy/,
  );
});

// ── the endpoint, which is not signed ──

const ENDPOINTS = {
  'a user name before the host': ['x@evil.example', 'ERR_ENDPOINT_INVALID'],
  'a URL': ['https://evil.example', 'ERR_ENDPOINT_INVALID'],
  'a path': ['evil.example/path?', 'ERR_ENDPOINT_INVALID'],
  'a fragment that hides the rest': ['evil.example#.momentohq.com', 'ERR_ENDPOINT_INVALID'],
  'a port': [`${HOST}:8443`, 'ERR_ENDPOINT_INVALID'],
  'a trailing dot': [`${HOST}.`, 'ERR_ENDPOINT_INVALID'],
  'another host': ['evil.example', 'ERR_ENDPOINT_NOT_ALLOWED'],
  "another host that starts like Momento's": ['momentohq.com.evil.example', 'ERR_ENDPOINT_NOT_ALLOWED'],
  "another host that ends like Momento's": ['evilmomentohq.com', 'ERR_ENDPOINT_NOT_ALLOWED'],
  'a number': [5, 'ERR_TOKEN_MALFORMED'],
  'a list': [['evil.example'], 'ERR_TOKEN_MALFORMED'],
  'an object': [{}, 'ERR_TOKEN_MALFORMED'],
  true: [true, 'ERR_TOKEN_MALFORMED'],
};

for (const [what, [endpoint, code]] of Object.entries(ENDPOINTS)) {
  test(`an endpoint that is ${what}: the SDK sends the credential there; we refuse`, () => {
    const key = envelope(jwt({ ver: 1 }), endpoint);
    assert.equal(theirs(key).getCacheEndpoint(), `cache.${endpoint}`);
    assert.throws(() => ours.CredentialProvider.fromString(key), { name: 'TokenError', code });
  });
}

test('an endpoint that stands twice: the SDK takes the last; we refuse', () => {
  const key = Buffer.from(`{"endpoint":"${HOST}","endpoint":"evil.example","api_key":"${jwt({ ver: 1 })}"}`).toString(
    'base64',
  );
  assert.equal(theirs(key).getCacheEndpoint(), 'cache.evil.example');
  assert.throws(() => ours.decodeToken(key), {
    code: 'ERR_TOKEN_MALFORMED',
    message: /endpoint and api_key once each/,
  });
});

test("a legacy token's endpoints: the SDK takes any; we hold them to the same rules", () => {
  const key = jwt({ sub: 's', c: 'evil.example/x', cp: 'control.momentohq.com' });
  assert.equal(theirs(key).getCacheEndpoint(), 'evil.example/x');
  assert.throws(() => ours.CredentialProvider.fromString(key), { code: 'ERR_ENDPOINT_INVALID' });
  assert.throws(() => ours.CredentialProvider.fromString(jwt({ c: 'evil.example', cp: 'evil.example' })), {
    code: 'ERR_ENDPOINT_NOT_ALLOWED',
  });
});

test('overrides: the SDK takes a URL or a number for a host; we take hosts', () => {
  for (const baseEndpoint of ['https://h', 'h/path', 'a@h', 5]) {
    const endpointOverrides = { baseEndpoint };
    assert.equal(theirs(TOKEN, { endpointOverrides }).getCacheEndpoint(), `cache.${baseEndpoint}`);
    assert.throws(() => ours.decodeToken(TOKEN, { endpointOverrides }), { name: 'TokenError' });
  }
});

test('a private cell: the SDK takes any host; we take the suffixes that the app allows, and lower capitals', () => {
  const key = envelope(jwt({ ver: 1 }), 'Cell.Example.COM');
  assert.equal(theirs(key).getCacheEndpoint(), 'cache.Cell.Example.COM');
  assert.throws(() => ours.decodeToken(key), { code: 'ERR_ENDPOINT_NOT_ALLOWED' });
  assert.equal(
    ours.decodeToken(key, { allowedEndpointSuffixes: ['example.com'] }).endpoints.cacheEndpoint,
    'cache.cell.example.com',
  );
});

// ── the key inside ──

for (const [what, key] of Object.entries({
  garbage: 'garbage',
  'an object': { a: 1 },
  'a number': 5,
  'a JWT without a signature': jwt({ ver: 1 }).replace(/[^.]+$/, ''),
  'a JWT of two parts': 'e30.e30',
})) {
  test(`an api_key that is ${what}: the SDK takes it; we refuse`, () => {
    assert.deepEqual(theirs(envelope(key)).getAuthToken(), key);
    assert.throws(() => ours.decodeToken(envelope(key)), { code: 'ERR_TOKEN_MALFORMED' });
  });
}

test('an expired token: the SDK says nothing; we decode it and say so', () => {
  const key = disposable(-60);
  assert.ok(theirs(key));
  const token = ours.CredentialProvider.fromString(key);
  assert.ok(token.isExpired());
  assert.deepEqual(
    token.warnings.map(({ code }) => code),
    ['WARN_EXPIRED'],
  );
});

test('an expiry that is no time: the SDK does not look; we refuse rather than call it endless', () => {
  for (const exp of [0, -1, 1e300, Date.now(), '2030-01-01', null, {}]) {
    const key = envelope(jwt({ ver: 1, exp }));
    assert.ok(theirs(key));
    assert.throws(() => ours.decodeToken(key), { code: 'ERR_TOKEN_EXPIRY' }, String(exp));
  }
});

test('a v2 key in an envelope: the SDK says nothing; we warn', () => {
  const key = envelope(jwt({ t: 'g', jti: 'k' }));
  assert.ok(theirs(key));
  assert.ok(ours.CredentialProvider.fromString(key).warnings.some(({ code }) => code === 'WARN_NESTED_V2_KEY'));
});

test('a super-user key: the SDK says nothing; we warn', () => {
  const key = envelope(jwt({ ver: 1, p: 'CAA=' }));
  assert.ok(theirs(key));
  assert.ok(ours.decodeToken(key).warnings.some(({ code }) => code === 'WARN_SUPER_USER'));
});

test('a claim that stands twice: the SDK takes the last; we refuse', () => {
  const part = (text) => Buffer.from(text).toString('base64url');
  for (const first of ['"control.momentohq.com"', '5']) {
    const key = [part('{}'), part(`{"c":"cache.momentohq.com","cp":${first},"cp":"evil.example"}`), 'c2ln'].join('.');
    assert.equal(theirs(key).getControlEndpoint(), 'evil.example');
    assert.throws(() => ours.decodeToken(key), { code: 'ERR_TOKEN_MALFORMED', message: /each claim once/ });
  }
});

// ── what leaks ──

const LEAKS = {
  valueOf: (credential) => JSON.stringify(credential.valueOf()),
  'JSON.stringify': (credential) => JSON.stringify({ credential }),
  'console.log': (credential) => inspect(credential, { depth: 9 }),
  'Object.values': (credential) => Object.values(credential).join(),
  structuredClone: (credential) => JSON.stringify(structuredClone({ ...credential })),
};

for (const [what, print] of Object.entries(LEAKS)) {
  test(`${what}: the SDK's provider shows the credential; our token does not`, () => {
    const key = disposable();
    assert.match(print(theirs(key)), /eyJ/);
    assert.doesNotMatch(print(ours.decodeToken(key)), /eyJ/);
  });
}

test('string conversion: neither shows it, and ours says what it is', () => {
  const key = disposable();
  assert.equal(`${theirs(key)}`, '[object Object]');
  assert.equal(`${ours.decodeToken(key)}`, '[Token: redacted]');
});
