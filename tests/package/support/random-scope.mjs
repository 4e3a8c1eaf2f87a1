// Random scopes and hostile values, from a seed: the same seed gives the same scopes.

/** Mulberry32: small, and good enough for drawing test cases. */
export function generator(seed) {
  const next = () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
  const below = (most) => Math.floor(next() * most);
  const pick = (list) => list[below(list.length)];
  return { next, below, pick };
}

const LETTERS = [
  'a',
  'b',
  '-',
  ' ',
  '*',
  '"',
  '\\',
  '\n',
  '\u0000',
  '\u007f',
  'é',
  '\u2028',
  '\ufeff',
  '\u{1f600}',
  '{',
  ']',
];

/** A scope as someone may write it, in any of its spellings. `bytes`: whether keys may be no text. */
export function randomScope(
  { next, below, pick },
  { AllCaches, AllTopics, AllCacheItems, AllFunctions },
  bytes = true,
) {
  const name = () => Array.from({ length: 1 + below(6) }, () => pick(LETTERS)).join('') + pick(['x', 'y', 'ü']);
  const key = () => (bytes && next() < 0.4 ? Uint8Array.from({ length: 1 + below(5) }, () => below(256)) : name());
  const cache = () => pick([() => AllCaches, name, () => ({ name: name() })])();
  const names = (all) => pick([() => all, name, () => ({ name: name() }), () => ({ namePrefix: name() })])();
  const item = () => pick([() => AllCacheItems, name, () => ({ key: key() }), () => ({ keyPrefix: key() })])();
  const permission = pick([
    () => ({ role: pick(['readwrite', 'readonly', 'writeonly']), cache: cache() }),
    () => ({ item: item(), role: pick(['readwrite', 'readonly', 'writeonly']), cache: cache() }),
    () => ({
      cache: cache(),
      topic: names(AllTopics),
      role: pick(['publishsubscribe', 'subscribeonly', 'publishonly']),
    }),
    () => ({ role: pick(['functioninvoke', 'functionpermitnone']), func: names(AllFunctions), cache: cache() }),
  ]);
  return { permissions: Array.from({ length: 1 + below(8) }, permission) };
}
