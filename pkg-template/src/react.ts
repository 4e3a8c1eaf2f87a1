// The entry point `momento-token-wasm/react`: hooks that return a token as state, or suspend until there is one.
import { type Token, TokenError, type TokenSource, type TokenSourceOptions } from 'momento-token-wasm';
import { useEffect, useInsertionEffect, useMemo, useState, useSyncExternalStore } from './bindings/react-hooks.js';
import type * as Api from '../react.js';
import { isSource, readOptions } from './bindings/hook-options.js';
import { OwnSources } from './bindings/own-sources.js';
import { follow, stateOf } from './bindings/state.js';
import { forget, suspend } from './bindings/suspense.js';

/** The state on a server, where no token is requested. */
const ON_SERVER: Api.TokenState = Object.freeze({
  token: undefined,
  status: 'idle',
  error: undefined,
  refresh: () => {},
});

/**
 * Timers that close the sources of unmounted components. They are cancelled if the component is mounted again at once,
 * as StrictMode and Fast Refresh do.
 */
const closing = new WeakMap<TokenSource, ReturnType<typeof setTimeout>>();

export function useToken(input: TokenSource | TokenSourceOptions): Api.TokenState {
  const external = isSource(input) ? input : undefined;
  const [own] = useState(() => new OwnSources());
  const [, renderAgain] = useState({});
  const options = external ? undefined : readOptions(input as TokenSourceOptions);
  const decision = options && own.decide(options);
  // React may discard a render, so its decision is carried out in the effects below.
  const source = external ?? own.sourceFor(options!, decision!);

  useInsertionEffect(() => {
    if (options) own.useFunctions(options);
  });
  useEffect(() => {
    if (options) own.apply(options, decision!, source);
  });
  useEffect(() => {
    if (external) return undefined;
    clearTimeout(closing.get(source));
    if (source.status === 'closed') {
      // The component was hidden for a while (as by `<Activity>`), and its source was closed meanwhile.
      own.renew();
      renderAgain({});
    } else own.start(source);
    return () => {
      own.pause();
      closing.set(
        source,
        setTimeout(() => source.close()),
      );
    };
  }, [external, own, source]);

  const [subscribe, snapshot] = useMemo(() => {
    if (external) return [(changed: () => void) => follow(external, changed), () => stateOf(external)] as const;
    return [(changed: () => void) => own.follow(source, changed), () => own.stateOf(source)] as const;
  }, [external, own, source]);
  return useSyncExternalStore(subscribe, snapshot, () => ON_SERVER);
}

export function useSuspenseToken(source: TokenSource): Token {
  if (!isSource(source)) {
    const found =
      'expected a TokenSource that lives outside the component, found something else; for options there is useToken';
    throw new TokenError('ERR_ARGUMENT', `useSuspenseToken: ${found}`);
  }
  const subscribe = useMemo(() => (changed: () => void) => follow(source, changed), [source]);
  const token = useSyncExternalStore(subscribe, () => source.current, onServer);
  if (!token) return suspend(source);
  forget(source);
  return token;
}

function onServer(): never {
  throw new TokenError(
    'ERR_SERVER_RENDER',
    'useSuspenseToken: a server vends nothing, so this part is left to the browser; put it in a <Suspense>, whose fallback is sent',
  );
}
