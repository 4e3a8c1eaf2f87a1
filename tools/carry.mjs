// Encodes the module as text in JavaScript; pkg-template/src/carried.ts decodes it.
//
// Base64 would hide repetitions in the bytes from gzip: the whole package would be 6 KB larger.

/**
 * Encodes bytes as ASCII without quotes and backslashes: the 91 most frequent bytes as one character each, the others
 * as two. A frequent byte that is such a character encodes to itself, so that texts in the module resemble those in the
 * code around it. The first 64 characters are a bitmap of the frequent bytes, in hexadecimal.
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
