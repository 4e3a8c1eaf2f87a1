// Recognises what an app passes in by the members that are used, not by its class. A value may come from another realm
// (a frame, a test environment), from a polyfill, or from another copy of its library.
import { isObject } from './error.js';

const has = (value: object, ...methods: readonly string[]): boolean =>
  methods.every((name) => typeof (value as Record<string, unknown>)[name] === 'function');

/** An AbortSignal. `throwIfAborted` and `reason` are not required: older engines lack them. */
export const isSignal = (value: unknown): value is AbortSignal =>
  isObject(value) &&
  typeof (value as AbortSignal).aborted === 'boolean' &&
  has(value, 'addEventListener', 'removeEventListener');

/** Why a signal was aborted. Older engines do not say. */
export const reasonOf = ({ reason }: AbortSignal): unknown =>
  reason === undefined ? new DOMException('This operation was aborted', 'AbortError') : reason;

/** A URL, as text or as an object. */
export const isUrl = (value: unknown): value is string | URL =>
  typeof value === 'string' || (isObject(value) && typeof (value as URL).href === 'string');
export const urlText = (url: string | URL): string => (typeof url === 'string' ? url : url.href);

/** The URL as the page or worker resolves it; undefined where it is none, or relative without a page. */
export function absolute(url: string): URL | undefined {
  const { document, location } = globalThis as Partial<typeof globalThis>;
  try {
    return new URL(url, document?.baseURI ?? location?.href);
  } catch {
    return undefined;
  }
}

/** Milliseconds since the epoch, of a number or a Date; NaN of anything else, and of what cannot be read. */
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
