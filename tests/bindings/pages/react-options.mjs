// Components whose options change, under a clock that a test drives.
import './clock.mjs';
import { createElement as h, StrictMode, useState } from 'react';
import { createRoot } from 'react-dom/client';
import { TokenSource } from 'momento-token-wasm';
import { useToken } from 'momento-token-wasm/react';
import { RESTLESS, seenBy } from './options.mjs';

let render;
let state;
/** `make(n)` makes the options of the nth render. */
function Token({ make }) {
  const [again, setAgain] = useState(0);
  render = () => setAgain(again + 1);
  state = useToken(make());
  return h('p', null, h('span', { id: 'token' }, seenBy(state)), h('button', { onClick: state.refresh }));
}

const root = createRoot(document.querySelector('#app'));
let make;
globalThis.page = {
  restless: (kind) => root.render(h(StrictMode, null, h(Token, { make: RESTLESS[kind] }))),
  /** Gives these options from now on, mounting the component if need be. The text of a function stands for it. */
  give(options) {
    make = () => globalThis.optionsOf(options);
    root.render(h(Token, { make }));
  },
  follow() {
    globalThis.source = new TokenSource({ vend: '/token', start: 'on-demand' });
    root.render(h(StrictMode, null, h(Token, { make: () => globalThis.source })));
  },
  render: () => render(),
  empty: () => root.render(null),
  message: () => state.error?.message,
  refresh: () => state.refresh(),
  /** Keeps what is there, to be compared with what is there later. */
  keep: () => void (globalThis.kept = state.refresh),
  same: () => globalThis.kept === state.refresh,
};
