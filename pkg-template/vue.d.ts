// Vue 3 bindings: `import { useToken } from 'momento-token-wasm/vue'`.
import type { MaybeRefOrGetter, ShallowRef } from 'vue';
import type { Token, TokenError, TokenSource, TokenSourceOptions } from 'momento-token-wasm';

/** What a component sees of a source. */
export interface TokenRefs {
  /** The token in hand; undefined before the first and after one has expired without a successor. */
  readonly token: Readonly<ShallowRef<Token | undefined>>;
  /** What the source is up to; see `TokenSource.status`. */
  readonly status: Readonly<ShallowRef<TokenSource['status']>>;
  /** Why the last attempt failed, until one succeeds; or why the options given last are not used. */
  readonly error: Readonly<ShallowRef<TokenError | undefined>>;
  /**
   * Asks for a new token, after the user has signed in, say, without waiting for the source's own next attempt. What
   * comes of it, failure included, is in the refs. Ignores its arguments, so it may be a `@click` handler; does nothing
   * on a server. It counts as a call of `getToken()`: the limit of ten requests in ten minutes holds.
   */
  readonly refresh: () => void;
}

/**
 * A token as refs, in a component's `setup` or in any effect scope.
 *
 * With a source, follows it: the app made it, and closes it. With options, has a source of its own, which is closed
 * with the scope. In a component it begins when that is mounted, and so never on a server; `start: 'on-demand'` vends
 * nothing by itself.
 *
 * The source or the options may be a ref, a getter or a reactive object: `useToken(() => ({ vend:
 * `/token?room=${props.room}` }))`. Options count by their content; a body that is neither text, `URLSearchParams` nor
 * plain data counts by its identity. Other options are another source. Functions are no change: of a `vend` or
 * `headers` function, the one given last is called. Options that came later and make no sense are an `error`, and the
 * last source is kept.
 *
 * Options that change three times within 5 s are not used at first. The last source is kept, with its token and status,
 * and `error` is an `ERR_ARGUMENT` that names the options, until they have stayed the same for 1 s. If they change
 * again within 5 s after that, this pause doubles each time, up to 60 s. The sources of one call together keep to the
 * limit of ten requests in ten minutes; options that change when nine were sent wait as well. What differs from request
 * to request, such as a request ID, belongs into a `headers` or `vend` function.
 *
 * @throws TokenError as the constructor of `TokenSource` does, for options that make no sense when it is called;
 * `ERR_PEER` where Vue is too old.
 */
export function useToken(input: MaybeRefOrGetter<TokenSource | TokenSourceOptions>): TokenRefs;
