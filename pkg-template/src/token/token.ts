// Decoded credentials (src/js/token.rs), as objects that do not reveal the credential when printed.
import type { DecodedParts } from 'wasm-glue';
import type * as Api from '../../index.js';
import { TokenError, check, isObject, wrong } from '../common/error.js';
import { readsAs } from './options.js';
import { timeOf } from '../common/recognize.js';
import { decodePermissions } from '../scope/scope.js';
import { call } from '../wasm.js';

/** The fields of a token's JSON, in order. */
const FIELDS = [
  'version',
  'endpoint',
  'endpoints',
  'expiresAt',
  'scope',
  'tokenId',
  'subject',
  'disposable',
  'warnings',
] as const;

type Scope = Api.Token['scope'];

class DecodedToken implements Api.Token {
  declare readonly version: Api.Token['version'];
  declare readonly endpoint: string | undefined;
  declare readonly endpoints: Api.Endpoints | undefined;
  declare readonly tokenId: string | undefined;
  declare readonly subject: string | undefined;
  declare readonly disposable: boolean;
  declare readonly warnings: readonly Api.TokenWarning[];
  readonly #expiresAt: number | undefined;
  /** A closure, because developer tools display private fields that are strings. */
  readonly #credential: () => string;
  /** The scope, or until its first use a function that decodes it, since that is costly and most apps never need it. */
  #scope: (() => Scope) | Scope;

  constructor(parts: DecodedParts, scope: () => Scope) {
    const { credential } = parts;
    this.version = parts.version;
    this.endpoint = parts.endpoint;
    this.endpoints = parts.endpoints && Object.freeze(parts.endpoints);
    this.tokenId = parts.tokenId;
    this.subject = parts.subject;
    this.disposable = parts.disposable;
    for (const warning of parts.warnings) Object.freeze(warning);
    this.warnings = Object.freeze(parts.warnings as Api.TokenWarning[]);
    this.#expiresAt = parts.expiresAt;
    this.#scope = scope;
    this.#credential = () => credential;
    Object.freeze(this);
  }

  /** A new Date each time, because dates are mutable. */
  get expiresAt(): Date | undefined {
    return this.#expiresAt === undefined ? undefined : new Date(this.#expiresAt);
  }

  get scope(): Scope {
    return typeof this.#scope === 'function' ? (this.#scope = this.#scope()) : this.#scope;
  }

  reveal(form: 'wire' | 'envelope' = 'wire'): string {
    const credential = this.#credential();
    if (form === 'wire') return credential;
    check(form === 'envelope', 'form', "'wire' or 'envelope'", form);
    if (this.endpoint === undefined) {
      throw new TokenError(
        'ERR_ENDPOINT_MISSING',
        'Missing required property: endpoint; an envelope carries one, and this credential has none',
      );
    }
    // btoa requires Latin-1. Both are ASCII: the host is validated, and a JWT is base64.
    return btoa(JSON.stringify({ endpoint: this.endpoint, api_key: credential }));
  }

  isExpired(at: Date | number = Date.now()): boolean {
    return this.remainingMs(at) === 0;
  }

  remainingMs(at: Date | number = Date.now()): number {
    const time = timeOf(at);
    check(!Number.isNaN(time), 'at', 'a Date or milliseconds since the epoch', at);
    return this.#expiresAt === undefined ? Infinity : Math.max(0, Math.floor(this.#expiresAt - time));
  }

  toString(): string {
    return '[Token: redacted]';
  }

  /** Everything but the credential. */
  toJSON(): object {
    return Object.fromEntries(FIELDS.map((field) => [field, this[field]]));
  }

  valueOf(): object {
    return this.toJSON();
  }

  [Symbol.toPrimitive](): string {
    return this.toString();
  }

  get [Symbol.toStringTag](): string {
    return 'Token';
  }

  [Symbol.for('nodejs.util.inspect.custom')](): object {
    return this.toJSON();
  }
}

/** Makes a token from what the crate decoded. */
export const makeToken = (
  parts: DecodedParts,
  scope = (): Scope => (parts.permissions === undefined ? undefined : decodePermissions(parts.permissions)),
): Api.Token => new DecodedToken(parts, scope);

/** The maximum length of a credential, as in src/token/decode.rs. */
const MAX_CREDENTIAL_CHARS = 65_536;

/**
 * Shortens a string that the crate would reject as too long, because WebAssembly memory never shrinks. Values of other
 * types are left for the crate to reject.
 */
function bounded(credential: unknown): unknown {
  if (typeof credential !== 'string' || credential.length <= MAX_CREDENTIAL_CHARS) return credential;
  const trimmed = credential.trim();
  return trimmed.length > MAX_CREDENTIAL_CHARS ? 'x'.repeat(MAX_CREDENTIAL_CHARS + 1) : trimmed;
}

export const keyVersion = (credential: string): ReturnType<typeof Api.keyVersion> =>
  call((core) => core.keyVersion(bounded(credential))) as ReturnType<typeof Api.keyVersion>;

export const decodeToken = (credential: string, options?: Api.DecodeOptions): Api.Token =>
  makeToken(call((core) => core.decodeToken(bounded(credential), options)));

function fromString(key: string | { apiKey: string } | { authToken: string }, options?: Api.DecodeOptions): Api.Token {
  const credential = readsAs('key', (): unknown => {
    if (!isObject(key)) return key;
    if ('authToken' in key) return key.authToken;
    if ('apiKey' in key) return key.apiKey;
    throw wrong('Missing required property: authToken or apiKey');
  });
  return makeToken(call((core) => core.fromString(bounded(credential), options)));
}

export const CredentialProvider: typeof Api.CredentialProvider = Object.freeze({
  fromString,
  fromDisposableToken: fromString,
  fromApiKeyV2(key: string | { apiKey: string; endpoint: string }, endpoint?: string): Api.Token {
    const [apiKey, base] = readsAs('key', (): unknown[] =>
      isObject(key) ? [key.apiKey, key.endpoint] : [key, endpoint],
    );
    if (base === undefined) throw new TokenError('ERR_ENDPOINT_MISSING', 'Missing required property: endpoint');
    return makeToken(call((core) => core.fromApiKeyV2(bounded(apiKey), base)));
  },
});
