// Scopes as plain data. What they mean is the crate's business (src/scope).
import type * as Face from '../index.js';
import { type Block, ERROR, put, reading, take } from './block.js';
import { TokenError, argumentError } from './error.js';
import { readScope } from './permission.js';
import { place, writeAction, writeScope } from './plain.js';
import { wasm } from './wasm.js';

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
function run(job: number, scopes: readonly unknown[], name = theScope, action = '', limit = MAX_PERMISSIONS): void {
  ask(job, scopes.map((scope, index) => writeScope(scope, name(index + 1))).join(' ') + action, name, limit);
}

function ask(job: number, text: string, name: Name, limit: number): void {
  block = reading(text, () => take(put(text, '', false, (at, size, filled) => wasm().scope(at, size, filled, job, limit))));
  const [head, code, end, count] = block.table as unknown as [number, number, number, number];
  if (head === ERROR) throw new TokenError(block.cut(0, code) as Face.TokenErrorCode, (count ? place(name(count)) : '') + block.cut(code, end));
}

const made = (): Face.TokenScope => readScope(block.cut, block.table, 1, block.table[0] as number, 0);
const text = (): string => block.cut(0, block.length);

export function parseScope(value: unknown, limits: { maxPermissions?: number } = {}): Face.TokenScope {
  let most: unknown;
  try {
    if (typeof limits === 'object') ({ maxPermissions: most = MAX_PERMISSIONS } = limits);
  } catch {
    // null, or what throws when it is read: no number either
  }
  if (!Number.isSafeInteger(most) || (most as number) < 1) throw argumentError('limits.maxPermissions', 'a whole number above zero', most);
  run(PARSE, [value], theScope, '', Math.min(most as number, 0xffff_ffff));
  return made();
}

export function mergeScopes(...scopes: Face.TokenScope[]): Face.TokenScope {
  run(MERGE, scopes, (count) => `scope ${count}`);
  return made();
}

export function encodePermissions(scope: Face.TokenScope): string {
  run(ENCODE, [scope]);
  return text();
}

export function decodePermissions(p: string): Face.TokenScope | 'super-user' {
  if (typeof p !== 'string') throw argumentError('p', 'a string', p);
  ask(DECODE, p, theScope, 0);
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
  return text().split('\n').slice(0, -1);
}
