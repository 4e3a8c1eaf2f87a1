// The same in a Vue component.
import init, * as face from 'momento-token-wasm';
import { createApp, h, onMounted, ref } from 'vue';
import { report } from './report.mjs';
import { readToken } from './standalone.mjs';

const Shown = {
  setup() {
    const subject = ref('');
    const read = async () => {
      await init();
      const outcome = await readToken(face);
      subject.value = outcome.subject;
      return outcome;
    };
    onMounted(() => report(location.origin, read()));
    return () => h('p', subject.value);
  },
};

createApp(Shown).mount('#app');
