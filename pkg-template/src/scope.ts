// Scopes as plain data. What they mean is the crate's business (src/scope).
import type * as Face from '../index.js';
import { type Block, ask, errorOf } from './block.js';
import { check, text } from './error.js';
import { readScope } from './permission.js';
import { place, writeAction, writeScope } from './plain.js';

const MAX_PERMISSIONS = 20;

// The jobs, as src/js/scope.rs in the crate numbers them.
const PARSE = 0;
const MERGE = 1;
const ENCODE = 2;
const DECODE = 3;
const ALLOWS = 4;
const COVERS = 5;
const DESCRIBE = 6;

/** What an error calls a scope, counted from 1. */
type Name = (count: number) => string;
const theScope: Name = () => 'scope';

let block: Block;

/** Has the crate do one of its jobs with scopes; throws what it says. */
const run = (job: number, scopes: readonly unknown[], name = theScope, action = '', limit = MAX_PERMISSIONS): void =>
  tell(
    job,
    `[${scopes.map((scope, index) => writeScope(scope, name(index + 1), job >= ALLOWS && index === 0)).join(',')}${action && `,${action}`}]`,
    name,
    limit,
  );

function tell(job: number, written: string, name: Name, limit: number): void {
  block = ask('scope', written, '', false, job, limit);
  const error = errorOf(block, (count) => (count ? place(name(count)) : ''));
  if (error) throw error;
}

const made = (): Face.TokenScope => readScope(block.cut, block.table, 1, block.table[0] as number, 0);
const whole = (): string => block.cut(0, block.length);

export function parseScope(value: unknown, limits: { maxPermissions?: number } = {}): Face.TokenScope {
  let most: unknown;
  try {
    if (typeof limits === 'object') ({ maxPermissions: most = MAX_PERMISSIONS } = limits);
  } catch {
    // null, or what throws when it is read: no number either
  }
  check(Number.isSafeInteger(most) && (most as number) > 0, 'limits.maxPermissions', 'a whole number above zero', most);
  run(PARSE, [value], theScope, '', Math.min(most as number, 0xffff_ffff));
  return made();
}

/** Writes a scope down as it is now. What comes back checks it, as `parseScope` does: only that takes WebAssembly. */
export function keepScope(value: unknown): () => Face.TokenScope {
  const written = writeScope(value, 'scope');
  return () => {
    tell(PARSE, `[${written}]`, theScope, MAX_PERMISSIONS);
    return made();
  };
}

export function mergeScopes(...scopes: Face.TokenScope[]): Face.TokenScope {
  run(MERGE, scopes, (count) => `scope ${count}`);
  return made();
}

export function encodePermissions(scope: Face.TokenScope): string {
  run(ENCODE, [scope]);
  return whole();
}

export function decodePermissions(p: string): Face.TokenScope | 'super-user' {
  tell(DECODE, text('p', p), theScope, 0);
  return block.table[0] ? made() : 'super-user';
}

type Grant = Face.TokenScope | 'super-user';

export function allows(scope: Grant, action: Face.Action): boolean {
  run(ALLOWS, [scope], theScope, writeAction(action));
  return block.table[0] === 1;
}

export function covers(granted: Grant, requested: Face.TokenScope): boolean {
  run(COVERS, [granted, requested], (count) => (count === 1 ? 'granted' : 'requested'));
  return block.table[0] === 1;
}

export function describeScope(scope: Grant): string[] {
  run(DESCRIBE, [scope]);
  return whole().split('\n').slice(0, -1);
}
