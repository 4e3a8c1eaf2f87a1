// React bindings, for React 18 and 19: `import { useToken } from 'momento-token-wasm/react'`.
import type { Token, TokenError, TokenSource, TokenSourceOptions } from 'momento-token-wasm';

/** What a component sees of a source. The same object until something in it changes, so it may stand among the dependencies of an effect. */
export interface TokenState {
  /** The token in hand; undefined before the first and after one has expired without a successor. */
  readonly token: Token | undefined;
  /** What the source is up to; see `TokenSource.status`. */
  readonly status: TokenSource['status'];
  /** Why the last attempt failed, until one succeeds. */
  readonly error: TokenError | undefined;
}

/**
 * A token as state; the component is rendered again when it, the status or the error changes, and not otherwise.
 *
 * With a source, follows it: the app made it, and closes it. With options, has a source of its own for as long as the component is
 * mounted: one vend under StrictMode too, closed when the component goes away. Options count by their content, except for functions
 * among them, of which the first counts. `start: 'on-demand'` vends nothing by itself.
 *
 * On a server it is `{ status: 'idle' }`, and nothing is vended. To suspend instead of rendering without a token, use
 * `use(source.getToken())` with a source that lives outside the component.
 *
 * @throws TokenError as the constructor of `TokenSource` does, for options that make no sense; `ERR_PEER` where React is older than 18, or in
 *   a server component.
 */
export function useToken(input: TokenSource | TokenSourceOptions): TokenState;
