// `Retry-After` as services and the proxies before them really write it. RFC 9110 (10.2.3) has whole seconds and dates.
// In use are also fractions, units, quotes, times since the epoch, dates without a zone, and the header written twice.

/** No usable value is longer. The limit keeps reading fast. */
const MAX_LENGTH = 256;
/** From here on (ten digits) a number is a time since the epoch in seconds: as a delay it would be 31 years. */
const FIRST_EPOCH_S = 1e9;
/** And from here on (thirteen digits) one in milliseconds. */
const FIRST_EPOCH_MS = 1e12;

const [SECOND, MINUTE, HOUR, DAY] = [1_000, 60_000, 3_600_000, 86_400_000] as const;

/** Milliseconds in units as durations have them: `30s`, `1m30s` (Go), `PT30S` (Java), `2 minutes`. */
const UNITS: Readonly<Record<string, number>> = {
  ...{ ns: 1e-6, us: 1e-3, '\u00b5s': 1e-3, ms: 1, msec: 1, millisecond: 1, s: SECOND, sec: SECOND, second: SECOND },
  ...{ m: MINUTE, min: MINUTE, minute: MINUTE, h: HOUR, hr: HOUR, hour: HOUR, d: DAY, day: DAY },
};

const MONTHS = 'janfebmaraprmayjunjulaugsepoctnovdec';

const WEEKDAY = '^(?:[a-z]+ )?';
const MONTH = '(?<month>[a-z]{3})[a-z]*';
const TIME = '(?<hour>\\d{1,2}):(?<minute>\\d\\d)(?::(?<second>\\d\\d(?:\\.\\d+)?))?';
const ZONE = ' ?(?:z|gmt|utc?)?(?:(?<sign>[+-])(?<ahead>\\d\\d):?(?<more>\\d\\d)?)?';

/** Dates in small letters, with a blank for each comma. Without a zone they are UTC, as all dates in HTTP. */
const DATES = [
  // The first two of HTTP: `Sun, 06 Nov 1994 08:49:37 GMT` and `Sunday, 06-Nov-94 08:49:37 GMT`.
  new RegExp(`${WEEKDAY}(?<day>\\d{1,2})[ -]${MONTH}[ -](?<year>\\d\\d(?:\\d\\d)?) ${TIME}${ZONE}$`),
  // The third, of C's asctime: `Sun Nov  6 08:49:37 1994`.
  new RegExp(`${WEEKDAY}${MONTH} (?<day>\\d{1,2}) ${TIME}${ZONE} (?<year>\\d{4})$`),
  // JavaScript's own: `Sun Nov 06 1994 08:49:37 GMT+0000 (Coordinated Universal Time)`.
  new RegExp(`${WEEKDAY}${MONTH} (?<day>\\d{1,2}) (?<year>\\d{4}) ${TIME}${ZONE}$`),
  // ISO 8601.
  new RegExp(`^(?<year>\\d{4})-(?<month>\\d\\d)-(?<day>\\d\\d)(?:[t ]${TIME}${ZONE})?$`),
];

/** How long the header asks to wait (ms, never negative), by the server's time; NaN where it is not understood. */
export function retryAfter(header: string | null, now: number): number {
  if (header === null || header.length > MAX_LENGTH) return NaN;
  const waits = valuesOf(header).map((value) => waitOf(value, now));
  // Each proxy may have added its own: the longest wait is none too short for any of them.
  const known = waits.filter((wait) => !Number.isNaN(wait));
  return known.length > 0 ? Math.max(0, ...known) : NaN;
}

/** The header's values: several are joined by commas, which dates have as well, behind the weekday. */
function valuesOf(header: string): string[] {
  // Without quotes, and what stands behind it: a comment or a parameter.
  const plain = header
    .toLowerCase()
    .replace(/["']/g, '')
    .replace(/[;(].*$/, '');
  const values: string[] = [];
  let weekday = '';
  for (const part of plain.split(',')) {
    const value = `${weekday} ${part}`.replace(/\s+/g, ' ').trim();
    weekday = /^[a-z]+$/.test(value) ? value : '';
    if (!weekday) values.push(value);
  }
  return values;
}

function waitOf(value: string, now: number): number {
  if (/^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/.test(value)) {
    const number = Number(value);
    if (number >= FIRST_EPOCH_MS) return number - now;
    return number >= FIRST_EPOCH_S ? number * SECOND - now : number * SECOND;
  }
  const wait = duration(value);
  return Number.isNaN(wait) ? date(value, now) - now : wait;
}

/** Numbers with units, one behind the other. */
function duration(value: string): number {
  const [, minus, parts = ''] = /^([+-]?)(?:pt ?)?(.+)$/.exec(value) ?? [];
  let sum = 0;
  let end = 0;
  for (const { 0: part, 1: number, 2: word = '', index } of parts.matchAll(/(\d+(?:\.\d+)?) ?([a-z\u00b5]+) ?/g)) {
    const unit = UNITS[word] ?? UNITS[word.replace(/(..)s$/, '$1')];
    if (index !== end || unit === undefined) return NaN;
    sum += Number(number) * unit;
    end += part.length;
  }
  if (end === 0 || end < parts.length) return NaN;
  return minus === '-' ? 0 : sum;
}

/** Milliseconds since the epoch. `Date.parse` takes dates without a zone for local time, and lone numbers for years. */
function date(value: string, now: number): number {
  const found = DATES.map((form) => form.exec(value)?.groups).find(Boolean);
  if (!found) return NaN;
  const part = (name: string): number => Number(found[name] ?? 0);
  const month = /\d/.test(found.month ?? '') ? part('month') - 1 : MONTHS.indexOf(found.month ?? '') / 3;
  const day = Date.UTC(yearOf(found.year ?? '', now), month, part('day'));
  // A day that its month does not have is one of another month.
  const isDay = new Date(day).getUTCDate() === part('day') && new Date(day).getUTCMonth() === month;
  const isTime = part('hour') < 24 && part('minute') < 60 && part('second') < 61;
  const ahead = (part('ahead') * HOUR + part('more') * MINUTE) * (found.sign === '-' ? -1 : 1);
  return isDay && isTime ? day + part('hour') * HOUR + part('minute') * MINUTE + part('second') * SECOND - ahead : NaN;
}

/** Two digits are of the year that is at most fifty years ahead (RFC 9110, 5.6.7). */
function yearOf(digits: string, now: number): number {
  if (digits.length === 4) return Number(digits);
  const thisYear = new Date(now).getUTCFullYear();
  const year = thisYear - (thisYear % 100) + Number(digits);
  return year > thisYear + 50 ? year - 100 : year;
}
