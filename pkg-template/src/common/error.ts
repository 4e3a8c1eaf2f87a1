import type { TokenErrorCode } from '../../index.js';

/** The one error of the package. */
export class TokenError extends Error {
  declare readonly name: 'TokenError';
  readonly code: TokenErrorCode;
  declare readonly cause?: unknown;
  declare readonly status?: number;
  declare readonly willRetryAt?: Date;

  constructor(
    code: TokenErrorCode,
    message: string,
    details: { cause?: unknown; status?: number; willRetryAt?: Date } = {},
  ) {
    super(message);
    this.code = code;
    // Only what is known: a field that is there but undefined would print as if it meant something.
    for (const [name, value] of Object.entries(details)) {
      if (value !== undefined) Object.defineProperty(this, name, { value, enumerable: name !== 'cause' });
    }
  }

  static {
    Object.defineProperty(TokenError.prototype, 'name', { value: 'TokenError' });
  }
}

/** A wrong argument. */
export const wrong = (message: string, cause?: unknown): TokenError =>
  new TokenError('ERR_ARGUMENT', message, { cause });

/** Throws unless an argument is of the right type: said before it can reach WebAssembly. */
export function check(holds: boolean, what: string, expected: string, found: unknown): asserts holds {
  if (!holds) throw wrong(`${what}: expected ${expected}, found ${kindOf(found)}`);
}

/** What kind of value an error found. */
export function kindOf(value: unknown): string {
  if (value === null) return 'null';
  if (typeof value !== 'object') return typeof value;
  try {
    return Array.isArray(value) ? 'an array' : 'an object';
  } catch {
    // A proxy that was revoked.
    return 'an object';
  }
}

export const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;

/** A string. */
export function text(what: string, value: unknown): string {
  check(typeof value === 'string', what, 'a string', value);
  return value;
}

/** Reads what was passed in, whose getters and traps may throw anything. */
export function reads<T>(read: () => T, message: string): T {
  try {
    return read();
  } catch (cause) {
    throw cause instanceof TokenError ? cause : wrong(message, cause);
  }
}
