// The module as text that JavaScript carries, for pkg-template/src/carried.ts to read.
//
// Base64 hides from gzip what is alike in the bytes: carried so, the whole package is 6 KB larger in gzip.

/**
 * Writes bytes as ASCII without quotes and backslashes: one character each for the 91 most frequent bytes, two for the
 * others. A byte that is such a character stands for itself, so that texts in the module look as in the code around it.
 * The first 64 characters say which bytes are frequent: hexadecimal digits of four bits each.
 */
export function toText(bytes) {
  const all = Array.from({ length: 256 }, (_, byte) => byte);
  const counts = all.map(() => 0);
  for (const byte of bytes) counts[byte]++;
  const frequent = new Set([...all].sort((a, b) => counts[b] - counts[a]).slice(0, 91));
  const letters = all.filter((letter) => letter > 31 && letter < 127 && letter !== 34 && letter !== 92);
  const alone = letters.slice(0, 91);
  const free = alone.filter((letter) => !frequent.has(letter));
  const pairs = letters.slice(91).flatMap((first) => letters.map((second) => [first, second]));
  const spelt = all.map((byte) => {
    if (!frequent.has(byte)) return String.fromCharCode(...pairs.shift());
    return String.fromCharCode(alone.includes(byte) ? byte : free.shift());
  });
  const digit = (from) => [0, 1, 2, 3].reduce((bits, bit) => bits | (frequent.has(from + bit) << bit), 0).toString(16);
  const digits = all.filter((byte) => byte % 4 === 0).map(digit);
  return digits.join('') + Array.from(bytes, (byte) => spelt[byte]).join('');
}
