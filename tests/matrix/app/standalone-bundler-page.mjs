// `wasm-pack build`: the bundler imports the `.wasm` file.
import * as face from 'momento-token-wasm';
import { report } from './report.mjs';
import { readToken } from './standalone.mjs';

void report(location.origin, readToken(face));
