// What permissions are made of: roles, and the constants for all.
import type * as Face from '../../index.js';

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
