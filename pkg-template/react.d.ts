// React bindings, for React 18 and 19: `import { useToken } from 'momento-token-wasm/react'`.
import type { Token, TokenError, TokenSource, TokenSourceOptions } from 'momento-token-wasm';

/**
 * What a component sees of a source. The same object until something in it changes, so it may stand among the
 * dependencies of an effect.
 */
export interface TokenState {
  /** The token in hand; undefined before the first and after one has expired without a successor. */
  readonly token: Token | undefined;
  /** What the source is up to; see `TokenSource.status`. */
  readonly status: TokenSource['status'];
  /**
   * Why the last attempt failed, until one succeeds; or why the hook does not use the options that it was given last.
   */
  readonly error: TokenError | undefined;
  /**
   * Asks for a new token, after the user has signed in, say, without waiting for the source's own next attempt. What
   * comes of it, failure included, is in the state. The same function for the same source. Ignores its arguments, so it
   * may be an `onClick`; does nothing on a server. It counts as a call of `getToken()`: the limit of ten requests in
   * ten minutes holds.
   */
  readonly refresh: () => void;
}

/**
 * A token as state; the component is rendered again when it, the status or the error changes, and not otherwise.
 *
 * With a source, follows it: the app made it, and closes it. With options, has a source of its own for as long as the
 * component is mounted: one vend under StrictMode too, closed when the component goes away. `start: 'on-demand'` vends
 * nothing by itself.
 *
 * Options count by their content, so they may be written where the hook is called; a body that is neither text,
 * `URLSearchParams` nor plain data counts by its identity. Other options are another source. Functions are no change:
 * of a `vend` or `headers` function, the one given at the last render is called.
 *
 * Options that change three times within 5 s are not used at first. The hook keeps its last source, with its token and
 * status, and `error` is an `ERR_ARGUMENT` that names the options, until they have stayed the same for 1 s. If they
 * change again within 5 s after that, this pause doubles each time, up to 60 s. The sources of one hook together keep
 * to the limit of ten requests in ten minutes; options that change when nine were sent wait as well. What differs from
 * request to request, such as a request ID, belongs into a `headers` or `vend` function.
 *
 * On a server it is `{ status: 'idle' }`, and nothing is vended. To suspend instead of rendering without a token, there
 * is {@link useSuspenseToken}.
 *
 * @throws TokenError as the constructor of `TokenSource` does, for options that make no sense; `ERR_PEER` where React
 * is older than 18, or in a server component.
 */
export function useToken(input: TokenSource | TokenSourceOptions): TokenState;

/**
 * The token in hand. Without one the component suspends: the nearest `<Suspense>` shows its fallback until there is a
 * token. The component is rendered again with each new token; it suspends again when a token has expired or was
 * rejected and there is no other.
 *
 * Takes a source that lives outside the component (in a module, a context or a parent's state), because React forgets
 * what a component has made when it suspends. The app closes it.
 *
 * On a server nothing is vended: it throws an error with the code `ERR_SERVER_RENDER`, upon which React sends the
 * fallback of the nearest `<Suspense>` and renders the component in the browser. React reports this error to `onError`
 * on the server and to `onRecoverableError` in the browser, where it can be ignored by its code or message.
 *
 * @throws TokenError (to the nearest error boundary) what the attempt failed with, after one request. When the boundary
 * is reset, the component asks again, without waiting for the source's own next attempt. A reset within 300 ms of the
 * error may show it once more: React renders an error twice, and nothing tells a reset from the second time. `ERR_CLOSED` where the source
 * was closed. `ERR_ARGUMENT` for what is no source.
 */
export function useSuspenseToken(source: TokenSource): Token;
