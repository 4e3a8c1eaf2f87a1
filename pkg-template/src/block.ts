// How text goes into WebAssembly, and what comes out (src/js/block.rs in the crate): one text, and a table of numbers
// that says what it is and where in the text each field ends.
import type { TokenErrorCode } from '../index.js';
import { TokenError } from './error.js';
import { decodeText, encodeText } from './text.js';
import { type More, type Reader, type Readers, aside, wasm } from './numeric.js';

/** The text from one place to another. */
export type Cut = (from: number, to: number) => string;

/** What came out. */
export interface Block {
  cut: Cut;
  /** How long the text is. */
  length: number;
  table: readonly number[];
}

/** The whole of the first number, for an error: where code and message end follows. */
const ERROR = 0xffff_ffff;

/** What is longer is no credential that anyone has seen. */
const LONG = 65_536;

let numbers: Uint32Array = new Uint32Array();

/** Newer engines take base64 away faster than any code of ours. */
type Base64Sink = Uint8Array & { setFromBase64?(text: string, options: object): { written: number } };

/**
 * Calls what is to read a text, which goes into an instance of its own where it is very long: memory once grown never
 * shrinks.
 */
export const reading = <T>(text: string, call: () => T): T => (text.length > LONG ? aside(call) : call());

/** Has the crate read a text, as `put` does, and takes what it left. */
export const ask = <K extends keyof Readers>(
  reader: K,
  text: string,
  more: string,
  mayUnwrap: boolean,
  ...rest: More<K>
): Block => reading(text, () => take(put(reader, text, more, mayUnwrap, ...rest)));

/**
 * Puts a text into memory, with `more` (ASCII) behind it, and calls what reads it: with where it lies, how much room
 * there is, and how many bytes of text there are (`-1 - count` of an envelope, where it may be one and its base64 was
 * taken away). Gives what that returns.
 */
export function put<K extends keyof Readers>(
  reader: K,
  text: string,
  more: string,
  mayUnwrap: boolean,
  ...rest: More<K>
): number {
  const { memory, __wbindgen_malloc, __wbindgen_free, [reader]: call } = wasm();
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
      return (call as Reader<number[]>)(at, size, filled, ...rest) >>> 0;
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

/**
 * The error that came out in place of what was asked for, if one did; `place` puts before it where in what was given it
 * lies, by the number that follows.
 */
export const errorOf = ({ cut, table }: Block, place = (_: number): string => ''): TokenError | undefined => {
  const [head, code, end, where] = table as [number, number, number, number];
  return head === ERROR ? new TokenError(cut(0, code) as TokenErrorCode, place(where) + cut(code, end)) : undefined;
};
