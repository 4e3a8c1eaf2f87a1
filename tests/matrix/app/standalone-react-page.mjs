// The same in a React component.
import init, * as face from 'momento-token-wasm';
import { createElement, useEffect, useState } from 'react';
import { createRoot } from 'react-dom/client';
import { report } from './report.mjs';
import { readToken } from './standalone.mjs';

function Shown() {
  const [outcome, setOutcome] = useState();
  useEffect(() => {
    void report(
      location.origin,
      init()
        .then(() => readToken(face))
        .then((read) => (setOutcome(read), read)),
    );
  }, []);
  return createElement('p', null, outcome?.subject);
}

createRoot(document.querySelector('#app')).render(createElement(Shown));
