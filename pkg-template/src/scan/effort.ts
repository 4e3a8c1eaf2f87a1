// How much work a search may be. Text that was made to be slow must not take longer than other text of its size by more
// than a fixed factor.

/** Steps for each byte of the text. Ordinary text takes fewer than ten, code that is full of base64 a few dozen. */
const STEPS_PER_BYTE = 100;
/** Steps that every text may take, so that small ones with much in them are searched in full. */
const BASE_STEPS = 1e6;

/**
 * The steps that are left for one text and for all that is found in it. A step is one byte or character that is read.
 */
export class Effort {
  #left: number;

  constructor(bytes: number) {
    this.#left = BASE_STEPS + bytes * STEPS_PER_BYTE;
  }

  spend(steps: number): void {
    this.#left -= steps;
  }

  /** Whether the search has ended early: there may be more than was found. */
  get exhausted(): boolean {
    return this.#left < 0;
  }
}
