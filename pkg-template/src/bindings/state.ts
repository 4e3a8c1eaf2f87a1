// The state of a source. The object stays the same until one of its fields changes.
import type { Token, TokenError, TokenSource } from 'momento-token-wasm';

export interface State {
  readonly token: Token | undefined;
  readonly status: TokenSource['status'];
  readonly error: TokenError | undefined;
  readonly refresh: () => void;
}

const states = new WeakMap<TokenSource, State>();

export function stateOf(source: TokenSource): State {
  const { current: token, status, lastError: error } = source;
  const known = states.get(source);
  if (known?.token === token && known?.status === status && known?.error === error && known) return known;
  const state = Object.freeze({
    token,
    status,
    error,
    refresh: known?.refresh ?? (() => requestToken(source, { forceRefresh: true })),
  });
  states.set(source, state);
  return state;
}

/** Requests a token. The result, or the error, is in the state. */
export function requestToken(source: TokenSource, options?: { forceRefresh: boolean }): void {
  source.getToken(options).catch(() => {});
}

/** Calls `changed` after every event of the source, until the returned function is called. */
export function follow(source: TokenSource, changed: () => void): () => void {
  const types = ['token', 'dropped', 'status', 'error'] as const;
  for (const type of types) source.addEventListener(type, changed);
  return () => {
    for (const type of types) source.removeEventListener(type, changed);
  };
}
