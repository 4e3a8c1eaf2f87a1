import type { TokenErrorCode } from '../index.js';

/** The one error of the package. */
export class TokenError extends Error {
  declare readonly name: 'TokenError';
  readonly code: TokenErrorCode;
  declare readonly cause?: unknown;
  declare readonly status?: number;
  declare readonly willRetryAt?: Date;

  constructor(code: TokenErrorCode, message: string, details: { cause?: unknown; status?: number; willRetryAt?: Date } = {}) {
    super(message);
    this.code = code;
    // Only what is known: a field that is there but undefined would print as if it meant something.
    for (const [name, value] of Object.entries(details)) {
      if (value !== undefined) Object.defineProperty(this, name, { value, enumerable: name !== 'cause' });
    }
  }

  static {
    Object.defineProperty(this.prototype, 'name', { value: 'TokenError' });
  }
}

/** A wrong argument. */
export const wrong = (message: string): TokenError => new TokenError('ERR_ARGUMENT', message);

/** An argument of the wrong type: said before it can reach WebAssembly. */
export function argumentError(what: string, expected: string, found: unknown): TokenError {
  const kind = found === null ? 'null' : Array.isArray(found) ? 'an array' : typeof found === 'object' ? 'an object' : typeof found;
  return wrong(`${what}: expected ${expected}, found ${kind}`);
}
