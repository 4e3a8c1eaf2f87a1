// Scopes as plain data. What they mean is the crate's business (src/scope).
import type * as Face from '../index.js';
import { TokenError, argumentError } from './error.js';
import { writeAction, writeScope } from './plain.js';
import { wasm } from './wasm.js';

export const CacheRole = Object.freeze({ ReadWrite: 'readwrite', ReadOnly: 'readonly', WriteOnly: 'writeonly' } as const);
export const TopicRole = Object.freeze({
  PublishSubscribe: 'publishsubscribe',
  SubscribeOnly: 'subscribeonly',
  PublishOnly: 'publishonly',
} as const);
export const FunctionRole = Object.freeze({ FunctionInvoke: 'functioninvoke', FunctionPermitNone: 'functionpermitnone' } as const);

// Plain frozen data, so that they survive JSON and structuredClone; the brand of their types exists for the compiler alone.
const all = (what: string): never => Object.freeze({ all: what }) as never;
export const AllCaches: Face.AllCaches = all('caches');
export const AllTopics: Face.AllTopics = all('topics');
export const AllCacheItems: Face.AllCacheItems = all('items');
export const AllFunctions: Face.AllFunctions = all('functions');

const constants: Record<string, unknown> = { caches: AllCaches, topics: AllTopics, items: AllCacheItems, functions: AllFunctions };

/** What the crate writes: JSON, with a key that is not text as a list of bytes. A selector that is no name has exactly one field. */
export interface WrittenScope {
  permissions: Record<string, string | Record<string, string | number[]>>[];
}

/** Turns what the crate wrote into the public form: constants, byte keys, all frozen. */
export function readScope(written: WrittenScope): Face.TokenScope {
  for (const permission of written.permissions) {
    for (const [field, selector] of Object.entries(permission)) {
      if (typeof selector === 'string') continue;
      for (const [name, value] of Object.entries(selector)) {
        if (name === 'all') permission[field] = constants[value as string] as { all: string };
        else if (typeof value === 'object') (selector as Record<string, unknown>)[name] = Uint8Array.from(value);
      }
      Object.freeze(selector);
    }
    Object.freeze(permission);
  }
  Object.freeze(written.permissions);
  return Object.freeze(written) as unknown as Face.TokenScope;
}

const MAX_PERMISSIONS = 20;

/** Has the crate do one of its jobs with scopes (src/js/scope.rs); throws what it says. */
function run<T>(job: string, grants: readonly unknown[], action = '', limit = MAX_PERMISSIONS): T {
  return ask(job, `[${grants.map(writeScope)}]`, action, limit);
}

function ask<T>(job: string, grants: string, action: string, limit: number): T {
  const answer = JSON.parse(wasm().scope(job, grants, action, limit)) as T & { error?: { code: Face.TokenErrorCode; message: string } };
  if (answer.error) throw new TokenError(answer.error.code, answer.error.message);
  return answer;
}

export function parseScope(value: unknown, limits: { maxPermissions?: number } = {}): Face.TokenScope {
  let most: unknown;
  try {
    if (typeof limits === 'object') ({ maxPermissions: most = MAX_PERMISSIONS } = limits);
  } catch {
    // null, or what throws when it is read: no number either
  }
  if (!Number.isSafeInteger(most) || (most as number) < 1) throw argumentError('limits.maxPermissions', 'a whole number above zero', most);
  return readScope(run('parse', [value], '', Math.min(most as number, 0xffff_ffff)));
}

export const mergeScopes = (...scopes: Face.TokenScope[]): Face.TokenScope => readScope(run('merge', scopes));

export const encodePermissions = (scope: Face.TokenScope): string => run('encode', [scope]);

export function decodePermissions(p: string): Face.TokenScope | 'super-user' {
  if (typeof p !== 'string') throw argumentError('p', 'a string', p);
  const grant = ask<WrittenScope | 'super-user'>('decode', p, '', 0);
  return grant === 'super-user' ? grant : readScope(grant);
}

type Grant = Face.TokenScope | 'super-user';

export const allows = (scope: Grant, action: Face.Action): boolean => run('allows', [scope], writeAction(action));

export const covers = (granted: Grant, requested: Face.TokenScope): boolean => run('covers', [granted, requested]);

export const describeScope = (scope: Grant): string[] => run('describe', [scope]);
