// Copies a scope for a source that may have to wait for WebAssembly, so that later changes by the app have no effect.
// Checks only what copying requires; the crate then validates the copy by the same rules (src/js/reader.rs).
import { LONE_SURROGATE, isBytes } from './bytes.js';
import { TokenError, kindOf } from '../common/error.js';
import { mayBeCredential } from '../common/quote.js';

/** The maximum depth of a value, that of names and keys: `{ permissions: [{ item: { key } }] }`. */
const LEAF = 4;

export function snapshot(scope: unknown): unknown {
  const kind = kindOf(scope);
  if (kind !== 'an object') {
    const hint =
      kind === 'string'
        ? '; where it is JSON, parse it first'
        : kind === 'undefined'
          ? ', most often a variable that was not set'
          : '';
    throw new TokenError('ERR_SCOPE_INVALID', `scope: expected a TokenScope, found ${kind}${hint}`);
  }
  return copy({ scope }, 'scope', 'scope', 0);
}

/** Copies the property `key`. It is read only once, since a getter may change its value. */
function copy(holder: object, key: string, at: string, depth: number): unknown {
  let found: string;
  try {
    const value = (holder as Record<string, unknown>)[key];
    found = typeof value;
    if (value === null || found === 'number' || found === 'boolean') return value;
    if (typeof value === 'string') {
      if (!LONE_SURROGATE.test(value)) return value;
      throw new TokenError('ERR_SCOPE_INVALID', `${at}: expected text, found a lone surrogate in it`);
    }
    if (typeof value === 'object') {
      if (depth === LEAF && isBytes(value)) return new Uint8Array(value);
      const list = Array.isArray(value);
      found = list ? 'an array' : 'a nested object or a class instance';
      if (depth < LEAF && list) return copyList(value, at, depth);
      if (depth < LEAF && isPlain(value)) return copyObject(value, at, depth);
    }
  } catch (cause) {
    if (cause instanceof TokenError) throw cause;
    throw refused(at, 'what cannot be read; see `cause`', cause);
  }
  throw refused(at, found);
}

/** All own property names. Includes non-enumerable ones, so that nothing is silently dropped. */
function* namesOf(value: object, at: string): Iterable<string> {
  for (const key of Reflect.ownKeys(value)) {
    if (typeof key === 'symbol') throw refused(at, 'a field named by a Symbol');
    yield key;
  }
}

function copyObject(value: object, at: string, depth: number): object {
  const fields: [string, unknown][] = [];
  for (const name of namesOf(value, at)) {
    const shown = name.length > 40 || mayBeCredential(name) ? '(a name that is not shown)' : name;
    const place = at.includes('.') ? at : depth > 0 ? `${at}.${shown}` : shown;
    fields.push([name, copy(value, name, place, depth + 1)]);
  }
  return Object.fromEntries(fields);
}

function copyList(value: readonly unknown[], at: string, depth: number): unknown[] {
  const list: unknown[] = [];
  for (const name of namesOf(value, at)) {
    if (name === 'length') continue;
    const place = `${at}[${list.length}]`;
    if (name !== `${list.length}`) throw refused(place, 'a gap in the list');
    list.push(copy(value, name, place, depth + 1));
  }
  if (list.length !== value.length) throw refused(`${at}[${list.length}]`, 'a gap in the list');
  return list;
}

/** Whether this is a plain object of any realm. A class instance may inherit fields, which a copy would lose. */
function isPlain(value: object): boolean {
  const parent = Object.getPrototypeOf(value) as object | null;
  // biome-ignore lint/suspicious/noPrototypeBuiltins: engines without Object.hasOwn are supported
  const isRoot = (): boolean => Object.prototype.hasOwnProperty.call(parent, 'isPrototypeOf');
  return parent === null || (Object.getPrototypeOf(parent) === null && isRoot());
}

const hints: Record<string, string> = {
  undefined: ', most often a variable that was not set; leave the field out, or say all with an All… constant',
  symbol: "; the SDK's AllCaches and its like are Symbols: use this package's",
};

function refused(at: string, found: string, cause?: unknown): TokenError {
  return new TokenError('ERR_SCOPE_INVALID', `${at}: expected plain data, found ${found}${hints[found] ?? ''}`, {
    cause,
  });
}
