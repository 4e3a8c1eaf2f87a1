// From what the vending service answered to a token, or to why there is none. What answers mean is the crate's business
// (src/vend).
import type * as Face from '../index.js';
import { ask, errorOf } from './block.js';
import { bounded, discard, readBody } from './body.js';
import { TokenError, isObject } from './error.js';
import type { Failure } from './refresher.js';
import type { Vend } from './request.js';
import { retryAfter } from './retry-after.js';
import { type Times, makeToken, readMore } from './token.js';

export interface Answer {
  token?: Face.Token;
  /** For the next vend. */
  refreshToken?: string | undefined;
  /** What is said of the token's life. How long that is, is for the machine to judge. */
  times?: Times;
  /** The headers `Date` (ms since the epoch; NaN: none that can be read) and `Age` (ms). */
  date: number;
  age: number;
  /**
   * The server's time now (ms since the epoch) as far as known, for warnings and `Retry-After` alone; NaN: the client's
   * clock must do.
   */
  serverNow: number;
  /**
   * The body that they came from, for siblings. A closure and not a text, which would show in a browser's inspector.
   */
  body?: () => string;
  /** Why there is no token. */
  error?: TokenError;
  /** What that calls for. */
  failure: Failure;
  /** What `Retry-After` asks for (ms); NaN: nothing. */
  retryAfter: number;
}

/** For warnings, the client's clock is believed unless the server's `Date` contradicts it by more than this. */
const CLOCK_TOLERANCE_MS = 5_000;

/** By the numbers that `readAnswer` gives. */
const FAILURES = ['retry', 'terminal', 'malformed'] as const;

/** What answers are read by. */
export interface Reading {
  /** As `writeOptions` wrote them. */
  readonly decode: string;
  /** What was asked for; see `Vend`. */
  readonly asked: string;
  /** Milliseconds; infinite: nothing. */
  readonly expiresIn: number;
}

/** Before anything is known. */
export const unread = (): Answer => ({ date: NaN, age: 0, serverNow: NaN, failure: 'retry', retryAfter: NaN });

/** Asks once, and reads the answer. Never rejects. */
export async function askOnce(
  open: Vend['open'],
  reason: Face.VendContext['reason'],
  signal: AbortSignal,
  refreshToken: string | undefined,
  by: Reading,
): Promise<Answer> {
  const sentAt = Date.now();
  const answer = unread();
  let status: number | undefined;
  try {
    const given = await open(reason, signal, refreshToken);
    if (!isResponse(given)) {
      answer.failure = 'malformed';
      readAnswer(answer, write(given), by);
    } else {
      const { headers } = given;
      const age = headers.get('age') ?? '';
      answer.date = Date.parse(headers.get('date') ?? '');
      if (/^\d+$/.test(age)) answer.age = Number(age) * 1_000;
      answer.serverNow = serverTime(answer.date + answer.age, sentAt);
      if (isSuccess(given) && !signal.aborted) readAnswer(answer, await readBody(given, signal), by);
      else {
        discard(given.body);
        status = given.status;
        answer.retryAfter = retryAfter(headers.get('retry-after'), serverNow(answer));
        readAnswer(answer, '', by, status);
      }
    }
  } catch (cause) {
    const error = cause instanceof TokenError ? cause : noAnswer(cause);
    if (error.code === 'ERR_VEND_TOO_LARGE') answer.failure = 'malformed';
    answer.error = status === undefined ? error : new TokenError(error.code, error.message, { status });
  }
  return answer;
}

/** Reads what a sibling was answered; undefined unless it is a token for us as well. */
export function readShared(body: string, by: Reading): Answer | undefined {
  const answer = unread();
  try {
    readAnswer(answer, body, by);
    return answer;
  } catch {
    return undefined;
  }
}

/** Where the client's clock is believed, that is the server's time as well. */
const serverNow = (answer: Answer): number => (Number.isNaN(answer.serverNow) ? Date.now() : answer.serverNow);

/** Has the crate read it. Throws what it found instead of a token. */
function readAnswer(answer: Answer, body: string, { decode, asked, expiresIn }: Reading, status = 200): void {
  const block = ask(
    'readAnswer',
    body,
    decode + asked,
    false,
    decode.length,
    asked.length,
    expiresIn,
    status,
    serverNow(answer),
    Date.now(),
  );
  const error = errorOf(block);
  if (error) {
    answer.failure = FAILURES[block.table[3] as number] ?? 'retry';
    // One status may be in the answer, as the HTTP status that a function meant to send.
    throw block.table[4] ? new TokenError(error.code, error.message, { status: block.table[4] }) : error;
  }
  answer.token = makeToken(block);
  ({ times: answer.times, refreshToken: answer.refreshToken } = readMore(block));
  answer.body = () => body;
}

/** By its status: a fetch of an app's own may give no `ok`. */
const isSuccess = ({ status }: Response): boolean => status >= 200 && status < 300;

/** Of any realm, and of any fetch that an app may use. */
function isResponse(value: unknown): value is Response {
  const { status, headers, text } = (value ?? {}) as Partial<Response>;
  return typeof status === 'number' && typeof headers?.get === 'function' && typeof text === 'function';
}

/**
 * What a function returned that is no Response: of an object, what JSON makes of it is what a service would have sent.
 */
function write(given: unknown): string {
  const text: unknown = isObject(given) ? JSON.stringify(given) : given;
  if (typeof text !== 'string') throw noAnswer();
  return bounded(text);
}

const noAnswer = (cause?: unknown): TokenError =>
  new TokenError(
    'ERR_VEND_FUNCTION',
    'expected the vend function to return a token as text, an object or a Response, found something else',
    { cause },
  );

/**
 * The server's time at this moment, rather too late than too early.
 *
 * `Date` has whole seconds and was written between the request and now; a shared cache adds `Age` (RFC 9110, 6.6.1; RFC
 * 9111, 5.1). The server's clock stands at it at least: a client's that is behind is never believed.
 */
function serverTime(earliest: number, sentAt: number): number {
  const now = Date.now();
  // An unreadable date is NaN, and so is what follows from it.
  const latest = earliest + 1_000 + Math.max(now - sentAt, 0);
  const believable = earliest - CLOCK_TOLERANCE_MS <= now && now <= latest + CLOCK_TOLERANCE_MS;
  return believable ? Math.max(now, earliest) : latest;
}
