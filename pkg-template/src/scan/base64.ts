// Base64 within a text. A run of base64 characters is decoded at most once for each of its four possible alignments,
// since nothing says where its groups of four characters begin.
import type { Effort } from './effort.js';

/** The minimum length of a credential. */
const MIN_LENGTH = 40;
const LETTER = /[\w+/-]/;
const RUN = /[\w+/-]*/y;

/** A run, decoded with one of its alignments. */
export class Decoded {
  readonly bytes: Buffer;
  /** Whether the decoded content has been searched. */
  searched = false;
  /** The index in the text where it begins. */
  readonly #from: number;
  readonly #effort: Effort;
  #content: string | undefined;
  /** The offset of the first `api_key` from `#nameFrom` on, or -1. */
  #name = -1;
  #nameFrom = Infinity;
  #braces: number[] | undefined;

  constructor(text: string, from: number, end: number, effort: Effort) {
    effort.spend(end - from);
    this.bytes = Buffer.from(text.slice(from, end), 'base64');
    this.#from = from;
    this.#effort = effort;
  }

  /** The content as Latin-1: one character for each byte. */
  get content(): string {
    return (this.#content ??= this.bytes.toString('latin1'));
  }

  /**
   * The offset of the first `api_key` from `from` on, or -1. The result is reused for later offsets, so that all calls
   * together take time linear in the length of the run.
   */
  nameFrom(from: number): number {
    if (from < this.#nameFrom || (this.#name >= 0 && this.#name < from)) {
      this.#nameFrom = from;
      this.#name = this.content.indexOf('api_key', from);
      this.#effort.spend((this.#name < 0 ? this.content.length : this.#name) - from);
    }
    return this.#name;
  }

  /** The offset of the last `{` before `end`, or -1. */
  braceBefore(end: number): number {
    this.#braces ??= this.#allBraces();
    let [low, high] = [0, this.#braces.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#braces[middle] as number) < end) low = middle + 1;
      else high = middle;
    }
    return this.#braces[low - 1] ?? -1;
  }

  #allBraces(): number[] {
    const braces: number[] = [];
    for (let at = this.bytes.indexOf(0x7b); at >= 0; at = this.bytes.indexOf(0x7b, at + 1)) braces.push(at);
    this.#effort.spend(this.bytes.length);
    return braces;
  }

  /** The offset in the content of the group of four characters at `index` in the text. */
  offset(index: number): number {
    return Math.max(0, Math.floor(((index - this.#from) * 3) / 4));
  }

  /** The index in the text of the group that a byte was decoded from. */
  index(offset: number): number {
    return this.#from + Math.floor(offset / 3) * 4;
  }
}

/** Iterates over the base64 runs of a text. */
export class Runs {
  /** The end of the current run. */
  end = 0;
  /** Fingerprints of the credentials found in the current run's content, and in base64 nested in that. */
  readonly direct = new Set<string>();
  readonly nested = new Set<string>();
  readonly #text: string;
  readonly #effort: Effort;
  #start: number;
  #decoded: (Decoded | undefined)[] = [];

  /** Runs begin at `from` or later. */
  constructor(text: string, from: number, effort: Effort) {
    this.#text = text;
    this.#effort = effort;
    this.#start = this.end = from;
  }

  /** Moves to the run that contains `index`. Indices must not decrease. */
  to(index: number): this {
    if (index < this.end) return this;
    let start = index;
    while (start > this.end && LETTER.test(this.#text.charAt(start - 1))) start--;
    RUN.lastIndex = this.#start = start;
    this.end = start + (RUN.exec(this.#text)?.[0].length ?? 0);
    this.#decoded = [];
    this.direct.clear();
    this.nested.clear();
    return this;
  }

  /** The run, aligned so that a group begins at `index`; undefined if the rest is too short for a credential. */
  at(index: number): Decoded | undefined {
    if (this.end - index < MIN_LENGTH) return undefined;
    const place = (index - this.#start) & 3;
    const from = this.#start + place;
    return (this.#decoded[place] ??= new Decoded(this.#text, from, this.end, this.#effort));
  }
}
