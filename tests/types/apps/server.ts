// A server without `lib.dom`: the types of Node.js are all there is.
import { TokenSource, covers, parseScope } from 'momento-token-wasm';
import { decodeToken } from 'momento-token-wasm/decode';
import { type Finding, scanText } from 'momento-token-wasm/scan';

export const allowed: boolean = covers(parseScope({}), parseScope({}));
export const findings: Finding[] = scanText(decodeToken('text').reveal());
export const source = new TokenSource({
  vend: { url: 'https://vend.example', headers: async () => ({ authorization: 'x' }) },
  decode: { endpoint: 'cell.momentohq.com' },
});
source.addEventListener('token', ({ detail }) => detail.expiresAt?.getTime());
source.addEventListener('other', (event) => event.type, { once: true });
void source.getToken({ signal: AbortSignal.timeout(1_000) });

// @ts-expect-error: a number is no header
new TokenSource({ vend: { url: '/token', headers: { a: 1 } } });
