// Vue's functions, as the binding uses them. One that the installed Vue lacks throws `ERR_PEER` when it is called.
import * as installed from 'vue';
import { type Peer, functionOf } from './peer.js';

// Each is named in full, and the namespace never used as a value: a bundler would then keep all of Vue. Nor is the
// default export, which has the version of Vue 2.6 and before: bundlers refuse to build a module that names an export which is not there.
type Vue = typeof installed;
const peer: Peer = { name: 'Vue', needed: '3.3', found: installed.version ?? 'older than 2.7' };

export const getCurrentInstance: Vue['getCurrentInstance'] = functionOf(peer, 'getCurrentInstance', installed.getCurrentInstance);
export const getCurrentScope: Vue['getCurrentScope'] = functionOf(peer, 'getCurrentScope', installed.getCurrentScope);
export const onMounted: Vue['onMounted'] = functionOf(peer, 'onMounted', installed.onMounted);
export const onScopeDispose: Vue['onScopeDispose'] = functionOf(peer, 'onScopeDispose', installed.onScopeDispose);
export const shallowRef: Vue['shallowRef'] = functionOf(peer, 'shallowRef', installed.shallowRef);
