// An app that keeps a token fresh: the same program with the npm package and with what `wasm-pack build` makes.
import { type Token, TokenSource, type TokenSourceOptions, type VendContext, TokenScopes } from 'momento-token-wasm';

const options: TokenSourceOptions = {
  vend: { url: '/token', method: 'POST', headers: { 'x-app': '1' }, credentials: 'include', allowRedirects: false },
  scope: TokenScopes.topicSubscribeOnly('chat', 'room-1'),
  expiresIn: { seconds: 600 },
  tokenId: 'user-7',
  refreshWindow: [0.5, 0.7],
  requestTimeoutMs: 5_000,
  shareAcrossTabs: 'chat',
  decode: { endpoint: 'cell.momentohq.com' },
};
const source = new TokenSource(options);
const byFunction = new TokenSource({
  vend: async ({ reason, scope, expiresIn, tokenId, refreshToken }: VendContext) =>
    JSON.stringify({ reason, scope, seconds: expiresIn?.seconds, tokenId, refreshToken }),
});
const token: Token = await source.getToken({
  minValidityMs: 1_000,
  forceRefresh: true,
  signal: AbortSignal.timeout(1),
});
const current: Token | undefined = byFunction.current;
console.log(token.expiresAt, current?.tokenId);
source.close();
// @ts-expect-error an option of another type
new TokenSource({ vend: 7 });
// @ts-expect-error no such method
source.refresh();
