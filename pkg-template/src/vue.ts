// Vue 3: a token as refs.
import { getCurrentInstance, getCurrentScope, onMounted, onScopeDispose, shallowRef } from './vue-functions.js';
import { TokenSource, type TokenSourceOptions } from 'momento-token-wasm';
import type * as Face from '../vue.js';
import { follow, isSource, stateOf } from './binding.js';

export function useToken(input: TokenSource | TokenSourceOptions): Face.TokenRefs {
  const own = !isSource(input);
  const source = own ? new TokenSource({ ...input, start: 'on-demand' }) : input;
  const { token: current, status: now, error: last } = stateOf(source);
  const token = shallowRef(current);
  const status = shallowRef(now);
  const error = shallowRef(last);
  const update = (): void => {
    ({ token: token.value, status: status.value, error: error.value } = stateOf(source));
  };

  let unfollow = (): void => {};
  let disposed = false;
  const begin = (): void => {
    if (disposed) return;
    unfollow = follow(source, update);
    update();
    // What goes wrong is in `error`.
    if (own && input.start !== 'on-demand') source.getToken().catch(() => {});
  };
  // A server renders components without mounting them.
  if (getCurrentInstance()) onMounted(begin);
  else if (typeof window !== 'undefined') begin();
  if (getCurrentScope()) {
    onScopeDispose(() => {
      disposed = true;
      unfollow();
      if (own) source.close();
    });
  }
  return { token, status, error };
}
