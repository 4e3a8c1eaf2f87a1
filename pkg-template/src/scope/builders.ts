// Functions that make scopes, named as in Momento's SDK. They check their arguments themselves, without WebAssembly, so
// that an error names the argument. Their results are in canonical form.
import type * as Api from '../../index.js';
import { check, isObject, wrong } from '../common/error.js';
import { readsAs } from '../token/options.js';
import { LONE_SURROGATE, isBytes } from './bytes.js';
import { decodeStrictly } from '../common/text.js';
import { AllCaches, AllFunctions, AllTopics, CacheRole, FunctionRole, TopicRole } from './permission.js';

const { freeze } = Object;

/** Matches blank names as src/scope/model.rs does. */
const BLANK = /^[\s\u0085]*$/;

function nameOf(field: string, value: unknown): string {
  check(typeof value === 'string', field, 'a name (or the All… constant for it, where all are meant)', value);
  if (BLANK.test(value)) throw wrong(`${field}: expected a name, found a blank one; use the All… constant to mean all`);
  return wellFormed(field, value);
}

function wellFormed(field: string, text: string): string {
  if (LONE_SURROGATE.test(text)) throw wrong(`${field}: expected text, found a lone surrogate in it`);
  return text;
}

function keyOf(field: string, value: unknown): string | Uint8Array {
  const bytes = isBytes(value);
  check(bytes || typeof value === 'string', field, 'a string or a Uint8Array', value);
  if (value.length === 0) throw wrong(`${field}: cache key or key prefix must not be empty`);
  if (!bytes) return wellFormed(field, value);
  const copy = new Uint8Array(value);
  return decodeStrictly(copy) ?? copy;
}

/** Checks a selector: a name, `{ name }`, `{ namePrefix }` if the field has prefixes, or the constant for all. */
function select<T>(field: string, value: T, all: unknown): T {
  if (!isObject(value)) return nameOf(field, value) as T;
  const [first, ...others] = readsAs(field, () => Object.entries(value)) as [string, unknown][];
  if (first && others.length === 0) {
    const [kind, text] = first;
    if (kind === 'all' && text === (all as { all: string }).all) return all as T;
    if (kind === 'name') return nameOf(field, text) as T;
    if (kind === 'namePrefix' && field !== 'cache') return freeze({ namePrefix: nameOf(field, text) }) as T;
  }
  check(false, field, 'a name or the All… constant for it', value);
}

const one = (role: string, cache: Api.CacheSelector, more?: object): Api.TokenScope =>
  freeze({ permissions: freeze([freeze({ role, cache: select('cache', cache, AllCaches), ...more }) as never]) });

/** A function for each role, named `name` plus the role. */
const each = (name: string, roles: Record<string, string>, make: (role: string) => unknown): object =>
  Object.fromEntries(Object.entries(roles).map(([called, role]) => [name + called, make(role)]));

const cache = (role: string) => (c: Api.CacheSelector) => one(role, c);
const topic = (role: string) => (c: Api.CacheSelector, t: Api.TopicSelector) =>
  one(role, c, { topic: select('topic', t, AllTopics) });
const topicPrefix = (role: string) => (c: Api.CacheSelector, prefix: string) =>
  one(role, c, { topic: freeze({ namePrefix: nameOf('prefix', prefix) }) });
const func = (role: string) => (c: Api.CacheSelector, f: Api.FunctionSelector) =>
  one(role, c, { func: select('func', f, AllFunctions) });
const item = (field: 'key' | 'keyPrefix') => (role: string) => (c: Api.CacheSelector, key: string | Uint8Array) =>
  one(role, c, { item: freeze({ [field]: keyOf(field, key) }) });

export const TokenScopes = freeze({
  ...each('cache', CacheRole, cache),
  ...each('topic', TopicRole, topic),
  ...each('topicNamePrefix', TopicRole, topicPrefix),
  functionInvoke: func(FunctionRole.FunctionInvoke),
  functionPermitNone: func(FunctionRole.FunctionPermitNone),
}) as typeof Api.TokenScopes;

export const DisposableTokenScopes = freeze({
  ...TokenScopes,
  ...each('cacheKey', CacheRole, item('key')),
  ...each('cacheKeyPrefix', CacheRole, item('keyPrefix')),
}) as typeof Api.DisposableTokenScopes;

export const AllDataReadWrite: Api.TokenScope = freeze({
  permissions: freeze([
    ...TokenScopes.cacheReadWrite(AllCaches).permissions,
    ...TokenScopes.topicPublishSubscribe(AllCaches, AllTopics).permissions,
    ...TokenScopes.functionInvoke(AllCaches, AllFunctions).permissions,
  ]),
});
