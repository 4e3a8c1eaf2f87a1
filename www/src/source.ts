// The token source that this page demonstrates.
import { TokenSource } from 'momento-token-wasm';
import { faultHeaders } from './fault';

export const source = new TokenSource({
  vend: { url: '/token', headers: faultHeaders },
  tokenId: 'demo-page',
  shareAcrossTabs: 'demo-page',
});
