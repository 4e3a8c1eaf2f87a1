// Roles, and the constants for all caches, topics, items and functions.
import type * as Api from '../../index.js';

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

// Plain data, so that they survive JSON and structuredClone. The brand exists in their types only.
const all = (what: string): never => Object.freeze({ all: what }) as never;
export const AllCaches: Api.AllCaches = all('caches');
export const AllTopics: Api.AllTopics = all('topics');
export const AllCacheItems: Api.AllCacheItems = all('items');
export const AllFunctions: Api.AllFunctions = all('functions');
