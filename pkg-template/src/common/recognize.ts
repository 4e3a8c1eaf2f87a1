// Recognises values by the members that are used, not by their class: a value may come from another realm (a frame, a
// test environment), from a polyfill, or from another copy of its library.
import { isObject } from './error.js';

const has = (value: object, ...methods: readonly string[]): boolean =>
  methods.every((name) => typeof (value as Record<string, unknown>)[name] === 'function');

/** An AbortSignal. `throwIfAborted` and `reason` are not required: older engines lack them. */
export const isSignal = (value: unknown): value is AbortSignal =>
  isObject(value) &&
  typeof (value as AbortSignal).aborted === 'boolean' &&
  has(value, 'addEventListener', 'removeEventListener');

/** The reason why a signal was aborted. Older engines lack it. */
export const reasonOf = ({ reason }: AbortSignal): unknown =>
  reason === undefined ? new DOMException('This operation was aborted', 'AbortError') : reason;

/** A URL, as a string or as an object. */
export const isUrl = (value: unknown): value is string | URL =>
  typeof value === 'string' || (isObject(value) && typeof (value as URL).href === 'string');
export const urlText = (url: string | URL): string => (typeof url === 'string' ? url : url.href);

/** Resolves a URL against that of the page or worker; undefined if it is invalid, or relative without a base. */
export function absolute(url: string): URL | undefined {
  const { document, location } = globalThis as Partial<typeof globalThis>;
  try {
    return new URL(url, document?.baseURI ?? location?.href);
  } catch {
    return undefined;
  }
}

/** The milliseconds since the epoch of a number or a Date; NaN for anything else. */
export function timeOf(value: unknown): number {
  if (typeof value === 'number') return value;
  try {
    return isObject(value) && has(value, 'getTime') ? Number((value as Date).getTime()) : NaN;
  } catch {
    return NaN;
  }
}

/** Copies headers of any form. `new Headers` would read a Headers polyfill that is not iterable as a record. */
export function copyHeaders(given: HeadersInit | undefined): Headers {
  if (!isObject(given) || !has(given, 'forEach', 'get') || Symbol.iterator in given) return new Headers(given);
  const copy = new Headers();
  (given as unknown as Headers).forEach((value, name) => {
    copy.append(name, value);
  });
  return copy;
}
