import './watch.js';
import { createElement } from 'react';
import { createRoot } from 'react-dom/client';
import { Shown } from './react-shown.mjs';

createRoot(document.querySelector('#app')).render(createElement(Shown));
