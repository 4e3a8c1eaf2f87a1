// Reads arguments, whose getters and proxy traps may throw anything.
import { TokenError } from 'momento-token-wasm';

export const wrong = (message: string, cause?: unknown): TokenError =>
  new TokenError('ERR_ARGUMENT', message, { cause });

/** Reads an argument of this name. Anything it throws becomes an `ERR_ARGUMENT`. */
export function reading<T>(name: string, read: () => T): T {
  try {
    return read();
  } catch (cause) {
    throw cause instanceof TokenError
      ? cause
      : wrong(`${name}: expected a value that can be read, found one that throws; see \`cause\``, cause);
  }
}
