// Functions that write scopes, named as in Momento's SDK. They check what they are given at once, without WebAssembly: where a variable
// was not set, the error names the argument. What they give is in the canonical form.
import type * as Face from '../index.js';
import { TokenError, argumentError } from './error.js';
import { isBytes } from './plain.js';
import { AllCaches, AllFunctions, AllTopics, CacheRole, FunctionRole, TopicRole } from './permission.js';

const { freeze } = Object;

/** Blank as the crate has it (src/scope/model.rs). */
const BLANK = /^[\s\u0085]*$/;
const LONE_SURROGATE = /\p{Surrogate}/u;

function nameOf(field: string, value: unknown): string {
  if (typeof value !== 'string') throw argumentError(field, 'a name (or the All… constant for it, where all are meant)', value);
  if (BLANK.test(value)) throw new TokenError('ERR_ARGUMENT', `${field}: expected a name, found a blank one; use the All… constant to mean all`);
  return wellFormed(field, value);
}

function wellFormed(field: string, text: string): string {
  if (LONE_SURROGATE.test(text)) throw new TokenError('ERR_ARGUMENT', `${field}: expected text, found a lone surrogate in it`);
  return text;
}

function keyOf(field: string, value: unknown): string | Uint8Array {
  const bytes = isBytes(value);
  if (!bytes && typeof value !== 'string') throw argumentError(field, 'a string or a Uint8Array', value);
  if (value.length === 0) throw new TokenError('ERR_ARGUMENT', `${field}: cache key or key prefix must not be empty`);
  if (!bytes) return wellFormed(field, value);
  const copy = new Uint8Array(value);
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(copy);
  } catch {
    return copy;
  }
}

/** A name, `{ name }`, `{ namePrefix }` where the field has prefixes, or the constant for all. */
function select<T>(field: string, value: T, all: unknown): T {
  if (typeof value !== 'object' || value === null) return nameOf(field, value) as T;
  const [first, ...others] = Object.entries(value) as [string, unknown][];
  if (first && others.length === 0) {
    const [kind, text] = first;
    if (kind === 'all' && text === (all as { all: string }).all) return all as T;
    if (kind === 'name') return nameOf(field, text) as T;
    if (kind === 'namePrefix' && field !== 'cache') return freeze({ namePrefix: nameOf(field, text) }) as T;
  }
  throw argumentError(field, 'a name or the All… constant for it', value);
}

const one = (role: string, cache: Face.CacheSelector, more?: object): Face.TokenScope =>
  freeze({ permissions: freeze([freeze({ role, cache: select('cache', cache, AllCaches), ...more }) as never]) });

const cache = (role: Face.CacheRole) => (c: Face.CacheSelector) => one(role, c);
const topic = (role: Face.TopicRole) => (c: Face.CacheSelector, t: Face.TopicSelector) => one(role, c, { topic: select('topic', t, AllTopics) });
const topicPrefix = (role: Face.TopicRole) => (c: Face.CacheSelector, prefix: string) =>
  one(role, c, { topic: freeze({ namePrefix: nameOf('prefix', prefix) }) });
const func = (role: Face.FunctionRole) => (c: Face.CacheSelector, f: Face.FunctionSelector) => one(role, c, { func: select('func', f, AllFunctions) });
const item = (role: Face.CacheRole, field: 'key' | 'keyPrefix') => (c: Face.CacheSelector, key: string | Uint8Array) =>
  one(role, c, { item: freeze({ [field]: keyOf(field, key) }) });

export const TokenScopes: typeof Face.TokenScopes = freeze({
  cacheReadWrite: cache(CacheRole.ReadWrite),
  cacheReadOnly: cache(CacheRole.ReadOnly),
  cacheWriteOnly: cache(CacheRole.WriteOnly),
  topicPublishSubscribe: topic(TopicRole.PublishSubscribe),
  topicSubscribeOnly: topic(TopicRole.SubscribeOnly),
  topicPublishOnly: topic(TopicRole.PublishOnly),
  topicNamePrefixPublishSubscribe: topicPrefix(TopicRole.PublishSubscribe),
  topicNamePrefixSubscribeOnly: topicPrefix(TopicRole.SubscribeOnly),
  topicNamePrefixPublishOnly: topicPrefix(TopicRole.PublishOnly),
  functionInvoke: func(FunctionRole.FunctionInvoke),
  functionPermitNone: func(FunctionRole.FunctionPermitNone),
});

export const DisposableTokenScopes: typeof Face.DisposableTokenScopes = freeze({
  ...TokenScopes,
  cacheKeyReadWrite: item(CacheRole.ReadWrite, 'key'),
  cacheKeyReadOnly: item(CacheRole.ReadOnly, 'key'),
  cacheKeyWriteOnly: item(CacheRole.WriteOnly, 'key'),
  cacheKeyPrefixReadWrite: item(CacheRole.ReadWrite, 'keyPrefix'),
  cacheKeyPrefixReadOnly: item(CacheRole.ReadOnly, 'keyPrefix'),
  cacheKeyPrefixWriteOnly: item(CacheRole.WriteOnly, 'keyPrefix'),
});

export const AllDataReadWrite: Face.TokenScope = freeze({
  permissions: freeze([
    ...TokenScopes.cacheReadWrite(AllCaches).permissions,
    ...TokenScopes.topicPublishSubscribe(AllCaches, AllTopics).permissions,
    ...TokenScopes.functionInvoke(AllCaches, AllFunctions).permissions,
  ]),
});
