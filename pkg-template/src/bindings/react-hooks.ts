// React's hooks, as the binding uses them. One that the installed React lacks throws `ERR_PEER` when it is called.
import * as installed from 'react';
import { type Peer, functionOf } from '../common/peer.js';

// Hooks are read from a copy: a bundler fails the build where a module names a missing export of a namespace.
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
