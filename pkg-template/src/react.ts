// React: a token as state. Works under StrictMode, on servers, and from React 18 on.
import { useEffect, useMemo, useState, useSyncExternalStore } from './react-hooks.js';
import { TokenSource, type TokenSourceOptions } from 'momento-token-wasm';
import type * as Face from '../react.js';
import { follow, isSource, keyOf, stateOf } from './binding.js';

/** On a server nothing is vended. */
const ON_SERVER: Face.TokenState = Object.freeze({ token: undefined, status: 'idle', error: undefined });

/** Sources of components that went away. StrictMode and Fast Refresh bring a component back at once, and its source with it. */
const leaving = new WeakMap<TokenSource, ReturnType<typeof setTimeout>>();

export function useToken(input: TokenSource | TokenSourceOptions): Face.TokenState {
  const given = isSource(input) ? input : undefined;
  const [generation, renew] = useState(0);
  const source = useMemo(
    () => given ?? new TokenSource({ ...(input as TokenSourceOptions), start: 'on-demand' }),
    // Not the options themselves: they are often written where the hook is called, and so new each time.
    [given, given ? '' : keyOf(input as TokenSourceOptions), generation],
  );

  useEffect(() => {
    if (given) return undefined;
    clearTimeout(leaving.get(source));
    // A component that was hidden for a while comes back to a source that was closed meanwhile.
    if (source.status === 'closed') renew((count) => count + 1);
    // What goes wrong is in the state.
    else if ((input as TokenSourceOptions).start !== 'on-demand') source.getToken().catch(() => {});
    return () => void leaving.set(source, setTimeout(() => source.close()));
  }, [given, source]);

  const [subscribe, snapshot] = useMemo(() => [(changed: () => void) => follow(source, changed), () => stateOf(source)] as const, [source]);
  return useSyncExternalStore(subscribe, snapshot, () => ON_SERVER);
}
