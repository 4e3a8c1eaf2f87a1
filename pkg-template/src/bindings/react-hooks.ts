// The React hooks that the binding uses. One that the installed React lacks throws `ERR_PEER` when called.
import * as installed from 'react';
import { type Peer, functionOf } from '../common/peer.js';

// Hooks are read from a copy, because bundlers reject references to missing exports of a namespace.
type React = typeof installed;
const react: { [K in keyof React]: React[K] | undefined } = { ...installed };
export const { version } = react;
const peer: Peer = { name: 'React', needed: '18', found: version ?? 'of an unknown version' };

const hook = <K extends 'useEffect' | 'useInsertionEffect' | 'useMemo' | 'useState' | 'useSyncExternalStore'>(
  name: K,
): React[K] => functionOf<React[K]>(peer, name, react[name]);

export const useEffect = hook('useEffect');
export const useInsertionEffect = hook('useInsertionEffect');
export const useMemo = hook('useMemo');
export const useState = hook('useState');
export const useSyncExternalStore = hook('useSyncExternalStore');
