// Lines and columns as editors count them: from 1, columns in UTF-16 code units.
import type { Finding } from '../../scan.js';
import type { Hit } from './find.js';
import { iso } from './times.js';

/** A position in a file that is read in parts. */
export class Position {
  line = 1;
  column = 1;
  #at = 0;

  /** Advances to `offset` in `bytes`. */
  to(bytes: Uint8Array, offset: number): this {
    let start = this.#at;
    for (let end = bytes.indexOf(0x0a, start); end >= 0 && end < offset; end = bytes.indexOf(0x0a, start)) {
      this.line++;
      this.column = 1;
      start = end + 1;
    }
    for (; start < offset; start++) {
      const byte = bytes[start] as number;
      // Counts the first byte of each character; twice if it takes two UTF-16 code units.
      if ((byte & 0xc0) !== 0x80) this.column += byte >= 0xf0 ? 2 : 1;
    }
    this.#at = offset;
    return this;
  }

  /** Begins the next part: its first byte, at the current position, has offset 0. */
  part(): void {
    this.#at = 0;
  }
}

/** Converts hits, which must be in order, to findings with lines and columns. */
export function located(hits: Hit[], bytes: Uint8Array, file: string, position = new Position()): Finding[] {
  return hits.map(({ at, credential }) => {
    const { line, column } = position.to(bytes, at);
    const { what, kind, version, form, expiresAt, expired, fingerprint, fails } = credential;
    return {
      file,
      line,
      column,
      what,
      kind,
      version,
      form,
      expiresAt: expiresAt === undefined ? null : iso(expiresAt),
      expired,
      fingerprint,
      fails,
    };
  });
}
