// Components that a test mounts, and what they showed.
import { createApp, effectScope, h } from 'vue';
import { TokenSource } from 'momento-token-wasm';
import { useToken } from 'momento-token-wasm/vue';

let renders = 0;
const component = (input) => ({
  setup() {
    const { token, status, error } = useToken(input);
    return () => {
      renders += 1;
      return h('p', { id: 'token' }, `${status.value} ${token.value?.tokenId ?? 'none'} ${error.value?.code ?? ''}`);
    };
  },
});

let app;
const mount = (input) => {
  app = createApp(component(input));
  app.mount('#app');
};
globalThis.page = {
  plain: () => mount({ vend: '/token' }),
  follow: () => mount((globalThis.source = new TokenSource({ vend: '/token', start: 'on-demand' }))),
  unmount: () => app.unmount(),
  scope: () => {
    const scope = effectScope();
    const refs = scope.run(() => useToken({ vend: '/token' }));
    globalThis.scope = {
      stop: () => scope.stop(),
      state: () => `${refs.status.value} ${refs.token.value?.tokenId ?? 'none'}`,
    };
  },
  renders: () => renders,
};
