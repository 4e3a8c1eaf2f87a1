// Scopes, and values that are nearly one, for fast-check.
import fc from 'fast-check';
import { AllCacheItems, AllCaches, AllFunctions, AllTopics } from '../../../pkg/index.js';

const name = fc.oneof(
  fc.constantFrom('a', 'b', 'ab', 'chat', 'user-7:'),
  fc.string({ unit: 'binary', minLength: 1, maxLength: 5 }).map((text) => `x${text}`),
);
const key = fc.oneof(name, fc.uint8Array({ minLength: 1, maxLength: 3 }));
const cache = fc.oneof(fc.constant(AllCaches), name, fc.record({ name }));
const named = (all) => fc.oneof(fc.constant(all), name, fc.record({ name }), fc.record({ namePrefix: name }));

export const permission = fc.oneof(
  fc.record({ role: fc.constantFrom('readwrite', 'readonly', 'writeonly'), cache }),
  fc.record({
    role: fc.constantFrom('readwrite', 'readonly', 'writeonly'),
    cache,
    item: fc.oneof(fc.constant(AllCacheItems), name, fc.record({ key }), fc.record({ keyPrefix: key })),
  }),
  fc.record({
    role: fc.constantFrom('publishsubscribe', 'subscribeonly', 'publishonly'),
    cache,
    topic: named(AllTopics),
  }),
  fc.record({ role: fc.constantFrom('functioninvoke', 'functionpermitnone'), cache, func: named(AllFunctions) }),
);

export const scope = fc.record({ permissions: fc.array(permission, { minLength: 1, maxLength: 6 }) });

const word = fc.constantFrom(
  'permissions',
  'role',
  'cache',
  'item',
  'items',
  'topic',
  'func',
  'key',
  'keyPrefix',
  'name',
  'namePrefix',
  'all',
  'caches',
  'topics',
  'functions',
  'readwrite',
  'readonly',
  'writeonly',
  'publishsubscribe',
  'functioninvoke',
  'super-user',
  'SUPER-USER',
  '',
  ' ',
  '\ufeff',
  '\ud800',
  '__proto__',
  'constructor',
  'toString',
  'length',
  '0',
);

/** Whatever JavaScript has, with the words of scopes among its names and texts. */
export const anything = fc.oneof(
  word,
  fc.anything({
    key: fc.oneof(word, fc.string()),
    values: [
      word,
      fc.string({ unit: 'binary' }),
      fc.boolean(),
      fc.integer(),
      fc.double(),
      fc.constantFrom(null, undefined, AllCaches, AllTopics, AllCacheItems, AllFunctions),
    ],
    maxDepth: 4,
    withBigInt: true,
    withBoxedValues: true,
    withDate: true,
    withMap: true,
    withNullPrototype: true,
    withObjectString: true,
    withSet: true,
    withSparseArray: true,
    withTypedArray: true,
  }),
  scope.map((value) => JSON.stringify(value)),
  scope.map((value) => new Proxy(value, {})),
  scope.map(
    (value) =>
      new (class Scope {
        permissions = value.permissions;
      })(),
  ),
  scope.map((value) => Object.create(value)),
  scope.map((value) => Object.defineProperty({}, 'permissions', { value: value.permissions })),
  scope.map((value) => value.permissions),
);

/** A scope with one change somewhere in it: a field gone, added or renamed, or another value in its place. */
export const nearlyScope = fc
  .tuple(scope, fc.infiniteStream(fc.nat()), anything, word)
  .map(([value, numbers, other, label]) => {
    const copy = (from) =>
      Array.isArray(from)
        ? from.map(copy)
        : typeof from === 'object' && from !== null && !(from instanceof Uint8Array)
          ? Object.fromEntries(Object.entries(from).map(([name, inner]) => [name, copy(inner)]))
          : from;
    const next = () => numbers.next().value;
    const changed = copy(value);
    let at = changed;
    for (;;) {
      const below = Object.keys(at).filter(
        (name) => typeof at[name] === 'object' && at[name] !== null && !(at[name] instanceof Uint8Array),
      );
      if (below.length === 0 || next() % 3 === 0) break;
      at = at[below[next() % below.length]];
    }
    const keys = Object.keys(at);
    const chosen = keys[next() % Math.max(keys.length, 1)] ?? label;
    const changes = [
      () => delete at[chosen],
      () =>
        (Array.isArray(at) && label === 'length') ||
        Object.defineProperty(at, label, {
          value: other,
          enumerable: next() % 2 === 0,
          configurable: true,
          writable: true,
        }),
      () => (Array.isArray(at) && chosen === 'length') || (at[chosen] = other),
      () => (at[Symbol(label)] = other),
      () => Object.setPrototypeOf(at, { [label]: other }),
      () => {},
    ];
    changes[next() % changes.length]();
    return changed;
  });
