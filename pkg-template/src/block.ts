// How text goes into WebAssembly, and what comes out (src/js/block.rs in the crate): one text, and a table of numbers that says what it is
// and where in the text each field ends.
import type * as Face from '../index.js';
import { TokenError } from './error.js';
import { ABSENT, readScope } from './permission.js';
import { decodeText, encodeText } from './text.js';
import { aside, wasm } from './wasm.js';

/** The text from one place to another. */
export type Cut = (from: number, to: number) => string;

/** What came out. */
export interface Block {
  cut: Cut;
  /** How long the text is. */
  length: number;
  table: readonly number[];
}

/** What the crate says of a token. */
export interface Read {
  version: Face.Token['version'];
  endpoint: string | undefined;
  endpoints: Face.Endpoints | undefined;
  expiresAt: number | undefined;
  /** Makes the scope, for who asks: it is half the work, and most never look. */
  scope: (() => Face.TokenScope) | 'super-user' | undefined;
  tokenId: string | undefined;
  subject: string | undefined;
  disposable: boolean;
  warnings: readonly Face.TokenWarning[];
  /** A closure and not a text: that would show in a browser's inspector, private field or not. */
  credential: () => string;
}

export const VERSIONS = ['v1', 'v2', 'legacy', 'session', 'unknown'] as const;
const NONE: readonly never[] = Object.freeze([]);

/** The whole of the first number, for an error: code and message follow. */
export const ERROR = 0xffff_ffff;

/** What is longer is no credential that anyone has seen. */
const LONG = 65_536;

/** Calls what is to read a text, which goes into an instance of its own where it is very long: memory once grown never shrinks. */
export const reading = <T>(text: string, call: () => T): T => (text.length > LONG ? aside(call) : call());

let numbers: Uint32Array = new Uint32Array();

/** Newer engines take base64 away faster than any code of ours. */
type Base64Sink = Uint8Array & { setFromBase64?(text: string, options: object): { written: number } };

/** Puts a text into memory, and `more` (ASCII) behind it; `call` is told where, how much room there is, and how many bytes of text there are
 *  (`-1 - count` of an envelope, where it may be one and its base64 was taken away), and says where it left its answer. */
export function put(text: string, more: string, mayUnwrap: boolean, call: (at: number, size: number, filled: number) => number): number {
  const { memory, __wbindgen_malloc, __wbindgen_free } = wasm();
  for (let room = text.length; ; room *= 3) {
    // As much as src/token/work.rs asks for.
    const size = (room >> 1) * 5 + 16 + more.length;
    const at = __wbindgen_malloc(size, 1) >>> 0;
    const sink: Base64Sink = new Uint8Array(memory.buffer, at, size);
    let filled = -1;
    if (mayUnwrap && sink.setFromBase64 && text) {
      try {
        filled -= sink.setFromBase64(text, { lastChunkHandling: 'strict' }).written;
      } catch {
        // Another alphabet, something around it, or no base64: the crate tells.
      }
    }
    if (filled === -1) {
      const { read, written } = encodeText(text, sink);
      filled = read < text.length || (written >> 1) * 5 + 16 > size ? -1 : written;
    }
    if (filled !== -1) {
      if (more) encodeText(more, sink.subarray(filled < 0 ? -1 - filled : filled));
      return call(at, size, filled) >>> 0;
    }
    __wbindgen_free(at, size, 1);
  }
}

/** Takes out what a call left at this place, which is wiped and given back. */
export function take(at: number): Block {
  const { memory, __wbindgen_free } = wasm();
  if (numbers.buffer !== memory.buffer) numbers = new Uint32Array(memory.buffer);
  const start = at >>> 2;
  const room = numbers[start] as number;
  const text = numbers[start + 1] as number;
  const length = numbers[start + 2] as number;
  const textRoom = numbers[start + 3] as number;
  const bytes = new Uint8Array(memory.buffer, text, length);
  try {
    // One by one: `slice` of so few takes longer.
    const table: number[] = [];
    for (let index = start + 4; index < start + room; index++) table.push(numbers[index] as number);
    return { cut: cutter(bytes), length, table };
  } finally {
    bytes.fill(0);
    __wbindgen_free(text, textRoom, 1);
    __wbindgen_free(at, room * 4, 4);
  }
}

/** Places in the text count bytes: they are those of the string while each character is one. */
export function cutter(bytes: Uint8Array): Cut {
  const text = decodeText(bytes);
  if (text.length === bytes.length) return (from, to) => text.slice(from, to);
  const copy = bytes.slice();
  return (from, to) => decodeText(copy.subarray(from, to));
}

/** Has the crate read a credential (`decode` in src/js/mod.rs, which numbers the jobs). */
export function ask(credential: string, options: string, job: number): Read {
  const read = reading(credential, () => {
    const { decode } = wasm();
    const now = Date.now();
    const mayUnwrap = !credential.includes('.');
    return readToken(take(put(credential, options, mayUnwrap, (at, size, filled) => decode(at, size, filled, options.length, job, now))));
  });
  if (read instanceof TokenError) throw read;
  return read;
}

/** Numbers from the first: what it is, when it expires (two), how many permissions, where they end; fields, permissions and warnings follow. */
export function readToken({ cut, table }: Block): Read | TokenError {
  const number = (at: number): number => table[at] as number;
  const head = number(0);
  if (head === ERROR) return new TokenError(cut(0, number(1)) as Face.TokenErrorCode, cut(number(1), number(2)));
  const has = (bit: number): boolean => (head & (1 << bit)) !== 0;
  let at = 5;
  const credentialEnd = number(at);
  let from = credentialEnd;
  const next = (): string => cut(from, (from = number(++at)));
  const maybe = (): string | undefined => (number(at + 1) === ABSENT ? void at++ : next());
  const read: Read = {
    version: VERSIONS[head & 3] as Face.Token['version'],
    endpoint: maybe(),
    tokenId: maybe(),
    subject: maybe(),
    endpoints: has(3)
      ? Object.freeze({ cacheEndpoint: next(), controlEndpoint: next(), tokenEndpoint: next(), secureConnection: has(4), overridden: has(5) })
      : undefined,
    warnings: has(9) ? readWarnings(cut, table, number(4) - 4) : NONE,
    expiresAt: has(6) ? number(1) * 2 ** 32 + number(2) : undefined,
    disposable: has(2),
    scope: has(7) ? 'super-user' : has(8) ? () => readScope(cut, table, 12, number(3), from) : undefined,
    credential: () => cut(0, credentialEnd),
  };
  return read;
}

/** What stands behind all that belongs to a token, if anything does. */
export function readMore({ cut, table }: Block): string | undefined {
  const end = (table[4] as number) - 4;
  const at = (table[0] as number) & (1 << 9) ? end + 2 + 2 * (table[end] as number) : end;
  const to = table[at + 1];
  return to ? cut(table[at] as number, to) : undefined;
}

/** How many, where in the text they start, and where code and message of each end. */
function readWarnings(cut: Cut, table: readonly number[], at: number): readonly Face.TokenWarning[] {
  const warnings: Face.TokenWarning[] = [];
  const next = (): string => cut(table[at] as number, table[++at] as number);
  for (let left = table[at++] as number; left > 0; left--) warnings.push(Object.freeze({ code: next() as Face.TokenWarningCode, message: next() }));
  return Object.freeze(warnings);
}
