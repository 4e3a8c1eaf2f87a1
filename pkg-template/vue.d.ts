// Vue 3 bindings: `import { useToken } from 'momento-token-wasm/vue'`.
import type { ShallowRef } from 'vue';
import type { Token, TokenError, TokenSource, TokenSourceOptions } from 'momento-token-wasm';

/** What a component sees of a source. */
export interface TokenRefs {
  /** The token in hand; undefined before the first and after one has expired without a successor. */
  readonly token: Readonly<ShallowRef<Token | undefined>>;
  /** What the source is up to; see `TokenSource.status`. */
  readonly status: Readonly<ShallowRef<TokenSource['status']>>;
  /** Why the last attempt failed, until one succeeds. */
  readonly error: Readonly<ShallowRef<TokenError | undefined>>;
}

/**
 * A token as refs, in a component's `setup` or in any effect scope.
 *
 * With a source, follows it: the app made it, and closes it. With options, has a source of its own, which is closed with the scope.
 * In a component it begins when that is mounted, and so never on a server; `start: 'on-demand'` vends nothing by itself.
 *
 * @throws TokenError as the constructor of `TokenSource` does, for options that make no sense; `ERR_PEER` where Vue is too old.
 */
export function useToken(input: TokenSource | TokenSourceOptions): TokenRefs;
