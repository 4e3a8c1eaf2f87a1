// Vue 3 bindings: `import { useToken } from 'momento-token-wasm/vue'`.
import type { MaybeRefOrGetter, ShallowRef } from 'vue';
import type { Token, TokenError, TokenSource, TokenSourceOptions } from 'momento-token-wasm';

/** The state of a source, as refs. */
export interface TokenRefs {
  /** The current token; undefined before the first one and if it has expired without a successor. */
  readonly token: Readonly<ShallowRef<Token | undefined>>;
  /** See `TokenSource.status`. */
  readonly status: Readonly<ShallowRef<TokenSource['status']>>;
  /** The error of the last attempt, until one succeeds; or why the latest options are not used. */
  readonly error: Readonly<ShallowRef<TokenError | undefined>>;
  /**
   * Requests a new token without waiting for the source's next attempt, e.g. after the user has signed in. The result,
   * or the error, is in the refs. Ignores its arguments, so it can be a `@click` handler; does nothing on a server.
   * Counts as a call of `getToken()`: the limit of ten requests in ten minutes applies.
   */
  readonly refresh: () => void;
}

/**
 * Returns a token as refs, in a component's `setup` or in any effect scope.
 *
 * Given a source, follows it. The app created the source and closes it. Given options, creates a source and closes it
 * with the scope. In a component, the source starts when the component is mounted, and so never on a server. With
 * `start: 'on-demand'`, it requests a token only when asked.
 *
 * The source or the options may be a ref, a getter or a reactive object: `useToken(() => ({ vend:
 * `/token?room=${props.room}` }))`. Options are compared by content; a body that is not a string, `URLSearchParams` or
 * plain data is compared by identity. If the options change, a new source is created. A different function is not a
 * change: the latest `vend` or `headers` function is called. If later options are invalid, `error` is set and the last
 * source is kept.
 *
 * Options that change three times within 5 s are not used at once. The last source is kept, with its token and status,
 * and `error` is an `ERR_ARGUMENT` that names the options, until they have been unchanged for 1 s. If they change again
 * within 5 s after that, this pause doubles each time, up to 60 s. The sources of one call share the limit of ten
 * requests in ten minutes; options that change after nine requests wait as well. A value that differs from request to
 * request, such as a request ID, belongs in a `headers` or `vend` function.
 *
 * @throws TokenError for invalid options, as the constructor of `TokenSource` does; `ERR_PEER` if Vue is too old.
 */
export function useToken(input: MaybeRefOrGetter<TokenSource | TokenSourceOptions>): TokenRefs;
