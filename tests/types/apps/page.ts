// Every entry of the package in an app for browsers, compiled by each supported version of TypeScript.
import * as sdk from '@gomomento/sdk-web';
import { type Token, TokenSource, type TokenSourceOptions, decodeToken } from 'momento-token-wasm';
import { decodeToken as decodeAlone } from 'momento-token-wasm/decode';
import { RotatingTopicClient, credentialProvider } from 'momento-token-wasm/momento';
import { type TokenState, useToken } from 'momento-token-wasm/react';
import { type TokenRefs, useToken as useTokenRefs } from 'momento-token-wasm/vue';

const options: TokenSourceOptions = {
  vend: { url: new URL('https://vend.example'), headers: new Headers(), credentials: 'include' },
};
export const state: TokenState = useToken(options);
export const refs: TokenRefs = useTokenRefs(new TokenSource({ vend: ({ signal }) => fetch('/token', { signal }) }));
export const tokens: Token[] = [decodeToken('text'), decodeAlone('text')];
export const provider: sdk.CredentialProvider = credentialProvider(decodeToken('text'));

export async function read(): Promise<string | undefined> {
  using source = new TokenSource(options);
  const listener = (event: Event): string => event.type;
  source.addEventListener('other', listener, { once: true, signal: new AbortController().signal });
  source.addEventListener('token', ({ detail }) => detail.reveal());
  source.addEventListener('error', ({ detail }) => detail.willRetryAt?.getTime(), true);
  using topics = new RotatingTopicClient(source, {
    makeClient: (credentialProvider) =>
      new sdk.TopicClient({ credentialProvider, configuration: sdk.TopicConfigurations.Browser.latest() }),
  });
  for await (const token of source) return token.tokenId ?? state.token?.tokenId ?? refs.token.value?.tokenId;
  return String(topics);
}

// @ts-expect-error: no such option
useToken({ vend: '/token', refresh: true });
// @ts-expect-error: no such credentials
new TokenSource({ vend: { url: '/token', credentials: 'all' } });
// @ts-expect-error: a number is no header
new TokenSource({ vend: { url: '/token', headers: { a: 1 } } });
// @ts-expect-error: no such event
new TokenSource(options).addEventListener('token', (event: KeyboardEvent) => event.key);
