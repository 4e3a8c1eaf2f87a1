// The body of a request to the vending service: checked and serialized once, and sent with every attempt.
import { isObject, reads, wrong } from '../common/error.js';
import { classOf, kindOfBody } from './identity.js';

/** The fields that are added to the app's JSON body. */
export type Wanted = Readonly<Record<string, unknown>>;

export interface Payload {
  /** Whether it is JSON. For other bodies, `fetch` sets the content type, if there is one. */
  readonly isJson: boolean;
  /** Whether it is a JSON object, to which fields can be added. */
  readonly isOpen: boolean;
  /** The content by which it is compared; undefined if it is compared by identity. */
  readonly content: string | undefined;
  /** Returns the body for `fetch`. `more` has fields to add, if `isOpen`. */
  body(more?: Wanted): BodyInit;
}

/** Classes that `JSON.stringify` writes in full, or as the primitive value they wrap. */
const WRITTEN = ['Object', 'Array', 'String', 'Number', 'Boolean'];

/**
 * Reads a body once, so later changes by the app have no effect.
 *
 * Throws `ERR_ARGUMENT` if it cannot be sent, or if the fields in `wanted` cannot be added to it.
 */
export function preparePayload(body: unknown, wanted: Wanted): Payload {
  const message = 'vend.body: expected a body that can be sent, found one that cannot be read; see `cause`';
  return reads(() => prepare(body, wanted), message);
}

function prepare(body: unknown, wanted: Wanted): Payload {
  const kind = kindOfBody(body);
  if (kind === 'json') return json(body, wanted);
  refuseBeside(wanted, body);
  const closed = { isJson: false, isOpen: false };
  if (kind === 'opaque') {
    const copied = copy(body as object);
    return { ...closed, content: undefined, body: () => copied };
  }
  const text = String(body);
  return { ...closed, content: `${kind}:${text}`, body: () => (kind === 'text' ? text : new URLSearchParams(text)) };
}

function json(given: unknown, wanted: Wanted): Payload {
  const body = given === undefined ? {} : given;
  const { toJSON } = (body ?? {}) as { toJSON?: unknown };
  const value: unknown = typeof toJSON === 'function' ? toJSON.call(body, '') : body;
  refuseLost(value);
  const isOpen = isObject(value) && !/^(Array|String|Number|Boolean)$/.test(classOf(value));
  if (!isOpen) refuseBeside(wanted, value);
  const text = JSON.stringify(isOpen ? add(value, wanted) : value, (_, part: unknown) => refuseLost(part));
  if (text === undefined) throw wrong(`vend.body: expected data, found ${nameOf(value)}, of which JSON makes nothing`);
  const extended = (more: Wanted): string => JSON.stringify(add(JSON.parse(text) as object, more));
  return { isJson: true, isOpen, content: text, body: (more) => (more ? extended(more) : text) };
}

function add(value: object, more: Wanted): object {
  const all: Record<string, unknown> = { ...value, ...more };
  // `toJSON` has already been called on the value, and must not be called on the extended one.
  if (typeof all.toJSON === 'function') delete all.toJSON;
  return all;
}

function refuseBeside(wanted: Wanted, body: unknown): void {
  const names = Object.keys(wanted)
    .map((name) => `\`${name}\``)
    .join(' and ');
  if (names) throw wrong(`vend.body: expected an object, which ${names} can be added to, found ${nameOf(body)}`);
}

/** Returns a value that JSON can carry. Throws for one that it would silently drop: a Map or a Promise becomes `{}`. */
function refuseLost(value: unknown): unknown {
  if (!isObject(value)) return value;
  const { toJSON, pipe, getReader } = value as Record<string, unknown>;
  if (typeof getReader === 'function' || typeof pipe === 'function' || Symbol.asyncIterator in value) {
    throw wrong('vend.body: expected what can be sent with every attempt, found a stream');
  }
  const name = classOf(value);
  const hasFields = Object.keys(value).length > 0 && name !== 'Map' && name !== 'Set';
  const isWritten = WRITTEN.includes(name) || typeof toJSON === 'function' || hasFields;
  if (isWritten) return value;
  throw wrong(`vend.body: expected data that JSON can carry, found ${nameOf(value)}, of which it keeps nothing`);
}

/** Copies bytes and forms, which the app could change later. A Blob is immutable. */
function copy(body: object): BodyInit {
  if (ArrayBuffer.isView(body)) return new Uint8Array(body.buffer, body.byteOffset, body.byteLength).slice();
  if (/ArrayBuffer$/.test(classOf(body))) return new Uint8Array(body as ArrayBuffer).slice();
  if (!globalThis.FormData || !(body instanceof FormData)) return body as BodyInit;
  const form = new FormData();
  body.forEach((value, name) => {
    if (typeof value === 'string') form.append(name, value);
    else form.append(name, value, value.name);
  });
  return form;
}

function nameOf(value: unknown): string {
  if (value === null) return 'null';
  const name = isObject(value) ? classOf(value) : typeof value;
  // A class can set its own name (`Symbol.toStringTag`).
  return /^\w{1,40}$/.test(name) ? `${/^[aeiou]/i.test(name) ? 'an' : 'a'} ${name}` : 'an object';
}
