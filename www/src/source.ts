// The token source this page is about. The rest of the page only watches it, and plays tricks on it.
import { TokenSource } from 'momento-token-wasm';
import { faultHeaders } from './fault';

export const source = new TokenSource({
  vend: { url: '/token', headers: faultHeaders },
  tokenId: 'demo-page',
  shareAcrossTabs: 'demo-page',
});
