// A token as the SDK's CredentialProvider.
import type * as Sdk from '@gomomento/sdk-web';
import { type Token, TokenError } from 'momento-token-wasm';
import { reading, wrong } from './argument.js';

type Endpoint = 'cacheEndpoint' | 'controlEndpoint' | 'tokenEndpoint';

class Provider {
  readonly #token: Token;

  constructor(token: Token) {
    this.#token = token;
    Object.freeze(this);
  }

  getAuthToken(): string {
    return this.#token.reveal();
  }

  getCacheEndpoint(): string {
    return this.#host('cacheEndpoint');
  }

  getControlEndpoint(): string {
    return this.#host('controlEndpoint');
  }

  getTokenEndpoint(): string {
    return this.#host('tokenEndpoint');
  }

  /** The Web SDK adds the prefix `web.` to endpoints that are not overridden. */
  areEndpointsOverridden(): boolean {
    return this.#token.endpoints?.overridden ?? false;
  }

  // The names in SDKs before 1.51.
  isCacheEndpointOverridden(): boolean {
    return this.areEndpointsOverridden();
  }

  isControlEndpointOverridden(): boolean {
    return this.areEndpointsOverridden();
  }

  isEndpointSecure(): boolean {
    return this.#token.endpoints?.secureConnection ?? true;
  }

  isCacheEndpointSecure(): boolean {
    return this.isEndpointSecure();
  }

  isControlEndpointSecure(): boolean {
    return this.isEndpointSecure();
  }

  isTokenEndpointSecure(): boolean {
    return this.isEndpointSecure();
  }

  withMomentoLocal(): never {
    throw new TokenError('ERR_ARGUMENT', 'withMomentoLocal: decode the token with `endpointOverrides` instead');
  }

  /** The Web SDK adds https:// to anything without a scheme, whatever isEndpointSecure() returns. */
  #host(which: Endpoint): string {
    const host = this.#token.endpoints?.[which] as string;
    return this.isEndpointSecure() ? host : `http://${host}`;
  }

  toString(): string {
    return '[CredentialProvider: redacted]';
  }

  toJSON(): string {
    return this.toString();
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return this.toString();
  }
}

export function credentialProvider(token: Token): Sdk.CredentialProvider {
  const endpoints = reading('token', () => {
    if (typeof token?.reveal !== 'function') throw wrong('token: expected a Token');
    return token.endpoints;
  });
  if (!endpoints)
    throw new TokenError(
      'ERR_ENDPOINT_MISSING',
      'Malformed token; unable to determine cache endpoint; decode it with `endpoint`',
    );
  return new Provider(token);
}
