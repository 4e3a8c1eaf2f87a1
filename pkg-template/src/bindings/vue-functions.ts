// The Vue functions that the binding uses. One that the installed Vue lacks throws `ERR_PEER` when called.
import * as installed from 'vue';
import { type Peer, functionOf } from '../common/peer.js';

// Functions are referenced as `installed.name`: using the namespace as a value would make bundlers keep all of Vue.
// Vue 2.6 has its version only on the default export, but a reference to that would break builds with Vue 3, which has
// none.
type Vue = typeof installed;
const peer: Peer = { name: 'Vue', needed: '3.3', found: installed.version ?? 'older than 2.7' };

export const getCurrentInstance: Vue['getCurrentInstance'] = functionOf(
  peer,
  'getCurrentInstance',
  installed.getCurrentInstance,
);
export const getCurrentScope: Vue['getCurrentScope'] = functionOf(peer, 'getCurrentScope', installed.getCurrentScope);
export const onMounted: Vue['onMounted'] = functionOf(peer, 'onMounted', installed.onMounted);
export const onScopeDispose: Vue['onScopeDispose'] = functionOf(peer, 'onScopeDispose', installed.onScopeDispose);
export const shallowRef: Vue['shallowRef'] = functionOf(peer, 'shallowRef', installed.shallowRef);
export const toValue: Vue['toValue'] = functionOf(peer, 'toValue', installed.toValue);
export const watch: Vue['watch'] = functionOf(peer, 'watch', installed.watch);
