// Values of unknown origin, as JSON text for the crate, which alone knows what they mean (src/scope/json.rs).
// JSON.stringify would not do: it drops what it cannot say, obeys toJSON, and an `item` that is dropped is a wider
// grant.
import { TokenError, kindOf } from './error.js';
import { mayBeCredential } from './quote.js';

/** A scope is { permissions: [{ item: { key } }] }: names and keys stand this deep, and nothing stands deeper. */
const LEAF = 4;

/** Tells a typed array of any realm by its inside; a tag can be forged, and `instanceof` knows this realm alone. */
const typedArrayName = Object.getOwnPropertyDescriptor(Object.getPrototypeOf(Uint8Array.prototype), Symbol.toStringTag)
  ?.get as () => unknown;
export const isBytes = (value: unknown): value is Uint8Array => typedArrayName.call(value) === 'Uint8Array';

/** Writes a scope, which an error calls by that name. `orSuperUser` is whether it may be `'super-user'` as well. */
export function writeScope(scope: unknown, name: string, orSuperUser = false): string {
  const kind = kindOf(scope);
  if (kind !== 'an object' && !(orSuperUser && scope === 'super-user')) {
    const expected = orSuperUser ? "a TokenScope or 'super-user'" : 'a TokenScope';
    const hint =
      kind === 'string'
        ? '; where it is JSON, parse it first'
        : kind === 'undefined'
          ? ', most often a variable that was not set'
          : '';
    throw new TokenError('ERR_SCOPE_INVALID', `${name}: expected ${expected}, found ${kind}${hint}`);
  }
  return write({ scope }, 'scope', name, 0);
}

export const writeAction = (action: unknown): string => write({ action }, 'action', 'action', LEAF - 1);

/** How an error starts that lies within the scope of this name. A scope that is the only one needs none. */
export const place = (name: string): string => (name === 'scope' ? '' : `${name}: `);

/** Writes what stands under `key`, which is read once. A list at a leaf is bytes, so no other list may stand there. */
function write(holder: object, key: string, at: string, depth: number): string {
  let found: string;
  try {
    const value = (holder as Record<string, unknown>)[key];
    found = typeof value;
    if (typeof value === 'string') return JSON.stringify(value);
    // No number or boolean has its place in a scope; which it is, is enough to say so.
    if (found === 'number') return '0';
    if (found === 'boolean') return 'true';
    if (value === null) return 'null';
    if (typeof value === 'object') {
      if (depth === LEAF && isBytes(value)) return `[${new Uint8Array(value).join()}]`;
      const list = Array.isArray(value);
      found = list ? 'an array' : 'a nested object or a class instance';
      if (depth < LEAF && (list || isPlain(value))) return writeAll(value, list, at, depth);
    }
  } catch (cause) {
    if (cause instanceof TokenError) throw cause;
    throw refused(at, 'what cannot be read; see `cause`', cause);
  }
  throw refused(at, found);
}

function writeAll(value: object, list: boolean, at: string, depth: number): string {
  const written: string[] = [];
  // Hidden fields count too: whatever is written must be seen.
  for (const key of Reflect.ownKeys(value)) {
    if (list && key === 'length') continue;
    if (typeof key === 'symbol') throw refused(at, 'a field named by a Symbol');
    const named = key.length > 40 || mayBeCredential(key) ? '(a name that is not shown)' : key;
    const inside = list
      ? `${at}[${written.length}]`
      : at.includes('.')
        ? at
        : (depth > 0 ? `${at}.` : place(at)) + named;
    if (list && key !== `${written.length}`) throw refused(inside, 'a gap in the list');
    const text = write(value, key, inside, depth + 1);
    written.push(list ? text : `${JSON.stringify(key)}:${text}`);
  }
  if (!list) return `{${written}}`;
  if (written.length !== (value as unknown[]).length) throw refused(`${at}[${written.length}]`, 'a gap in the list');
  return `[${written}]`;
}

/** An object literal or what JSON.parse gives, of any realm: nothing is inherited that could have been meant. */
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
  const code = at.startsWith('action') ? 'ERR_ARGUMENT' : 'ERR_SCOPE_INVALID';
  return new TokenError(code, `${at}: expected plain data, found ${found}${hints[found] ?? ''}`, { cause });
}
