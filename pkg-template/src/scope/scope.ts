// Scopes as plain data. Their semantics are in the crate (src/scope).
import type * as Api from '../../index.js';
import { check, text } from '../common/error.js';
import { AllCacheItems, AllCaches, AllFunctions, AllTopics } from './permission.js';
import { snapshot } from './snapshot.js';
import { call } from '../wasm.js';

const MAX_PERMISSIONS = 20;

type Grant = Api.TokenScope | 'super-user';

const CONSTANTS: Record<string, object> = {
  caches: AllCaches,
  items: AllCacheItems,
  topics: AllTopics,
  functions: AllFunctions,
};

/** Freezes a scope from the crate in place, and replaces copies of the All… constants by the constants. */
function frozen(scope: unknown): Api.TokenScope {
  const { permissions } = scope as { permissions: Record<string, unknown>[] };
  for (const permission of permissions) {
    for (const field of Object.keys(permission)) {
      const value = permission[field];
      if (typeof value !== 'object') continue;
      const { all } = value as { all?: string };
      permission[field] = all === undefined ? Object.freeze(value) : CONSTANTS[all];
    }
    Object.freeze(permission);
  }
  Object.freeze(permissions);
  return Object.freeze(scope) as Api.TokenScope;
}

const parse = (value: unknown, most: number): Api.TokenScope => frozen(call((core) => core.parseScope(value, most)));

export function parseScope(value: unknown, limits: { maxPermissions?: number } = {}): Api.TokenScope {
  let most: unknown;
  try {
    if (typeof limits === 'object') ({ maxPermissions: most = MAX_PERMISSIONS } = limits);
  } catch {
    // null, or a getter that throws: not a number, so the check fails.
  }
  check(Number.isSafeInteger(most) && (most as number) > 0, 'limits.maxPermissions', 'a whole number above zero', most);
  return parse(value, Math.min(most as number, 0xffff_ffff));
}

/** Copies a scope. The returned function validates the copy as `parseScope` does; only that needs WebAssembly. */
export function keepScope(value: unknown): () => Api.TokenScope {
  const copy = snapshot(value);
  return () => parse(copy, MAX_PERMISSIONS);
}

export function mergeScopes(...scopes: Api.TokenScope[]): Api.TokenScope {
  return frozen(call((core) => core.mergeScopes(scopes)));
}

export function encodePermissions(scope: Api.TokenScope): string {
  return call((core) => core.encodePermissions(scope));
}

export function decodePermissions(p: string): Grant {
  const claim = text('p', p);
  const grant: unknown = call((core) => core.decodePermissions(claim));
  return grant === 'super-user' ? grant : frozen(grant);
}

export function allows(scope: Grant, action: Api.Action): boolean {
  return call((core) => core.allows(scope, action));
}

export function covers(granted: Grant, requested: Api.TokenScope): boolean {
  return call((core) => core.covers(granted, requested));
}

export function describeScope(scope: Grant): string[] {
  return call((core) => core.describeScope(scope));
}
