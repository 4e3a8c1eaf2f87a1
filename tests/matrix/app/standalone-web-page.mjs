// `wasm-pack build --target web`: the page fetches the `.wasm` file, and waits for it.
import init, * as face from 'momento-token-wasm';
import { report } from './report.mjs';
import { readToken } from './standalone.mjs';

void report(
  location.origin,
  init().then(() => readToken(face)),
);
