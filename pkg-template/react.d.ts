// React bindings, for React 18 and 19: `import { useToken } from 'momento-token-wasm/react'`.
import type { Token, TokenError, TokenSource, TokenSourceOptions } from 'momento-token-wasm';

/**
 * The state of a source. The object stays the same until one of its fields changes, so it can be a dependency of an
 * effect.
 */
export interface TokenState {
  /** The current token; undefined before the first one and if it has expired without a successor. */
  readonly token: Token | undefined;
  /** See `TokenSource.status`. */
  readonly status: TokenSource['status'];
  /** The error of the last attempt, until one succeeds; or why the latest options are not used. */
  readonly error: TokenError | undefined;
  /**
   * Requests a new token without waiting for the source's next attempt, e.g. after the user has signed in. The result,
   * or the error, is in the state. The function is the same for the same source. Ignores its arguments, so it can be an
   * `onClick` handler; does nothing on a server. Counts as a call of `getToken()`: the limit of ten requests in ten
   * minutes applies.
   */
  readonly refresh: () => void;
}

/**
 * Returns a token as state. The component re-renders only when the token, the status or the error changes.
 *
 * Given a source, follows it. The app created the source and closes it. Given options, creates a source for as long as
 * the component is mounted and closes it on unmount. It makes a single request even under StrictMode. With
 * `start: 'on-demand'`, it requests a token only when asked.
 *
 * Options are compared by content, so they may be written inline; a body that is not a string, `URLSearchParams` or
 * plain data is compared by identity. If the options change, a new source is created. A different function is not a
 * change: the `vend` or `headers` function of the latest render is called.
 *
 * Options that change three times within 5 s are not used at once. The hook keeps its last source, with its token and
 * status, and `error` is an `ERR_ARGUMENT` that names the options, until they have been unchanged for 1 s. If they
 * change again within 5 s after that, this pause doubles each time, up to 60 s. The sources of one hook share the limit
 * of ten requests in ten minutes; options that change after nine requests wait as well. A value that differs from
 * request to request, such as a request ID, belongs in a `headers` or `vend` function.
 *
 * On a server, the status is 'idle' and no token is requested. To suspend instead of rendering without a token, use
 * {@link useSuspenseToken}.
 *
 * @throws TokenError for invalid options, as the constructor of `TokenSource` does; `ERR_PEER` if React is older than
 * 18, or in a server component.
 */
export function useToken(input: TokenSource | TokenSourceOptions): TokenState;

/**
 * Returns the current token. Without one, the component suspends: the nearest `<Suspense>` shows its fallback until
 * there is a token. The component re-renders with each new token. It suspends again if the token expires or is rejected
 * without a successor.
 *
 * Takes a source that lives outside the component (in a module, a context or a parent's state), because React discards
 * the state of a component that suspends before it is mounted. The app closes the source.
 *
 * On a server no token is requested. The hook throws an error with the code `ERR_SERVER_RENDER`, so that React sends
 * the fallback of the nearest `<Suspense>` and renders the component in the browser. React reports this error to
 * `onError` on the server and to `onRecoverableError` in the browser, where its code or message identifies it.
 *
 * @throws TokenError (to the nearest error boundary) the error of a failed attempt, after one request. When the
 * boundary is reset, the component requests a token at once. A reset within 300 ms of the error may show it again:
 * React renders an error twice, and a reset cannot be distinguished from the second time. `ERR_CLOSED` if the source
 * has been closed. `ERR_ARGUMENT` for anything but a source.
 */
export function useSuspenseToken(source: TokenSource): Token;
