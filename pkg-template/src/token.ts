// Credentials: what the crate read (src/token), as an object that cannot be printed by accident.
import type * as Face from '../index.js';
import { TokenError, argumentError } from './error.js';
import { type WrittenScope, readScope } from './scope.js';
import { wasm } from './wasm.js';

/** What the crate answers (src/js/face.rs). */
interface WrittenToken {
  version: Face.Token['version'];
  endpoint?: string;
  endpoints?: Face.Endpoints;
  expiresAt?: number;
  scope?: WrittenScope | 'super-user';
  tokenId?: string;
  subject?: string;
  disposable: boolean;
  warnings: Face.TokenWarning[];
  credential: string;
}

/** The credentials, beside the tokens: a private field would show in a browser's inspector. */
const credentials = new WeakMap<Face.Token, string>();

class DecodedToken implements Face.Token {
  readonly version: Face.Token['version'];
  readonly endpoint: string | undefined;
  readonly endpoints: Face.Endpoints | undefined;
  readonly scope: Face.TokenScope | 'super-user' | undefined;
  readonly tokenId: string | undefined;
  readonly subject: string | undefined;
  readonly disposable: boolean;
  readonly warnings: readonly Face.TokenWarning[];
  readonly #expiresAt: number | undefined;

  constructor(written: WrittenToken) {
    this.version = written.version;
    this.endpoint = written.endpoint;
    this.endpoints = written.endpoints && Object.freeze(written.endpoints);
    this.scope = typeof written.scope === 'object' ? readScope(written.scope) : written.scope;
    this.tokenId = written.tokenId;
    this.subject = written.subject;
    this.disposable = written.disposable;
    this.warnings = Object.freeze(written.warnings.map((warning) => Object.freeze(warning)));
    this.#expiresAt = written.expiresAt;
    credentials.set(this, written.credential);
    Object.freeze(this);
  }

  /** A new Date each time: one that was changed must not change the token. */
  get expiresAt(): Date | undefined {
    return this.#expiresAt === undefined ? undefined : new Date(this.#expiresAt);
  }

  reveal(form: 'wire' | 'envelope' = 'wire'): string {
    const credential = credentials.get(this) as string;
    if (form === 'wire') return credential;
    if (form !== 'envelope') throw argumentError('form', "'wire' or 'envelope'", form);
    if (this.endpoint === undefined) {
      throw new TokenError('ERR_ENDPOINT_MISSING', 'Missing required property: endpoint; an envelope carries one, and this credential has none');
    }
    // Both are ASCII: hosts are checked, and a JWT is base64.
    return btoa(JSON.stringify({ endpoint: this.endpoint, api_key: credential }));
  }

  isExpired(at: Date | number = Date.now()): boolean {
    return this.remainingMs(at) === 0;
  }

  remainingMs(at: Date | number = Date.now()): number {
    const time = typeof at === 'number' ? at : at instanceof Date ? at.getTime() : NaN;
    if (Number.isNaN(time)) throw argumentError('at', 'a Date or milliseconds since the epoch', at);
    return this.#expiresAt === undefined ? Infinity : Math.max(0, Math.floor(this.#expiresAt - time));
  }

  toString(): string {
    return '[Token: redacted]';
  }

  /** What may be logged or sent on: everything but the credential. */
  toJSON(): object {
    const { version, endpoint, endpoints, expiresAt, scope, tokenId, subject, disposable, warnings } = this;
    return { version, endpoint, endpoints, expiresAt, scope, tokenId, subject, disposable, warnings };
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

/** Makes a token of what the crate wrote, or throws what it said. */
export function readToken(text: string): Face.Token {
  const written = JSON.parse(text) as WrittenToken | { error: { code: Face.TokenErrorCode; message: string } };
  if ('error' in written) throw new TokenError(written.error.code, written.error.message);
  return new DecodedToken(written);
}

export function keyVersion(credential: string): ReturnType<typeof Face.keyVersion> {
  return typeof credential === 'string' ? wasm().keyVersion(credential) : 'unknown';
}

export function decodeToken(credential: string, options?: Face.DecodeOptions): Face.Token {
  return readToken(wasm().decodeToken(text('credential', credential), writeOptions(options), Date.now()));
}

function fromString(key: string | { apiKey: string } | { authToken: string }, options?: Face.DecodeOptions): Face.Token {
  let credential: unknown = key;
  if (typeof key === 'object' && key !== null) {
    if (!('authToken' in key) && !('apiKey' in key)) {
      throw new TokenError('ERR_ARGUMENT', 'Missing required property: authToken or apiKey');
    }
    credential = 'authToken' in key ? key.authToken : key.apiKey;
  }
  return readToken(wasm().fromString(text('key', credential), writeOptions(options), Date.now()));
}

export const CredentialProvider: typeof Face.CredentialProvider = Object.freeze({
  fromString,
  fromDisposableToken: fromString,
  fromApiKeyV2(key: string | { apiKey: string; endpoint: string }, endpoint?: string): Face.Token {
    const given = typeof key === 'object' && key !== null ? key : { apiKey: key, endpoint };
    if (given.endpoint === undefined) throw new TokenError('ERR_ENDPOINT_MISSING', 'Missing required property: endpoint');
    return readToken(wasm().fromApiKeyV2(text('key', given.apiKey), text('endpoint', given.endpoint), Date.now()));
  },
});

/** Checks the options' types and writes them down for the crate (src/js/options.rs). */
export function writeOptions(options: Face.DecodeOptions | undefined): string {
  if (options === undefined) return '';
  if (typeof options !== 'object' || options === null) throw argumentError('options', 'an object', options);
  const written: Record<string, unknown> = {};
  const put = (name: string, label: string, value: unknown): void => {
    if (value !== undefined) written[name] = text(label, value);
  };
  put('endpoint', 'endpoint', options.endpoint);
  const suffixes = options.allowedEndpointSuffixes;
  if (suffixes !== undefined) {
    if (!Array.isArray(suffixes)) throw argumentError('allowedEndpointSuffixes', 'an array of host suffixes', suffixes);
    written.suffixes = suffixes.map((suffix) => text('allowedEndpointSuffixes', suffix));
  }
  const overrides: unknown = options.endpointOverrides;
  if (overrides !== undefined) {
    if (typeof overrides !== 'object' || overrides === null) throw argumentError('endpointOverrides', 'an object', overrides);
    const given = overrides as Record<string, unknown>;
    if ('baseEndpoint' in given) {
      written.base = text('endpointOverrides.baseEndpoint', given.baseEndpoint);
      put('prefix', 'endpointOverrides.endpointPrefix', given.endpointPrefix);
    } else {
      for (const name of ['cache', 'control', 'token']) {
        written[name] = text(`endpointOverrides.${name}Endpoint`, given[`${name}Endpoint`]);
      }
    }
    const secure = given.secureConnection ?? true;
    if (typeof secure !== 'boolean') throw argumentError('endpointOverrides.secureConnection', 'a boolean', secure);
    written.secure = secure;
  }
  return JSON.stringify(written);
}

/** A string, before it crosses into WebAssembly. A lone surrogate would arrive there as another character. */
function text(what: string, value: unknown): string {
  if (typeof value !== 'string') throw argumentError(what, 'a string', value);
  return value;
}
