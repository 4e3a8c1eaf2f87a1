// Lifetimes of tokens to be created.
import type * as Api from '../../index.js';
import { wrong } from '../common/error.js';
import { timeOf } from '../common/recognize.js';

/** 25 hours, in seconds (Momento's limits page). */
const DISPOSABLE_LIMIT = 90_000;
/** The protocol encodes seconds in 32 bits. */
const WIRE_LIMIT = 0xffff_ffff;

function seconds(what: string, count: unknown, unit: number, limit = WIRE_LIMIT): number {
  if (!Number.isInteger(count))
    throw wrong(`${what}: expected a whole number, found ${typeof count === 'number' ? count : typeof count}`);
  const total = (count as number) * unit;
  if (total <= 0) throw wrong('disposable token expiry must be positive');
  if (total > limit) throw wrong(`${what}: expected at most ${limit} seconds, found ${total}`);
  return total;
}

const of =
  (name: string, unit: number) =>
  (count: number): Api.ExpiresIn =>
    Object.freeze({ seconds: seconds(`ExpiresIn.${name}`, count, unit) });

export const ExpiresIn: typeof Api.ExpiresIn = Object.freeze({
  seconds: of('seconds', 1),
  minutes: of('minutes', 60),
  hours: of('hours', 3_600),
  days: of('days', 86_400),
  epoch(at: number | Date): Api.ExpiresIn {
    // A Date is in milliseconds; a number must be whole seconds.
    const time = typeof at !== 'number' ? timeOf(at) / 1_000 : Number.isInteger(at) ? at : NaN;
    if (Number.isNaN(time)) throw wrong('ExpiresIn.epoch: expected whole seconds since the epoch, or a valid Date');
    return Object.freeze({ seconds: seconds('ExpiresIn.epoch', Math.round(time - Date.now() / 1_000), 1) });
  },
  never: (): Api.NeverExpires => Object.freeze({ never: true }),
});

/** Checks the requested lifetime of a disposable token. */
export function checkDisposable(expiresIn: unknown): void {
  if (typeof expiresIn !== 'object' || expiresIn === null || 'never' in expiresIn)
    throw wrong('disposable tokens must have an expiry');
  seconds('expiresIn.seconds', (expiresIn as Api.ExpiresIn).seconds, 1, DISPOSABLE_LIMIT);
}
