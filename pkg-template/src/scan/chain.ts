// Finds text that could be a credential, reassembled from pieces: string literals joined by `+`, in arrays and
// templates, with escaped characters. Does not parse any syntax, so that it works in JavaScript, HTML, JSON, and
// JavaScript in JSON in HTML.
import { BACKSLASH, MAX_BACKSLASHES, NEWLINE, PLAIN, escape, next as afterEscape, tableOf } from './escapes.js';

/**
 * The pieces of one chain. Its arrays are reused for the next one: a bundle has a chain for every string in it.
 */
export class Chain {
  /** The number of pieces. */
  count = 0;
  /** The number of characters. */
  size = 0;
  readonly #bytes: Buffer;
  /**
   * The start and end of each piece in the file. They are equal for an escaped character, whose code is in `#code`.
   */
  readonly #at: number[] = [];
  readonly #end: number[] = [];
  readonly #code: number[] = [];
  /** The index of each piece in the chain's text. */
  readonly #from: number[] = [];
  /** Whether a piece follows a comma, as an element of an array does, or the end of a line. */
  readonly #listed: boolean[] = [];
  /** Whether a piece is separated from the previous one by anything but an escape. */
  readonly #joined: boolean[] = [];
  #text: string | undefined;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  clear(): void {
    this.count = 0;
    this.size = 0;
    this.#text = undefined;
  }

  addRun(at: number, end: number, listed: boolean, joined: boolean): void {
    this.#add(at, end, 0, listed, joined);
    this.size += end - at;
  }

  addCharacter(at: number, code: number, listed: boolean, joined: boolean): void {
    this.#add(at, at, code, listed, joined);
    this.size++;
  }

  #add(at: number, end: number, code: number, listed: boolean, joined: boolean): void {
    const index = this.count++;
    this.#at[index] = at;
    this.#end[index] = end;
    this.#code[index] = code;
    this.#from[index] = this.size;
    this.#listed[index] = listed;
    this.#joined[index] = joined;
  }

  get text(): string {
    if (this.#text === undefined) {
      let text = '';
      for (let piece = 0; piece < this.count; piece++) text += this.piece(piece);
      this.#text = text;
    }
    return this.#text;
  }

  piece(index: number): string {
    const [at, end] = [this.#at[index] as number, this.#end[index] as number];
    return at === end ? String.fromCharCode(this.#code[index] as number) : this.#bytes.toString('latin1', at, end);
  }

  /** The index in the text of a piece. */
  from(piece: number): number {
    return this.#from[piece] as number;
  }

  listed(piece: number): boolean {
    return piece < this.count && this.#listed[piece] === true;
  }

  joined(piece: number): boolean {
    return piece < this.count && this.#joined[piece] === true;
  }

  /** The length of the text before the first piece, other than piece 0, that satisfies the predicate. */
  until(so: (piece: number) => boolean): number {
    for (let piece = 1; piece < this.count; piece++) if (so(piece)) return this.from(piece);
    return this.size;
  }

  /** The offset in the file of a character of the text. */
  at(index: number): number {
    const piece = this.pieceAt(index);
    return (this.#at[piece] as number) + index - this.from(piece);
  }

  /** The piece that contains a character of the text. */
  pieceAt(index: number): number {
    let [low, high] = [0, this.count - 1];
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.from(middle) <= index) low = middle;
      else high = middle - 1;
    }
    return low;
  }
}

const DOLLAR = 0x24;
const OPEN = 0x7b;
const CLOSE = 0x7d;

const QUOTE = tableOf('"\'`');
const BLANK = tableOf(' \t\r\n');
/** Characters that may follow a piece if the chain continues. */
const JOINS = tableOf('"\'`\\%&$\r\n');
const ESCAPES = tableOf('\\%&');
/** The minimum length of a credential. */
const MIN_LENGTH = 40;
/** The minimum length of the beginning of a credential whose rest is elsewhere. */
const MIN_START = 8;
/** The minimum length of a line of wrapped base64. */
const MIN_WRAPPED_LINE = 60;
/** The maximum length of white space and comments between two pieces. */
const MAX_GAP = 1_000;

/** Calls `found` with each chain that may contain a credential or the beginning of one. The chain is then reused. */
export function chains(bytes: Buffer, found: (chain: Chain) => void): void {
  const { length } = bytes;
  const chain = new Chain(bytes);
  let i = 0;
  while (i < length) {
    const code = bytes[i] as number;
    if (PLAIN[code] === 1) {
      const from = i++;
      while (i < length && PLAIN[bytes[i] as number] === 1) i++;
      // The fast path: most runs are single words.
      if (i >= length || JOINS[bytes[i] as number] === 0) {
        if (i - from < MIN_LENGTH && !starts(bytes, from, i)) continue;
        chain.clear();
        chain.addRun(from, i, false, false);
        found(chain);
        continue;
      }
      i = follow(chain, bytes, from, found);
    } else if (ESCAPES[code] === 1 && escape(bytes, i) > 0) i = follow(chain, bytes, i, found);
    else i++;
  }
}

/** Whether a run begins like base64 of JSON. */
const starts = (bytes: Buffer, from: number, to: number): boolean =>
  to - from >= MIN_START && bytes[from] === 0x65 && (bytes[from + 1] === 0x79 || bytes[from + 1] === 0x77);

/** Follows a chain that begins at `from`. Returns where it ends. */
function follow(chain: Chain, bytes: Buffer, from: number, found: (chain: Chain) => void): number {
  const { length } = bytes;
  let i = from;
  let hole = false;
  let listed = false;
  let joined = false;
  let started = false;
  chain.clear();
  while (i < length) {
    const start = i;
    while (i < length && PLAIN[bytes[i] as number] === 1) i++;
    if (i > start) {
      chain.addRun(start, i, listed, joined);
      started ||= starts(bytes, start, i);
      listed = joined = false;
    }
    if (i >= length || JOINS[bytes[i] as number] === 0) break;
    if (ESCAPES[bytes[i] as number] === 1) {
      const code = escape(bytes, i);
      if (code > 0) chain.addCharacter(i, code, listed, joined);
      if (code >= 0) {
        i = afterEscape;
        continue;
      }
    }
    const join = joint(bytes, i, i - start, hole);
    if (join < 0) break;
    hole = joint.hole;
    listed ||= joint.listed;
    joined = true;
    i = join;
  }
  if (chain.size >= MIN_LENGTH || started) found(chain);
  return Math.max(i, from + 1);
}

/**
 * The start of the next piece, if the text at `at` joins it to a preceding piece of `run` characters; -1 if it does
 * not.
 */
function joint(bytes: Uint8Array, at: number, run: number, hole: boolean): number {
  joint.hole = hole;
  joint.listed = false;
  let i = at;
  const code = bytes[i];
  if (code === DOLLAR) return bytes[i + 1] === OPEN ? opening(bytes, blanks(bytes, i + 2), true) : -1;
  if (code === NEWLINE || code === 0x0d || isWritten(bytes, i)) {
    const end = blanks(bytes, i);
    joint.listed = true;
    return run >= MIN_WRAPPED_LINE && PLAIN[bytes[end] as number] === 1 ? end : -1;
  }
  i = quote(bytes, i);
  if (i < 0) return -1;
  i = blanks(bytes, i);
  if (hole && bytes[i] === CLOSE) {
    joint.hole = false;
    return i + 1;
  }
  while (bytes[i] === 0x29) i = blanks(bytes, i + 1); // )
  if (bytes[i] === 0x2b)
    i++; // +
  else if (bytes[i] === 0x2c) {
    joint.listed = true;
    i++;
  } else if (isConcat(bytes, i)) i += 8;
  else return -1;
  i = blanks(bytes, i);
  while (bytes[i] === 0x28) i = blanks(bytes, i + 1); // (
  return opening(bytes, i, false);
}
joint.hole = false;
joint.listed = false;

/** Skips the quote that opens a piece; -1 if there is none. */
function opening(bytes: Uint8Array, at: number, hole: boolean): number {
  const end = quote(bytes, at);
  if (end >= 0 && hole) joint.hole = true;
  return end;
}

/** Skips a quote and the backslashes before it; -1 if there is none. */
function quote(bytes: Uint8Array, at: number): number {
  const i = letter(bytes, at);
  return QUOTE[bytes[i] as number] === 1 ? i + 1 : -1;
}

/** Skips white space, comments, and white space written as escapes. */
function blanks(bytes: Uint8Array, at: number): number {
  const limit = Math.min(bytes.length, at + MAX_GAP);
  let i = at;
  while (i < limit) {
    const code = bytes[i] as number;
    if (BLANK[code] === 1) i++;
    else if (code === BACKSLASH && isWritten(bytes, i)) {
      i = letter(bytes, i) + 1;
    } else if (code === 0x2f && bytes[i + 1] === 0x2a) {
      i += 2;
      while (i < limit && !(bytes[i] === 0x2a && bytes[i + 1] === 0x2f)) i++;
      i += 2;
    } else if (code === 0x2f && bytes[i + 1] === 0x2f) {
      while (i < limit && bytes[i] !== NEWLINE && !isWritten(bytes, i)) i++;
    } else break;
  }
  return i;
}

/** Whether this is the escape `\n`, `\r` or `\t`. */
function isWritten(bytes: Uint8Array, at: number): boolean {
  if (bytes[at] !== BACKSLASH) return false;
  const i = letter(bytes, at);
  return bytes[i] === 0x6e || bytes[i] === 0x72 || bytes[i] === 0x74;
}

/** Skips backslashes. */
function letter(bytes: Uint8Array, at: number): number {
  let i = at;
  while (bytes[i] === BACKSLASH && i - at < MAX_BACKSLASHES) i++;
  return i;
}

const CONCAT = Buffer.from('.concat(');
function isConcat(bytes: Uint8Array, at: number): boolean {
  for (let i = 0; i < CONCAT.length; i++) if (bytes[at + i] !== CONCAT[i]) return false;
  return true;
}
