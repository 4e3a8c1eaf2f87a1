// Seeded random cases. DIFF_SEED=n tries another seed; a failing case names its own.

const SEED = Number(process.env.DIFF_SEED ?? 1);

/** A generator (mulberry32) with what the tests draw from it. */
export function generator(seed) {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const below = (limit) => Math.floor(next() * limit);
  const between = (from, to) => from + below(to - from + 1);
  const pick = (list) => list[below(list.length)];
  const chance = (share) => next() < share;
  const text = (alphabet, from, to) => Array.from({ length: between(from, to) }, () => pick(alphabet)).join('');
  const bytes = (from, to) => Uint8Array.from({ length: between(from, to) }, () => below(256));
  return { below, between, pick, chance, text, bytes };
}

/** Runs so many cases, each with a generator of its own, and tells how many there were. */
export function cases(context, what, count, run) {
  const began = performance.now();
  for (let index = 0; index < count; index++) {
    try {
      run(generator(Math.imul(SEED, 0x9e3779b1) + Math.imul(index, 0x85ebca6b)), index);
    } catch (error) {
      error.message = `${what}, DIFF_SEED=${SEED}, case ${index}: ${error.message}`;
      throw error;
    }
  }
  context.diagnostic(`${what}: ${count} cases in ${Math.round(performance.now() - began)} ms, DIFF_SEED=${SEED}`);
}

const LETTERS = [...'abcdefghijklmnopqrstuvwxyz0123456789'];
const ANY = [...'abcXYZ019 -_./:*"\\{}\n\téß漢\u{1f600}\0\ufeff'];

/** A host as Momento's are. */
export const host = (random) =>
  `${random.pick(['cell', 'private'])}-${random.text(LETTERS, 1, 8)}.${random.pick(['prod.a.', 'a.', ''])}momentohq.com`;

/** A host of anybody's, perhaps with a port. */
export const anyHost = (random) =>
  random.pick(['localhost', '127.0.0.1', `${random.text(LETTERS, 1, 10)}.example`, host(random)]) +
  (random.chance(0.3) ? `:${random.between(1, 65535)}` : '');

/** A name that is not blank. */
export const name = (random) => (random.chance(0.3) ? `x${random.text(ANY, 0, 20)}` : random.text(LETTERS, 1, 12));
