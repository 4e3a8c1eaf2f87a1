// Components that suspend, in error boundaries that can be reset.
import { Component, createElement as h, StrictMode, Suspense, startTransition, useEffect, useState } from 'react';
import { createRoot, hydrateRoot } from 'react-dom/client';
import { TokenSource } from 'momento-token-wasm';
import { useSuspenseToken } from 'momento-token-wasm/react';

const boundaries = [];

class Boundary extends Component {
  state = { error: null };
  static getDerivedStateFromError = (error) => ({ error });
  componentDidMount() {
    boundaries.push(this);
  }
  render() {
    const { error } = this.state;
    return error ? h('p', { id: this.props.id }, `error ${error.code} ${error.status ?? ''}`) : this.props.children;
  }
}

const shown = [];

function Token({ id, source }) {
  const token = useSuspenseToken(source);
  useEffect(() => void shown.push(token.tokenId), [token]);
  return h('p', { id }, `token ${token.tokenId}`);
}

const inBoundary = (source, id = 'token', ...siblings) =>
  h(
    Boundary,
    { id, key: id },
    h(Suspense, { fallback: h('p', { id }, 'fallback') }, h(Token, { id, source }), ...siblings),
  );

/** Takes longer than a slice of React's, and so does what comes after it. */
function Slow({ ms }) {
  for (const end = performance.now() + ms; performance.now() < end; );
  return null;
}

/** Renders all the time, and the component that suspends with it if that is its child. */
function Busy({ children }) {
  const [count, setCount] = useState(0);
  useEffect(() => {
    const timer = setTimeout(() => setCount(count + 1), 10);
    return () => clearTimeout(timer);
  });
  return h('div', null, h('i', null, count), typeof children === 'function' ? children() : children);
}

const many = () => Array.from({ length: 25 }, (_, key) => h(Slow, { key, ms: 4 }));

/** The boundary is inside of the fallback, and so are these. */
const around = (...siblings) =>
  h(
    Suspense,
    { fallback: h('p', { id: 'token' }, 'fallback') },
    h(Boundary, { id: 'token' }, h(Token, { id: 'token', source: make('/token') })),
    ...siblings,
  );

let switchTo;
function Switch({ from }) {
  const [source, setSource] = useState(from);
  switchTo = setSource;
  return h(Token, { id: 'token', source });
}

/** How often a source was asked for a token, which is not how often it asked the service. */
let asked = 0;

function make(vend, more) {
  const source = new TokenSource({ vend, start: 'on-demand', ...more });
  source.getToken = (...options) => {
    asked += 1;
    return TokenSource.prototype.getToken.apply(source, options);
  };
  return (globalThis.source = source);
}

const app = document.querySelector('#app');
let root;
const show = (element) => (root ??= createRoot(app)).render(h(StrictMode, null, element));

globalThis.page = {
  plain: (more) => show(inBoundary(make('/token', more))),
  source: (source) => show(inBoundary(source)),
  again: () => show(inBoundary(globalThis.source)),
  slow: () => show(inBoundary(make('/token'), 'token', ...many())),
  beside: () => show(h('div', null, h(Busy), inBoundary(make('/token')))),
  within: () => show(h(Busy, null, () => inBoundary(globalThis.source ?? make('/token')))),
  twice: () => show(h('div', null, inBoundary(make('/token'), 'token'), inBoundary(globalThis.source, 'other'))),
  around: () => show(around()),
  slowAround: () => show(around(...many())),
  switch: () =>
    show(
      h(
        Boundary,
        { id: 'token' },
        h(Suspense, { fallback: h('p', { id: 'token' }, 'fallback') }, h(Switch, { from: make('/token?first') })),
      ),
    ),
  switchTo: (vend, inTransition) => {
    const next = make(vend);
    if (inTransition) startTransition(() => switchTo(next));
    else switchTo(next);
  },
  hydrate: () => {
    globalThis.recovered = [];
    hydrateRoot(app, inBoundary(make('/token')), {
      onRecoverableError: (error) => globalThis.recovered.push(error.message),
    });
  },
  reset: () => boundaries.forEach((boundary) => boundary.setState({ error: null })),
  /** Resets the boundary as soon as it shows an error, but once. */
  resetAtOnce: () => {
    const observer = new MutationObserver(() => {
      if (!/^error/.test(document.querySelector('#token')?.textContent)) return;
      observer.disconnect();
      setTimeout(globalThis.page.reset, 50);
    });
    observer.observe(app, { subtree: true, childList: true, characterData: true });
  },
  empty: () => root.render(null),
  shown: () => shown,
  asked: () => asked,
};
