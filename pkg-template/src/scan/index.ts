// The entry point `momento-token-wasm/scan`; `../../scan.d.ts` documents it.
import type { Finding } from '../../scan.js';
import { scanBytes } from './text.js';

export { scan } from './plugin.js';
export { scanFiles } from './files.js';

export function scanText(text: string, file = 'text'): Finding[] {
  if (typeof text !== 'string')
    throw new TypeError(`text: expected a string, found ${text === null ? 'null' : typeof text}`);
  const { findings, whole } = scanBytes(Buffer.from(text), file, Date.now());
  if (!whole) throw new RangeError('text: searching it in full would take too long');
  return findings;
}
