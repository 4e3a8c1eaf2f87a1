// The body of a request to the vending service: checked and written once, and sent with every attempt.
import { isObject, reads, wrong } from '../common/error.js';
import { classOf, kindOfBody } from './identity.js';

/** What goes into a JSON body beside what the app gives. */
export type Wanted = Readonly<Record<string, unknown>>;

export interface Payload {
  /** As JSON; otherwise `fetch` knows the content type, if there is one. */
  readonly isJson: boolean;
  /** A JSON object, to which fields can be added. */
  readonly isOpen: boolean;
  /** What it is compared by; undefined where that is its identity. */
  readonly content: string | undefined;
  /** For `fetch`; `more` is for open ones. */
  body(more?: Wanted): BodyInit;
}

/** Objects that JSON writes in full, or as the primitive in them. */
const WRITTEN = ['Object', 'Array', 'String', 'Number', 'Boolean'];

/**
 * Reads a body once; what the app does to it later makes no difference.
 *
 * Throws `ERR_ARGUMENT` for one that cannot be sent, or not with all that is wanted.
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
  // The value has been through its `toJSON`, which is not to see what was added.
  if (typeof all.toJSON === 'function') delete all.toJSON;
  return all;
}

function refuseBeside(wanted: Wanted, body: unknown): void {
  const names = Object.keys(wanted)
    .map((name) => `\`${name}\``)
    .join(' and ');
  if (names) throw wrong(`vend.body: expected an object, which ${names} can be added to, found ${nameOf(body)}`);
}

/** Passes on what JSON can write. Throws for what it would silently drop: a Map becomes `{}`, and so does a Promise. */
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

/** Bytes and forms can be changed after they were given; a Blob cannot. */
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
  // The name is the app's where a class gives itself one.
  return /^\w{1,40}$/.test(name) ? `${/^[aeiou]/i.test(name) ? 'an' : 'a'} ${name}` : 'an object';
}
