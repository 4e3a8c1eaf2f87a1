// The ways in which a character of a credential can be escaped in source code, JSON, HTML and URLs.

/** The characters of a credential: base64 of both alphabets, and the dots of a JWT. */
export const PLAIN = tableOf('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=-_.');

export const BACKSLASH = 0x5c;
/** The maximum number of backslashes in an escape. */
export const MAX_BACKSLASHES = 64;
export const NEWLINE = 0x0a;
const RETURN = 0x0d;
const ENTITIES: Record<string, string> = {
  equals: '=',
  sol: '/',
  plus: '+',
  period: '.',
  lowbar: '_',
  dash: '-',
  num: '#',
};

/** The end of the escape that was read last. */
export let next = 0;

/**
 * Reads an escape at `at`. Returns the code of its character, 0 if it has none (a line continuation), or -1 if there is
 * no escape or its character cannot be part of a credential. Accepts any number of backslashes: each level of nesting,
 * such as JavaScript in JSON, adds more.
 */
export function escape(bytes: Uint8Array, at: number): number {
  switch (bytes[at]) {
    case BACKSLASH:
      return backslash(bytes, at);
    case 0x25: // %
      return percent(bytes, at + 1);
    case 0x26: // &
      return entity(bytes, at + 1);
    default:
      return -1;
  }
}

function backslash(bytes: Uint8Array, at: number): number {
  let i = at;
  while (bytes[i] === BACKSLASH && i - at < MAX_BACKSLASHES) i++;
  const depth = i - at;
  const code = bytes[i] ?? 0;
  switch (code) {
    case 0x78: // x
      return hex(bytes, i + 1, 2);
    case 0x75: // u
      if (bytes[i + 1] !== 0x7b) return hex(bytes, i + 1, 4);
      return closed(hex(bytes, i + 2, 6), bytes, 0x7d);
    case NEWLINE:
      return skip(i + 1);
    case RETURN:
      return skip(bytes[i + 1] === NEWLINE ? i + 2 : i + 1);
    case 0x6e: // n: a line continuation in text that is itself escaped
      return depth >= 3 && depth % 2 === 1 ? skip(i + 1) : -1;
    default:
  }
  if (code >= 0x30 && code <= 0x37) {
    let value = 0;
    const end = i + (code <= 0x33 ? 3 : 2); // to 0o377
    for (; i < end && isOctal(bytes[i]); i++) value = value * 8 + (bytes[i] as number) - 0x30;
    return take(value, i);
  }
  // An escape that was not necessary, such as `\-`.
  const isLetter = (code | 0x20) >= 0x61 && (code | 0x20) <= 0x7a;
  return isLetter ? -1 : take(code, i + 1);
}

/** `%2B`, or `%252B` if it was encoded twice. */
function percent(bytes: Uint8Array, at: number): number {
  let i = at;
  while (bytes[i] === 0x32 && bytes[i + 1] === 0x35) i += 2;
  return hex(bytes, i, 2);
}

/** `&#43;`, `&#x2b;`, `&plus;` */
function entity(bytes: Uint8Array, at: number): number {
  if (bytes[at] === 0x23) {
    if (((bytes[at + 1] ?? 0) | 0x20) === 0x78) return closed(hex(bytes, at + 2, 6), bytes, 0x3b);
    let value = 0;
    let i = at + 1;
    for (; i < at + 8 && isDigit(bytes[i]); i++) value = value * 10 + (bytes[i] as number) - 0x30;
    return i > at + 1 ? closed(take(value, i), bytes, 0x3b) : -1;
  }
  let end = at;
  if (((bytes[at] ?? 0) | 0x20) < 0x61) return -1; // `&&`, most often
  while (end < at + 8 && bytes[end] !== 0x3b) end++;
  const character = ENTITIES[String.fromCharCode(...bytes.subarray(at, end))];
  return character ? closed(take(character.charCodeAt(0), end), bytes, 0x3b) : -1;
}

/** Reads at least two and at most `max` hexadecimal digits; exactly four if `max` is four. */
function hex(bytes: Uint8Array, at: number, max: number): number {
  let value = 0;
  let i = at;
  for (; i < at + max; i++) {
    const digit = hexDigit(bytes[i]);
    if (digit < 0) break;
    value = value * 16 + digit;
  }
  return i - at < 2 || (max === 4 && i - at < 4) ? -1 : take(value, i);
}

const closed = (code: number, bytes: Uint8Array, by: number): number =>
  code >= 0 && bytes[next] === by ? take(code, next + 1) : -1;

function take(code: number, end: number): number {
  next = end;
  return code > 0 && code < 128 && PLAIN[code] === 1 ? code : -1;
}

function skip(end: number): number {
  next = end;
  return 0;
}

function hexDigit(code = 0): number {
  if (isDigit(code)) return code - 0x30;
  const letter = code | 0x20;
  return letter >= 0x61 && letter <= 0x66 ? letter - 0x57 : -1;
}

const isDigit = (code = 0): boolean => code >= 0x30 && code <= 0x39;
const isOctal = (code = 0): boolean => code >= 0x30 && code <= 0x37;

export function tableOf(characters: string): Uint8Array {
  const table = new Uint8Array(256);
  for (const character of characters) table[character.charCodeAt(0)] = 1;
  return table;
}
