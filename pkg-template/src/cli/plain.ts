// A scope as JSON can say it.
import type { TokenScope } from 'momento-token-wasm';

/**
 * Keys that are not text become `{ hex }`: JSON has no bytes. What reads scopes refuses it, so nothing is taken for
 * another key.
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
