// Components whose options change, under a clock that a test drives.
import './clock.mjs';
import { createApp, h, reactive, ref, shallowRef, watch } from 'vue';
import { TokenSource } from 'momento-token-wasm';
import { useToken } from 'momento-token-wasm/vue';
import { RESTLESS, seenBy } from './options.mjs';

let app;
let refs;
const turns = ref(0);
const make = shallowRef();
const plain = (refs) => ({ token: refs.token.value, status: refs.status.value, error: refs.error.value });

function mount(input) {
  app = createApp({
    setup() {
      refs = useToken(input);
      return () =>
        h('p', null, [h('span', { id: 'token' }, seenBy(plain(refs))), h('button', { onClick: refs.refresh })]);
    },
  });
  app.mount('#app');
}

globalThis.page = {
  /** A getter whose options differ each time, and which depends on what the hook itself shows. */
  restless(kind) {
    mount(() => (turns.value, RESTLESS[kind]()));
    watch([refs.status, refs.error, refs.token], () => turns.value++);
  },
  give(options) {
    make.value = globalThis.optionsOf(options);
    if (!app) mount(make);
  },
  giveSource: (vend) => void (make.value = globalThis.source = new TokenSource({ vend, start: 'on-demand' })),
  /** A reactive object, some fields of which are then set. */
  reactive(options) {
    const given = (globalThis.given = reactive(globalThis.optionsOf(options)));
    mount(given);
    globalThis.change = (change) => Object.assign(given, globalThis.optionsOf(change));
  },
  follow: () => mount((globalThis.source = new TokenSource({ vend: '/token', start: 'on-demand' }))),
  render: () => void turns.value++,
  empty: () => app.unmount(),
  message: () => refs.error.value?.message,
  refresh: () => refs.refresh(),
  keep: () => void (globalThis.kept = refs.refresh),
  same: () => globalThis.kept === refs.refresh,
};
