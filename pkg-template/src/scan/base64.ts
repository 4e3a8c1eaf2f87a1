// Base64 within a text: its runs, each decoded once for each of the four places where a group of four characters may begin.

/** What may still be decoded and read, in characters; one for a text and all that is found in it. Below zero, the text was not searched in full. */
export interface Budget {
  left: number;
}

/** So much is decoded for each byte that is read: text that was made to be slow is no reason to be. */
const EFFORT = 100;
export const budgetOf = (bytes: Buffer): Budget => ({ left: 1e6 + bytes.length * EFFORT });

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
  #content: string | undefined;

  constructor(text: string, from: number, end: number) {
    this.bytes = Buffer.from(text.slice(from, end), 'base64');
    this.#from = from;
  }

  /** One character for each byte. */
  get content(): string {
    return (this.#content ??= this.bytes.toString('latin1'));
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
  readonly #budget: Budget;
  #start: number;
  #decoded: (Decoded | undefined)[] = [];

  /** What stands before `from` is no part of a run. */
  constructor(text: string, from: number, budget: Budget) {
    this.#text = text;
    this.#budget = budget;
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
    let decoded = this.#decoded[place];
    if (!decoded) {
      this.#budget.left -= this.end - from;
      decoded = this.#decoded[place] = new Decoded(this.#text, from, this.end);
    }
    return decoded;
  }
}
