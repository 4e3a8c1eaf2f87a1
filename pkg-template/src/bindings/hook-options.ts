// The options passed to a hook at one render: their content, to be compared, and the functions among them.
import { TokenError, type TokenSource, type TokenSourceOptions, type VendRequest } from 'momento-token-wasm';
import { comparableBody } from '../source/identity.js';
import type { Content, Comparable } from './options-gate.js';

type Vend = TokenSourceOptions['vend'];
type VendFunction = Extract<Vend, (...context: never[]) => unknown>;
type HeadersFunction = Extract<NonNullable<VendRequest['headers']>, () => unknown>;

/** The functions among the options. Often new at each render, closing over its values. */
export interface Functions {
  vend?: VendFunction;
  headers?: HeadersFunction;
}

export interface HookOptions extends Comparable {
  readonly options: TokenSourceOptions;
  readonly functions: Functions;
}

// `satisfies` makes the compiler check that no option is missing, which would be lost.
const OPTIONS = Object.keys({
  vend: 0,
  scope: 0,
  expiresIn: 0,
  tokenId: 0,
  refreshWindow: 0,
  requestTimeoutMs: 0,
  shareAcrossTabs: 0,
  decode: 0,
  start: 0,
} satisfies Record<keyof TokenSourceOptions, 0>) as (keyof TokenSourceOptions)[];
const REQUEST = Object.keys({
  url: 0,
  method: 0,
  headers: 0,
  body: 0,
  credentials: 0,
  allowRedirects: 0,
} satisfies Record<keyof VendRequest, 0>) as (keyof VendRequest)[];

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;

/** Checks the member that is used, not the class: the URL may come from another realm. */
const isUrlObject = (value: unknown): value is URL =>
  isObject(value) && typeof (value as Partial<URL>).href === 'string';

/** Checks the method that is used, not the class: another copy of the package may have created the source. */
export const isSource = (input: unknown): input is TokenSource =>
  isObject(input) && typeof (input as Partial<TokenSource>).getToken === 'function';

/**
 * Reads each option once.
 *
 * @throws TokenError `ERR_ARGUMENT` if an option cannot be read. The source validates their values.
 */
export function readOptions(input: TokenSourceOptions): HookOptions {
  // The source rejects it with a better message.
  if (!isObject(input)) return { options: input, content: { options: typeof input }, functions: {} };
  try {
    const options = pick(input, OPTIONS) as TokenSourceOptions;
    const { vend, ...others } = options;
    const content: Record<string, string> = {};
    for (const [name, value] of Object.entries(others)) content[name] = json(value);
    if (typeof vend === 'function')
      return { options, content: { ...content, vend: 'function' }, functions: { vend: vend as VendFunction } };
    const isRequest = isObject(vend) && !isUrlObject(vend);
    const request: Partial<VendRequest> = isRequest ? pick(vend, REQUEST) : { url: vend as string | URL };
    for (const [name, value] of Object.entries(request))
      content[`vend.${name}`] = contentOf(name as keyof VendRequest, value);
    if (typeof request.headers !== 'function') return { options, content, functions: {} };
    return { options: { ...options, vend: request as VendRequest }, content, functions: { headers: request.headers } };
  } catch (cause) {
    throw new TokenError('ERR_ARGUMENT', 'options: expected what can be read, found what cannot; see `cause`', {
      cause,
    });
  }
}

/**
 * The options for a hook's source. It starts on demand, and its functions call those of the latest render.
 */
export function forSource({ options: passed, functions }: HookOptions, newest: Functions): TokenSourceOptions {
  if (!isObject(passed)) return passed;
  const options: TokenSourceOptions = { ...passed };
  // The source rejects other values.
  if (options.start === undefined || options.start === 'now') options.start = 'on-demand';
  if (functions.vend) options.vend = (context) => (newest.vend ?? functions.vend)!(context);
  if (functions.headers)
    options.vend = { ...(options.vend as VendRequest), headers: () => (newest.headers ?? functions.headers)!() };
  return options;
}

/** Copies these fields, including inherited ones and getters, unless they are undefined. */
function pick<T extends object, K extends keyof T>(from: T, names: readonly K[]): Partial<Pick<T, K>> {
  const picked: Partial<Pick<T, K>> = {};
  for (const name of names) {
    const value = from[name];
    if (value !== undefined) picked[name] = value;
  }
  return picked;
}

function contentOf(name: keyof VendRequest, value: unknown): Content[string] {
  if (name === 'headers') return typeof value === 'function' ? 'function' : headers(value as HeadersInit);
  if (name === 'body') return json(comparableBody(value));
  return isUrlObject(value) ? json(value.href) : json(value);
}

/** The same text for the same headers, whether passed as an object, as pairs or as `Headers`. */
function headers(value: HeadersInit): string {
  try {
    return json([...(new Headers(value) as Headers & Iterable<[string, string]>)]);
  } catch {
    // They are invalid, and the source rejects them; or there is no `Headers` here.
    return json(value);
  }
}

/** Marks bytes, which JSON would not distinguish from an object. */
function json(value: unknown): string {
  try {
    return (
      JSON.stringify(value, (_, part: unknown) => (part instanceof Uint8Array ? { bytes: [...part] } : part)) ??
      typeof value
    );
  } catch {
    // The source rejects it with a better message.
    return 'unreadable';
  }
}
