// `momento-token-wasm/scan`: finds Momento credentials in what is about to be published.
import { scanBytes } from './text.js';

export { scan } from './plugin.js';
export { scanFiles } from './files.js';

export function scanText(text: string, file = 'text'): ReturnType<typeof scanBytes> {
  if (typeof text !== 'string') throw new TypeError(`text: expected a string, found ${text === null ? 'null' : typeof text}`);
  return scanBytes(Buffer.from(text), file, Date.now());
}
