/** What a {@link TokenSource} is made of, as in the npm package, less what needs its hand-written half. */
export interface TokenSourceOptions {
  vend: string | URL | VendRequest | ((request: VendContext) => Promise<string | object | Response>);
  scope?: TokenScope;
  /** At most 25 hours. */
  expiresIn?: { readonly seconds: number };
  tokenId?: string;
  refreshWindow?: readonly [number, number];
  requestTimeoutMs?: number;
  shareAcrossTabs?: string | false;
  decode?: DecodeOptions;
}

/** A request without a body of the app's own: with POST, what is asked for is its body. */
export interface VendRequest {
  url: string | URL;
  method?: 'GET' | 'POST';
  headers?: Record<string, string>;
  credentials?: 'omit' | 'same-origin' | 'include';
  allowRedirects?: boolean;
}

export interface VendContext {
  readonly reason: 'first' | 'refresh' | 'rejected' | 'forced';
  readonly scope?: TokenScope;
  readonly expiresIn?: { readonly seconds: number };
  readonly tokenId?: string;
  readonly refreshToken?: string;
}

/**
 * Keeps one valid token in hand: vends it at the first {@link TokenSource.getToken}, and re-fetches it ahead of expiry.
 * Close it: a `vend` function that mentions its source keeps it from being collected.
 */
export class TokenSource {
  constructor(options: TokenSourceOptions);
  getToken(options?: { minValidityMs?: number; forceRefresh?: boolean; signal?: AbortSignal }): Promise<Token>;
  readonly current: Token | undefined;
  close(): void;
  free(): void;
}
