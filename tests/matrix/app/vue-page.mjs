import './watch.js';
import { createApp } from 'vue';
import { Shown } from './vue-shown.mjs';

createApp(Shown).mount('#app');
