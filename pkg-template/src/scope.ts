// Scopes as plain data. What they mean is the crate's business (src/scope).
import type * as Face from '../index.js';
import { TokenError, argumentError } from './error.js';
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

/** A scope as the crate reads it: JSON, with a key that is not text as `{"base64": …}`. Throws for what JSON cannot carry or would quietly drop. */
export function writeScope(scope: unknown): string {
  if (typeof scope !== 'object' || scope === null) throw argumentError('scope', 'a TokenScope', scope);
  let text: string | undefined;
  try {
    text = JSON.stringify(scope, (_, value: unknown) => {
      if (value instanceof Uint8Array) return { base64: btoa(Array.from(value, (byte) => String.fromCharCode(byte)).join('')) };
      // JSON would leave these out, and a permission without its selector is a wider one.
      if (value === undefined || typeof value === 'symbol' || typeof value === 'function') {
        throw new TokenError('ERR_SCOPE_INVALID', `scope: expected plain data, found ${typeof value}`);
      }
      return value;
    });
  } catch (cause) {
    if (cause instanceof TokenError) throw cause;
    throw new TokenError('ERR_SCOPE_INVALID', 'scope: expected plain data, found what JSON cannot carry; see `cause`', { cause });
  }
  return text ?? '';
}

export function describeScope(scope: Face.TokenScope | 'super-user'): string[] {
  if (scope === 'super-user') return ['Do anything in the whole account (super-user).'];
  const answer = JSON.parse(wasm().describeScope(writeScope(scope))) as string[] | { error: { code: Face.TokenErrorCode; message: string } };
  if (Array.isArray(answer)) return answer;
  throw new TokenError(answer.error.code, answer.error.message);
}
