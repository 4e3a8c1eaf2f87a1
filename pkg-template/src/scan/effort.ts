// Limits the work of a search, so that text crafted to be slow takes at most a fixed factor longer than other text of
// its size.

/** Steps per byte of text. Ordinary text takes fewer than ten, code that is full of base64 a few dozen. */
const STEPS_PER_BYTE = 100;
/** Steps that any text may take, so that dense small texts are searched in full. */
const BASE_STEPS = 1e6;

/**
 * The remaining steps for one text and everything nested in it. A step is one byte or character read.
 */
export class Effort {
  #left: number;

  constructor(bytes: number) {
    this.#left = BASE_STEPS + bytes * STEPS_PER_BYTE;
  }

  spend(steps: number): void {
    this.#left -= steps;
  }

  /** Whether the search stopped early, so that findings may be missing. */
  get exhausted(): boolean {
    return this.#left < 0;
  }
}
