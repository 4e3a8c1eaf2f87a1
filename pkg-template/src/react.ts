// The entry point `momento-token-wasm/react`: hooks that return a token as state, or suspend until there is one.
import { type Token, TokenError, type TokenSource, type TokenSourceOptions } from 'momento-token-wasm';
import { useEffect, useInsertionEffect, useMemo, useState, useSyncExternalStore } from './bindings/react-hooks.js';
import type * as Face from '../react.js';
import { isSource, readOptions } from './bindings/offer.js';
import { OwnSources } from './bindings/own-sources.js';
import { follow, stateOf } from './bindings/state.js';
import { forget, suspend } from './bindings/suspense.js';

/** The state on a server, where no token is requested. */
const ON_SERVER: Face.TokenState = Object.freeze({
  token: undefined,
  status: 'idle',
  error: undefined,
  refresh: () => {},
});

/**
 * Timers that close the sources of unmounted components. They are cancelled if the component is mounted again at once,
 * as StrictMode and Fast Refresh do.
 */
const leaving = new WeakMap<TokenSource, ReturnType<typeof setTimeout>>();

export function useToken(input: TokenSource | TokenSourceOptions): Face.TokenState {
  const given = isSource(input) ? input : undefined;
  const [own] = useState(() => new OwnSources());
  const [, renderAgain] = useState({});
  const offer = given ? undefined : readOptions(input as TokenSourceOptions);
  const decision = offer && own.decide(offer);
  // React may discard a render, so its decision is carried out in the effects below.
  const source = given ?? own.sourceFor(offer!, decision!);

  useInsertionEffect(() => {
    if (offer) own.useFunctions(offer);
  });
  useEffect(() => {
    if (offer) own.apply(offer, decision!, source);
  });
  useEffect(() => {
    if (given) return undefined;
    clearTimeout(leaving.get(source));
    if (source.status === 'closed') {
      // The component was hidden for a while (as by `<Activity>`), and its source was closed meanwhile.
      own.renew();
      renderAgain({});
    } else own.begin(source);
    return () => {
      own.pause();
      leaving.set(
        source,
        setTimeout(() => source.close()),
      );
    };
  }, [given, own, source]);

  const [subscribe, snapshot] = useMemo(() => {
    if (given) return [(changed: () => void) => follow(given, changed), () => stateOf(given)] as const;
    return [(changed: () => void) => own.follow(source, changed), () => own.stateOf(source)] as const;
  }, [given, own, source]);
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
