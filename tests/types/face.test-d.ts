// The implementation has the face that index.d.ts promises, and the face refuses what it should. Checked by the
// compiler alone.
import * as implementation from '../../pkg-template/src/index.js';
import type * as contract from '../../pkg-template/index.js';
import * as decodeImplementation from '../../pkg-template/src/decode.js';
import type * as decodeContract from '../../pkg-template/decode.js';
import * as face from 'momento-token-wasm';

export const keepsItsWord: typeof contract = implementation;
// The source is there as a type alone.
export const decodingKeepsIts: Omit<typeof decodeContract, 'TokenSource'> = decodeImplementation;

declare const token: face.Token;
declare const source: face.TokenSource;

// What reads well, compiles.
new face.TokenSource({ vend: '/token' });
new face.TokenSource({ vend: new URL('https://a.example/token'), refreshWindow: [0.5, 0.6], start: 'on-demand' });
new face.TokenSource({ vend: { url: '/token', method: 'POST', headers: async () => ({ a: 'b' }) } });
new face.TokenSource({ vend: async ({ signal }) => fetch('/token', { signal }), tokenId: 'a' });
new face.TokenSource({ vend: { url: '/token', allowRedirects: true }, shareAcrossTabs: 'app' });
new face.TokenSource({ vend: async ({ refreshToken = 'none' }) => refreshToken.trim(), shareAcrossTabs: false });
source.addEventListener('token', ({ detail }) => detail.reveal('envelope'));
source.addEventListener('error', ({ detail }) => detail.willRetryAt?.getTime());
const scope: face.TokenScope = {
  permissions: [
    { role: face.CacheRole.ReadOnly, cache: face.AllCaches },
    { role: 'readwrite', cache: 'a', item: { keyPrefix: new Uint8Array([1]) } },
    { role: 'subscribeonly', cache: { name: 'a' }, topic: face.AllTopics },
    { role: 'functioninvoke', cache: 'a', func: { namePrefix: 'f' } },
  ],
};
face.describeScope(scope);
export const until: Date | undefined = token.expiresAt;

// What is wrong, does not.
// @ts-expect-error a source needs somewhere to vend from
new face.TokenSource({});
// @ts-expect-error the window has two ends
new face.TokenSource({ vend: '/token', refreshWindow: [0.5] });
// @ts-expect-error a token is read-only
token.endpoint = 'evil.example';
// @ts-expect-error no such form
token.reveal('raw');
// @ts-expect-error no such event
source.addEventListener('token', (event: KeyboardEvent) => event.key);
// @ts-expect-error a topic role on a cache permission
export const wrongRole: face.Permission = { role: 'subscribeonly', cache: 'a', item: 'k' };
// @ts-expect-error a misspelt field
export const misspelt: face.Permission = { role: 'readonly', cache: 'a', items: 'k' };
// @ts-expect-error two selectors that contradict each other
export const both: face.Permission = { role: 'readonly', cache: 'a', item: { key: 'k', keyPrefix: 'k' } };
// @ts-expect-error all caches is no topic
export const otherAll: face.Permission = { role: 'publishonly', cache: 'a', topic: face.AllCaches };
// @ts-expect-error codes are a closed union
export const code: face.TokenErrorCode = 'ERR_SOMETHING';
