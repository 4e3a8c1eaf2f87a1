// Components that a test mounts, and what they showed.
import { createElement as h, StrictMode, useState } from 'react';
import * as React from 'react';
import { createRoot } from 'react-dom/client';
import { TokenSource } from 'momento-token-wasm';
import { useToken } from 'momento-token-wasm/react';

let renders = 0;
const states = [];

function Token({ input }) {
  const state = useToken(input);
  renders += 1;
  if (states.at(-1) !== state) states.push(state);
  return h('p', { id: 'token' }, `${state.status} ${state.token?.tokenId ?? 'none'} ${state.error?.code ?? ''}`);
}

/** A parent that renders again for reasons of its own, with options written anew each time. */
function Parent() {
  const [count, setCount] = useState(0);
  globalThis.again = () => setCount(count + 1);
  return h('div', null, h('p', { id: 'count' }, String(count)), h(Token, { input: { vend: '/token' } }));
}

/** Bodies for a room: the first three are written anew each time, of the others there is one a room. */
const kept = { a: {}, b: {} };
const bodies = {
  text: (room) => `room=${room}`,
  params: (room) => new URLSearchParams({ room }),
  data: (room) => ({ toJSON: () => ({ room }) }),
  form: (room) => (kept[room].form ??= new FormData()),
  blob: (room) => (kept[room].blob ??= new Blob([room])),
  bytes: (room) => (kept[room].bytes ??= new Uint8Array(1)),
};

const root = createRoot(document.querySelector('#app'));
globalThis.page = {
  version: React.version,
  strict: () => root.render(h(StrictMode, null, h(Parent))),
  plain: () => root.render(h(Token, { input: { vend: '/token' } })),
  other: () => root.render(h(Token, { input: { vend: '/token?other' } })),
  as: (user) => root.render(h(Token, { input: { vend: { url: '/token', headers: new Headers({ 'x-user': user }) } } })),
  kinds: Object.keys(bodies),
  body: (kind, room) => root.render(h(Token, { input: { vend: { url: '/token', body: bodies[kind](room) } } })),
  follow: () => {
    globalThis.source = new TokenSource({ vend: '/token', start: 'on-demand' });
    root.render(h(StrictMode, null, h(Token, { input: globalThis.source }), h('hr')));
  },
  empty: () => root.render(null),
  renders: () => renders,
  states: () => states.map(({ status, token, error }) => [status, token?.tokenId, error?.code]),
};
