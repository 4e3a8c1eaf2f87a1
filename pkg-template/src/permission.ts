// What permissions are made of: roles, the constants for all, and how what the crate read becomes plain frozen data.
import type * as Face from '../index.js';
import type { Cut } from './block.js';

export const CacheRole = Object.freeze({
  ReadWrite: 'readwrite',
  ReadOnly: 'readonly',
  WriteOnly: 'writeonly',
} as const);
export const TopicRole = Object.freeze({
  PublishSubscribe: 'publishsubscribe',
  SubscribeOnly: 'subscribeonly',
  PublishOnly: 'publishonly',
} as const);
export const FunctionRole = Object.freeze({
  FunctionInvoke: 'functioninvoke',
  FunctionPermitNone: 'functionpermitnone',
} as const);

// Plain frozen data, so that they survive JSON and structuredClone; the brand of their types exists for the compiler
// alone.
const all = (what: string): never => Object.freeze({ all: what }) as never;
export const AllCaches: Face.AllCaches = all('caches');
export const AllTopics: Face.AllTopics = all('topics');
export const AllCacheItems: Face.AllCacheItems = all('items');
export const AllFunctions: Face.AllFunctions = all('functions');

/** By role's number; 4 apart are the permissions of caches, topics and functions. */
const ROLES = [
  '',
  ...Object.values(CacheRole),
  '',
  ...Object.values(TopicRole),
  FunctionRole.FunctionPermitNone,
  FunctionRole.FunctionInvoke,
];
const FIELDS = ['item', 'topic', 'func'] as const;
const ALL = [AllCacheItems, AllTopics, AllFunctions] as const;

/** In place of an end: the text is not there. */
export const ABSENT = 0xffff_ffff;

/**
 * Reads what the crate says of so many permissions (src/scope/rows.rs): each one's role (and kind), cache, and what it
 * selects there. Rows begin at `at` of the table and `from` in the text.
 */
export function readScope(
  cut: Cut,
  table: readonly number[],
  at: number,
  count: number,
  from: number,
): Face.TokenScope {
  const number = (): number => table[at++] as number;
  const next = (): string => cut(from, (from = number()));
  const permissions: Face.Permission[] = [];
  while (permissions.length < count) {
    const role = number();
    const kind = role >> 2;
    const cache = table[at] === ABSENT ? AllCaches : next();
    if (cache === AllCaches) at++;
    const selects = number();
    const permission: Record<string, unknown> = { role: ROLES[role], cache };
    if (selects > 0) permission[FIELDS[kind] as string] = selects === 1 ? ALL[kind] : selector(kind, selects, next());
    permissions.push(Object.freeze(permission) as unknown as Face.Permission);
  }
  return Object.freeze({ permissions: Object.freeze(permissions) });
}

/** 2: one; 3: a prefix; 6 and 7: the same as bytes, one in each character. */
function selector(kind: number, selects: number, name: string): unknown {
  if (kind > 0) return selects === 2 ? name : Object.freeze({ namePrefix: name });
  const key = selects > 4 ? Uint8Array.from(name, (character) => character.charCodeAt(0)) : name;
  return Object.freeze(selects & 1 ? { keyPrefix: key } : { key });
}
