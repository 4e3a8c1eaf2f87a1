import type { TokenErrorCode } from '../../index.js';

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
    // Unknown fields are left out: printing one as undefined would be misleading.
    for (const [name, value] of Object.entries(details)) {
      if (value !== undefined) Object.defineProperty(this, name, { value, enumerable: name !== 'cause' });
    }
  }

  static {
    Object.defineProperty(TokenError.prototype, 'name', { value: 'TokenError' });
  }
}

export const wrong = (message: string, cause?: unknown): TokenError =>
  new TokenError('ERR_ARGUMENT', message, { cause });

/** Throws unless an argument has the right type. Works without WebAssembly. */
export function check(holds: boolean, what: string, expected: string, found: unknown): asserts holds {
  if (!holds) throw wrong(`${what}: expected ${expected}, found ${kindOf(found)}`);
}

/** The kind of a value, for an error message. */
export function kindOf(value: unknown): string {
  if (value === null) return 'null';
  if (typeof value !== 'object') return typeof value;
  try {
    return Array.isArray(value) ? 'an array' : 'an object';
  } catch {
    // A revoked proxy.
    return 'an object';
  }
}

export const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;

/** Checks that an argument is a string, and returns it. */
export function text(what: string, value: unknown): string {
  check(typeof value === 'string', what, 'a string', value);
  return value;
}

/** Reads an argument, whose getters and proxy traps may throw anything. */
export function reads<T>(read: () => T, message: string): T {
  try {
    return read();
  } catch (cause) {
    throw cause instanceof TokenError ? cause : wrong(message, cause);
  }
}
