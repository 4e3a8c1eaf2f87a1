// The entry point `momento-token-wasm/vue`: a token as refs.
import { TokenError, type TokenSource, type TokenSourceOptions } from 'momento-token-wasm';
import type { MaybeRefOrGetter } from 'vue';
import {
  getCurrentInstance,
  getCurrentScope,
  onMounted,
  onScopeDispose,
  shallowRef,
  toValue,
  watch,
} from './bindings/vue-functions.js';
import type * as Api from '../vue.js';
import { type HookOptions, isSource, readOptions } from './bindings/hook-options.js';
import { OwnSources } from './bindings/own-sources.js';
import { requestToken, follow, stateOf } from './bindings/state.js';

export function useToken(input: MaybeRefOrGetter<TokenSource | TokenSourceOptions>): Api.TokenRefs {
  const own = new OwnSources();
  const read = (): TokenSource | HookOptions => {
    const value = toValue(input);
    return isSource(value) ? value : readOptions(value);
  };
  const choose = (wanted: TokenSource | HookOptions): TokenSource => {
    if (isSource(wanted)) return wanted;
    own.useFunctions(wanted);
    const decision = own.decide(wanted);
    const chosen = own.sourceFor(wanted, decision);
    own.apply(wanted, decision, chosen);
    return chosen;
  };

  let wanted = read();
  let source = choose(wanted);
  /** Why later options could not be read, or were rejected by the source. */
  let unreadable: TokenError | undefined;
  let refused: TokenError | undefined;
  let phase: 'new' | 'begun' | 'disposed' = 'new';
  let refreshWanted = false;
  let unfollow = (): void => {};

  const stateNow = (): ReturnType<typeof stateOf> => (isSource(wanted) ? stateOf(source) : own.stateOf(source));
  const { token: current, status: now, error: last } = stateNow();
  const token = shallowRef(current);
  const status = shallowRef(now);
  const error = shallowRef(last);
  const show = (): void => {
    ({ token: token.value, status: status.value, error: error.value } = stateNow());
    error.value = unreadable ?? refused ?? error.value;
  };
  /** Follows the source and lets it start. */
  const enter = (): void => {
    if (isSource(wanted)) {
      own.end();
      unfollow = follow(source, show);
    } else {
      unfollow = own.follow(source, changed);
      own.start(source);
    }
    show();
  };
  /** Called when the options, or the decision about them, may have changed. */
  const changed = (): void => {
    const before = source;
    try {
      source = choose(wanted);
      refused = undefined;
    } catch (error) {
      refused = error as TokenError;
    }
    if (source === before || phase !== 'begun') return show();
    unfollow();
    enter();
  };
  const begin = (): void => {
    if (phase !== 'new') return;
    phase = 'begun';
    enter();
    if (refreshWanted) refresh();
  };
  const refresh = (): void => {
    refreshWanted = phase === 'new';
    if (phase === 'begun') requestToken(source, { forceRefresh: true });
  };

  // An input that is not reactive never triggers this.
  watch(
    () => {
      try {
        return read();
      } catch (error) {
        return error as TokenError;
      }
    },
    (next) => {
      unreadable = next instanceof TokenError ? next : undefined;
      if (next instanceof TokenError) return show();
      wanted = next;
      changed();
    },
  );
  // On a server, components are not mounted, so the source never starts.
  if (getCurrentInstance()) onMounted(begin);
  else if (typeof window !== 'undefined') begin();
  if (getCurrentScope()) {
    onScopeDispose(() => {
      phase = 'disposed';
      unfollow();
      own.end();
    });
  }
  return { token, status, error, refresh };
}
