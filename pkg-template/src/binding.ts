// What the bindings for frameworks have in common: a source as a state that stays the same object until something in it changes.
import type { Token, TokenError, TokenSource, TokenSourceOptions } from 'momento-token-wasm';
import { comparableBody } from './identity.js';

interface State {
  readonly token: Token | undefined;
  readonly status: TokenSource['status'];
  readonly error: TokenError | undefined;
}

/** By what it can do: a source made by another copy of the package is one all the same. */
export const isSource = (input: TokenSource | TokenSourceOptions): input is TokenSource => 'getToken' in input;

const states = new WeakMap<TokenSource, State>();

export function stateOf(source: TokenSource): State {
  const { current: token, status, lastError: error } = source;
  const known = states.get(source);
  if (known?.token === token && known?.status === status && known?.error === error && known) return known;
  const state = Object.freeze({ token, status, error });
  states.set(source, state);
  return state;
}

/** Calls `changed` after every event, until the function that comes back is called. */
export function follow(source: TokenSource, changed: () => void): () => void {
  const types = ['token', 'dropped', 'status', 'error'] as const;
  for (const type of types) source.addEventListener(type, changed);
  return () => {
    for (const type of types) source.removeEventListener(type, changed);
  };
}

/** Options of the same content have the same key. Functions do not count: they are often written anew each time. */
export function keyOf(options: TokenSourceOptions): string {
  const { Headers } = globalThis;
  try {
    const { vend } = options;
    const isRequest = typeof vend === 'object' && 'url' in vend;
    const compared = isRequest ? { ...options, vend: { ...vend, body: comparableBody(vend.body) } } : options;
    return JSON.stringify(compared, (_, value: unknown) => (value instanceof Uint8Array || (Headers && value instanceof Headers) ? [...value] : value));
  } catch {
    // What JSON cannot say the source refuses, in better words.
    return '';
  }
}
