// A scope as plain JSON.
import type { TokenScope } from 'momento-token-wasm';

/**
 * Keys that are not text become `{ hex }`, since JSON cannot represent bytes. `parseScope` rejects that form, so it is
 * never mistaken for a key.
 */
export function plainScope(scope: TokenScope | 'super-user'): unknown {
  return JSON.parse(
    JSON.stringify(scope, (_name, value: unknown) =>
      value instanceof Uint8Array ? { hex: Buffer.from(value).toString('hex') } : value,
    ),
  );
}

export const hasBytes = (scope: TokenScope | 'super-user'): boolean =>
  JSON.stringify(plainScope(scope)).includes('{"hex":');
