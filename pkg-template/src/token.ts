// Credentials: what the crate read (src/token), as an object that cannot be printed by accident.
import type * as Face from '../index.js';
import { TokenError, argumentError } from './error.js';
import { type Read, VERSIONS, ask, desk, putOnDesk } from './block.js';
import { wasm } from './wasm.js';

class DecodedToken implements Face.Token {
  readonly version: Face.Token['version'];
  readonly endpoint: string | undefined;
  readonly endpoints: Face.Endpoints | undefined;
  readonly tokenId: string | undefined;
  readonly subject: string | undefined;
  readonly disposable: boolean;
  readonly warnings: readonly Face.TokenWarning[];
  readonly #expiresAt: number | undefined;
  readonly #credential: Read['credential'];
  readonly #makeScope: Read['scope'];
  #scope: Face.TokenScope | 'super-user' | undefined;

  constructor(read: Read) {
    this.version = read.version;
    this.endpoint = read.endpoint;
    this.endpoints = read.endpoints;
    this.#makeScope = read.scope;
    this.tokenId = read.tokenId;
    this.subject = read.subject;
    this.disposable = read.disposable;
    this.warnings = read.warnings;
    this.#expiresAt = read.expiresAt;
    this.#credential = read.credential;
    Object.freeze(this);
  }

  /** A new Date each time: one that was changed must not change the token. */
  get expiresAt(): Date | undefined {
    return this.#expiresAt === undefined ? undefined : new Date(this.#expiresAt);
  }

  /** Made when it is first asked for, and kept. */
  get scope(): Face.TokenScope | 'super-user' | undefined {
    return (this.#scope ??= this.#makeScope());
  }

  reveal(form: 'wire' | 'envelope' = 'wire'): string {
    const credential = this.#credential();
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

/** Makes a token of what the crate read. */
export function makeToken(read: Read): Face.Token {
  return new DecodedToken(read);
}

export function keyVersion(credential: string): ReturnType<typeof Face.keyVersion> {
  if (typeof credential !== 'string') return 'unknown';
  const { keyVersion } = wasm();
  return VERSIONS[putOnDesk(credential, (length) => keyVersion(desk, length))] as ReturnType<typeof Face.keyVersion>;
}

export function decodeToken(credential: string, options?: Face.DecodeOptions): Face.Token {
  return decode(text('credential', credential), options, false);
}

/** To insist is to refuse what a CredentialProvider of Momento's refuses. */
function decode(credential: string, options: Face.DecodeOptions | undefined, insist: boolean): Face.Token {
  const written = writeOptions(options);
  const { decodeToken } = wasm();
  return makeToken(ask(credential, (length) => decodeToken(desk, length, written, insist, Date.now())));
}

function fromString(key: string | { apiKey: string } | { authToken: string }, options?: Face.DecodeOptions): Face.Token {
  let credential: unknown = key;
  if (typeof key === 'object' && key !== null) {
    if (!('authToken' in key) && !('apiKey' in key)) {
      throw new TokenError('ERR_ARGUMENT', 'Missing required property: authToken or apiKey');
    }
    credential = 'authToken' in key ? key.authToken : key.apiKey;
  }
  return decode(text('key', credential), options, true);
}

export const CredentialProvider: typeof Face.CredentialProvider = Object.freeze({
  fromString,
  fromDisposableToken: fromString,
  fromApiKeyV2(key: string | { apiKey: string; endpoint: string }, endpoint?: string): Face.Token {
    const given = typeof key === 'object' && key !== null ? key : { apiKey: key, endpoint };
    if (given.endpoint === undefined) throw new TokenError('ERR_ENDPOINT_MISSING', 'Missing required property: endpoint');
    const [apiKey, base] = [text('key', given.apiKey), text('endpoint', given.endpoint)];
    return makeToken(ask(apiKey, () => wasm().fromApiKeyV2(desk, apiKey, base, Date.now())));
  },
});

/** Checks the options' types and writes them down for the crate (src/js/options.rs). */
export function writeOptions(options: Face.DecodeOptions | undefined): string | undefined {
  if (options === undefined) return undefined;
  if (typeof options !== 'object' || options === null) throw argumentError('options', 'an object', options);
  const written: Record<string, unknown> = {};
  const put = (name: string, label: string, value: unknown): void => {
    if (value !== undefined) written[name] = host(label, value);
  };
  put('endpoint', 'endpoint', options.endpoint);
  const suffixes = options.allowedEndpointSuffixes;
  if (suffixes !== undefined) {
    if (!Array.isArray(suffixes)) throw argumentError('allowedEndpointSuffixes', 'an array of host suffixes', suffixes);
    written.suffixes = suffixes.map((suffix) => host('allowedEndpointSuffixes', suffix));
  }
  const overrides: unknown = options.endpointOverrides;
  if (overrides !== undefined) {
    if (typeof overrides !== 'object' || overrides === null) throw argumentError('endpointOverrides', 'an object', overrides);
    const given = overrides as Record<string, unknown>;
    if ('baseEndpoint' in given) {
      written.base = host('endpointOverrides.baseEndpoint', given.baseEndpoint);
      put('prefix', 'endpointOverrides.endpointPrefix', given.endpointPrefix);
    } else {
      for (const name of ['cache', 'control', 'token']) {
        written[name] = host(`endpointOverrides.${name}Endpoint`, given[`${name}Endpoint`]);
      }
    }
    const secure = given.secureConnection ?? true;
    if (typeof secure !== 'boolean') throw argumentError('endpointOverrides.secureConnection', 'a boolean', secure);
    written.secure = secure;
  }
  return JSON.stringify(written);
}

/** The text of a host, which the crate checks further. A lone surrogate would spoil the JSON that carries it, and with it every option. */
function host(what: string, value: unknown): string {
  if (/\p{Surrogate}/u.test(text(what, value))) throw new TokenError('ERR_ARGUMENT', `${what}: expected a host name, found half a character`);
  return value as string;
}

/** A string, before it crosses into WebAssembly. */
function text(what: string, value: unknown): string {
  if (typeof value !== 'string') throw argumentError(what, 'a string', value);
  return value;
}
