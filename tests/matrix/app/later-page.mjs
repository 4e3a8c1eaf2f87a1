// The package is no part of the first bundle: it is imported when the page needs a token.
import { report } from './report.mjs';

async function show() {
  const { TokenSource } = await import('momento-token-wasm');
  const source = new TokenSource({ vend: '/token' });
  const { tokenId } = await source.getToken();
  source.close();
  return { shown: tokenId };
}

void report(location.origin, show());
