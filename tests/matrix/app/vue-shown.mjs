// A token as Vue shows it.
import { h } from 'vue';
import { useToken } from 'momento-token-wasm/vue';

export const Shown = {
  setup() {
    const { token, error, status } = useToken({ vend: '/token', refreshWindow: [0.03, 0.06] });
    return () => h('p', token.value?.tokenId ?? error.value?.message ?? status.value);
  },
};
