// Random permissions in a form of the tests' own, { kind, role, cache?, select? }, and the same in the SDK's form and
// in ours.
import { name } from './random.mjs';

const ROLES = {
  Cache: ['readwrite', 'readonly', 'writeonly'],
  Topic: ['publishsubscribe', 'subscribeonly', 'publishonly'],
  Function: ['functioninvoke', 'functionpermitnone'],
};

/**
 * A permission of one of these kinds: Cache (no item), Item (a cache's items), Topic, Function. No `cache` is all
 * caches; no `select` is a plain cache permission; `bytes` allows keys that are not text, and `prefixes` prefixes of
 * topics.
 */
export function permission(random, kinds, { bytes = false, prefixes = false } = {}) {
  const drawn = random.pick(kinds);
  const kind = drawn === 'Item' ? 'Cache' : drawn;
  const word = () => (drawn === 'Item' && bytes && random.chance(0.4) ? random.bytes(1, 12) : name(random));
  const prefix = drawn === 'Topic' ? prefixes : true;
  return {
    kind,
    role: random.pick(ROLES[kind]),
    cache: random.chance(0.2) ? undefined : name(random),
    select:
      drawn === 'Cache'
        ? undefined
        : random.pick([
            () => ({ all: true }),
            () => ({ whole: word() }),
            ...(prefix ? [() => ({ prefix: word() })] : []),
          ])(),
  };
}

export const permissions = (random, kinds, options) =>
  Array.from({ length: random.between(1, 10) }, () => permission(random, kinds, options));

const FIELD = { Cache: 'item', Topic: 'topic', Function: 'func' };

/** The SDK's form: its constants, and a name as text or as an object. */
export function sdkScope(list, sdk, random) {
  const all = { Cache: sdk.AllCacheItems, Topic: sdk.AllTopics, Function: sdk.AllFunctions };
  const named = (key, value) => (random.chance(0.5) ? value : { [key]: value });
  return {
    permissions: list.map(({ kind, role, cache, select }) => ({
      role,
      cache: cache === undefined ? sdk.AllCaches : named('name', cache),
      ...(select && {
        [FIELD[kind]]: select.all
          ? all[kind]
          : select.prefix !== undefined
            ? { [kind === 'Cache' ? 'keyPrefix' : 'namePrefix']: select.prefix }
            : named(kind === 'Cache' ? 'key' : 'name', select.whole),
      }),
    })),
  };
}

/** Our canonical form, as a decoded token has it. */
export function ourScope(list, { AllCaches, AllCacheItems, AllTopics, AllFunctions }) {
  const all = { Cache: AllCacheItems, Topic: AllTopics, Function: AllFunctions };
  return {
    permissions: list.map(({ kind, role, cache, select }) => ({
      role,
      cache: cache ?? AllCaches,
      ...(select && {
        [FIELD[kind]]: select.all
          ? all[kind]
          : kind === 'Cache'
            ? itemForm(select)
            : select.prefix === undefined
              ? select.whole
              : { namePrefix: select.prefix },
      }),
    })),
  };
}

/** Keys that are UTF-8 become text. */
function itemForm({ whole, prefix }) {
  const key = whole ?? prefix;
  return { [whole === undefined ? 'keyPrefix' : 'key']: typeof key === 'string' ? key : textOf(key) };
}

function textOf(bytes) {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return bytes;
  }
}
