// `Retry-After` in every dress: how long it is until the next attempt.
import assert from 'node:assert/strict';
import process from 'node:process';
import { test } from 'node:test';
import { TokenSource } from '../../pkg/index.js';
import { driveClock } from './support/clock.mjs';

// A date without a zone must not be taken for one of this.
process.env.TZ = 'America/New_York';

/** What the backoff adds after a first failure, and all there is where the header is not understood (ms). */
const BACKOFF = 2_000;
/** No service is waited for longer. */
const HOUR = 3_600_000;

/** How long a source waits after such an answer. The clock shows 2026-01-01T00:00:00Z, which is a Thursday. */
async function wait(context, header, { status = 429, headers = {} } = {}) {
  const vend = () =>
    new Response('', { status, headers: { ...headers, ...(header !== undefined && { 'retry-after': header }) } });
  const source = new TokenSource({ vend, start: 'on-demand' });
  context.after(() => source.close());
  const error = await source.getToken().then(assert.fail, (error) => error);
  source.close();
  return error.willRetryAt - Date.now();
}

/** Each form, and the milliseconds it asks for. */
const FORMS = {
  120: 120_000,
  ' 120 ': 120_000,
  '+120': 120_000,
  '0120': 120_000,
  '"120"': 120_000,
  "'120'": 120_000,
  0: 0,
  '-1': 0,
  '-30s': 0,
  // Fractions, as of services that measure in milliseconds.
  0.493: 493,
  12.5: 12_500,
  '12.': 12_000,
  '.5': 500,
  '1.2e+02': 120_000,
  // Written by the service and by the proxy before it.
  '120, 120': 120_000,
  '120,120': 120_000,
  '5, 120': 120_000,
  '120, 5': 120_000,
  ', 120': 120_000,
  '120, soon': 120_000,
  '60, Thu, 01 Jan 2026 00:02:00 GMT': 120_000,
  'Thu, 01 Jan 2026 00:02:00 GMT, Thu, 01 Jan 2026 00:01:00 GMT': 120_000,
  // With units.
  '30s': 30_000,
  '30 s': 30_000,
  '30S': 30_000,
  '30 seconds': 30_000,
  '1 second': 1_000,
  '1.5s': 1_500,
  '500ms': 500,
  '90000 ms': 90_000,
  '250000\u00b5s': 250,
  '2 minutes': 120_000,
  '2m': 120_000,
  '1m30s': 90_000,
  '0h2m0s': 120_000,
  '1 minute 30 seconds': 90_000,
  PT30S: 30_000,
  PT1M30S: 90_000,
  // With what SIP has behind it.
  '120;duration=3600': 120_000,
  '120 (ask later)': 120_000,
  // A time since the epoch.
  1767225720: 120_000,
  1767225720.5: 120_500,
  1767225720000: 120_000,
  1767225600: 0,
  1500000000: 0,
  // The three forms of HTTP dates, and without the zone that they all have.
  'Thu, 01 Jan 2026 00:02:00 GMT': 120_000,
  'Thursday, 01-Jan-26 00:02:00 GMT': 120_000,
  'Thu Jan  1 00:02:00 2026': 120_000,
  'Thu, 01 Jan 2026 00:02:00': 120_000,
  'Thursday, 01-Jan-26 00:02:00': 120_000,
  'Thu, 01-Jan-2026 00:02:00 GMT': 120_000,
  // Nearly so.
  '"Thu, 01 Jan 2026 00:02:00 GMT"': 120_000,
  'thu, 1 jan 2026 00:02:00 gmt': 120_000,
  '01 Jan 2026 00:02:00 GMT': 120_000,
  '01 January 2026 00:02 GMT': 120_000,
  'Thu, 01 Jan 2026 00:02:00 UTC': 120_000,
  'Thu, 01 Jan 2026 00:02:00 Z': 120_000,
  'Thu, 01 Jan 2026 00:02:00 +0000': 120_000,
  'Thu, 01 Jan 2026 01:02:00 +0100': 120_000,
  'Wed, 31 Dec 2025 19:02:00 -0500': 120_000,
  'Thu Jan 01 2026 01:02:00 GMT+0100 (Central European Standard Time)': 120_000,
  'Thu Jan  1 00:02:00 UTC 2026': 120_000,
  // ISO 8601, with and without a zone.
  '2026-01-01T00:02:00Z': 120_000,
  '2026-01-01T00:02:00.250Z': 120_250,
  '2026-01-01T00:02:00.123456789Z': 120_123,
  '2026-01-01T01:02:00+01:00': 120_000,
  '2026-01-01T00:02:00': 120_000,
  '2026-01-01 00:02:00': 120_000,
  '2026-01-01 00:02:00 UTC': 120_000,
  '2026-01-01 01:02:00 +0100': 120_000,
  // In the past.
  'Thu, 01 Jan 1970 00:00:00 GMT': 0,
  'Sunday, 06-Nov-94 08:49:37 GMT': 0,
  'Thursday, 01-Jan-70 00:00:00 GMT': HOUR, // of 2070
  'Sunday, 01-Jan-78 00:00:00 GMT': 0, // of 1978
  '2025-12-31': 0,
  // Longer than is granted.
  7200: HOUR,
  999999999: HOUR,
  99999999999: HOUR,
  '99999999999999999999999999': HOUR,
  '1e308': HOUR,
  '1e999': HOUR,
  '2d': HOUR,
  '1000000000h': HOUR,
  'Fri, 31 Dec 9999 23:59:59 GMT': HOUR,
  '2026-01-02': HOUR,
};

/** What says nothing that anyone could understand: the usual backoff. */
const NOTHING = [
  '',
  ' ',
  ',',
  '""',
  'soon',
  'null',
  'undefined',
  'NaN',
  'Infinity',
  '[object Object]',
  '0x78',
  '1_000',
  '--1',
  '1.2.3',
  '12 parsecs',
  's',
  's30',
  '30ss',
  '30s40',
  'PT',
  'P1M',
  'minutes 2',
  'Thu',
  'Thu, 01 Jan',
  'Thu, 32 Jan 2026 00:02:00 GMT',
  'Mon, 31 Feb 2026 00:02:00 GMT',
  'Thu, 01 Foo 2026 00:02:00 GMT',
  'Thu, 01 Jan 2026 25:02:00 GMT',
  'Thu, 01 Jan 2026 00:61:00 GMT',
  'Thu, 01 Jan 2026 00:02:00 EST',
  'Thu, 01 Jan 2026 00:02:00 GMT GMT',
  '2026-13-01T00:00:00Z',
  '2026-02-30',
  '2026-01',
  '01/01/2026',
];

for (const [header, ms] of Object.entries(FORMS)) {
  test(`Retry-After: ${header} asks for ${ms} ms`, async (t) => {
    driveClock(t);
    const waited = await wait(t, header);
    assert.ok(waited >= ms && waited <= ms + BACKOFF, `${waited} ms`);
  });
}

test('what says nothing brings the usual backoff', async (t) => {
  driveClock(t);
  for (const header of [undefined, ...NOTHING]) {
    const waited = await wait(t, header);
    assert.ok(waited >= 1 && waited <= BACKOFF, `${header}: ${waited} ms`);
  }
});

test('two headers are read as one with both', async (t) => {
  driveClock(t);
  const headers = new Headers([
    ['retry-after', '5'],
    ['retry-after', '120'],
  ]);
  const source = new TokenSource({ vend: () => new Response('', { status: 503, headers }), start: 'on-demand' });
  t.after(() => source.close());
  const error = await source.getToken().then(assert.fail, (error) => error);
  const waited = error.willRetryAt - Date.now();
  assert.ok(waited >= 120_000 && waited <= 120_000 + BACKOFF, `${waited} ms`);
});

test("a date is held against the server's clock, a delay against none", async (t) => {
  driveClock(t);
  // The server is an hour ahead.
  const headers = { date: 'Thu, 01 Jan 2026 01:00:00 GMT' };
  for (const header of [
    'Thu, 01 Jan 2026 01:02:00 GMT',
    'Thu Jan  1 01:02:00 2026',
    '2026-01-01T01:02:00Z',
    '1767229320',
    '120',
  ]) {
    const waited = await wait(t, header, { headers });
    assert.ok(waited >= 118_000 && waited <= 120_000 + BACKOFF, `${header}: ${waited} ms`);
  }
});

test('no other header is read: those of limits come with every answer, and not all in one unit', async (t) => {
  driveClock(t);
  for (const name of ['x-ratelimit-reset', 'ratelimit-reset', 'x-rate-limit-reset', 'retry-after-ms']) {
    const waited = await wait(t, undefined, { headers: { [name]: '120' } });
    assert.ok(waited <= BACKOFF, `${name}: ${waited} ms`);
  }
});

test('a header of any length is read in no time', async (t) => {
  driveClock(t);
  const began = process.hrtime.bigint();
  for (const part of [
    '1',
    '1s',
    '1.',
    ',',
    ', ',
    ' ',
    'a',
    'a ',
    'Thu, ',
    '"',
    '(',
    '-',
    '1 ',
    '01 Jan ',
    '1:',
    '2026-',
    'e1',
    '\u00b5s',
  ]) {
    for (const length of [100, 256, 60_000]) {
      const waited = await wait(t, part.repeat(length).slice(0, length));
      assert.ok(waited >= 1 && waited <= HOUR + BACKOFF);
    }
  }
  const ms = Number(process.hrtime.bigint() - began) / 1e6;
  assert.ok(ms < 5_000, `${ms} ms`);
});
