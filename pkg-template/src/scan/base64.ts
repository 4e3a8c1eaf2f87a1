// Base64 within a text: its runs, each decoded once for each of the four places where a group of four characters may
// begin.
import type { Effort } from './effort.js';

/** No credential is shorter. */
const LEAST = 40;
const LETTER = /[\w+/-]/;
const RUN = /[\w+/-]*/y;

/** A run as it decodes from one place on. */
export class Decoded {
  readonly bytes: Buffer;
  /** Has what it holds been searched? */
  searched = false;
  /** Where in the text it begins. */
  readonly #from: number;
  readonly #effort: Effort;
  #content: string | undefined;
  /** The first `api_key` at or behind `#nameFrom`; -1 where there is none. */
  #name = -1;
  #nameFrom = Infinity;
  #braces: number[] | undefined;

  constructor(text: string, from: number, end: number, effort: Effort) {
    effort.spend(end - from);
    this.bytes = Buffer.from(text.slice(from, end), 'base64');
    this.#from = from;
    this.#effort = effort;
  }

  /** One character for each byte. */
  get content(): string {
    return (this.#content ??= this.bytes.toString('latin1'));
  }

  /**
   * The first `api_key` at or behind `from`; -1 where there is none. What was searched for one place is not searched
   * again for the next, so that all places together take as long as the run.
   */
  nameFrom(from: number): number {
    if (from < this.#nameFrom || (this.#name >= 0 && this.#name < from)) {
      this.#nameFrom = from;
      this.#name = this.content.indexOf('api_key', from);
      this.#effort.spend((this.#name < 0 ? this.content.length : this.#name) - from);
    }
    return this.#name;
  }

  /** Where the last `{` before `end` stands; -1 where there is none. They are looked for once. */
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

  /** What the group of four at `index` decodes to begins here. */
  offset(index: number): number {
    return Math.max(0, Math.floor(((index - this.#from) * 3) / 4));
  }

  /** Where in the text the group stands that a byte comes of. */
  index(offset: number): number {
    return this.#from + Math.floor(offset / 3) * 4;
  }
}

/** The runs of a text, one after another. */
export class Runs {
  /** The end of the run that was asked for last. */
  end = 0;
  /** The credentials that were found in it: in what it decodes to, and in what that holds. */
  readonly direct = new Set<string>();
  readonly nested = new Set<string>();
  readonly #text: string;
  readonly #effort: Effort;
  #start: number;
  #decoded: (Decoded | undefined)[] = [];

  /** What stands before `from` is no part of a run. */
  constructor(text: string, from: number, effort: Effort) {
    this.#text = text;
    this.#effort = effort;
    this.#start = this.end = from;
  }

  /** Goes to the run that holds `index`: no place before the last. */
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

  /** The run, decoded so that a group begins at `index`; undefined where what is left from there on is too short. */
  at(index: number): Decoded | undefined {
    if (this.end - index < LEAST) return undefined;
    const place = (index - this.#start) & 3;
    const from = this.#start + place;
    return (this.#decoded[place] ??= new Decoded(this.#text, from, this.end, this.#effort));
  }
}
