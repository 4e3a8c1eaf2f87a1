// Credentials: what the crate read (src/token), as an object that cannot be printed by accident.
import type * as Face from '../index.js';
import { TokenError, argumentError } from './error.js';
import { type Read, VERSIONS, ask, put, reading } from './block.js';
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
  #scope: Read['scope'] | Face.TokenScope;

  constructor(read: Read) {
    this.version = read.version;
    this.endpoint = read.endpoint;
    this.endpoints = read.endpoints;
    this.#scope = read.scope;
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
    return typeof this.#scope === 'function' ? (this.#scope = this.#scope()) : this.#scope;
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

// The jobs, as src/js/mod.rs in the crate numbers them.
const ANY = 0;
const PROVIDER = 1;
const V2 = 2;
const KEY_VERSION = 3;

export function keyVersion(credential: string): ReturnType<typeof Face.keyVersion> {
  if (typeof credential !== 'string') return 'unknown';
  const version = reading(credential, () => put(credential, '', false, (at, size, filled) => wasm().decode(at, size, filled, 0, KEY_VERSION, 0)));
  return VERSIONS[version] as ReturnType<typeof Face.keyVersion>;
}

export function decodeToken(credential: string, options?: Face.DecodeOptions): Face.Token {
  return makeToken(ask(text('credential', credential), writeOptions(options), ANY));
}

function fromString(key: string | { apiKey: string } | { authToken: string }, options?: Face.DecodeOptions): Face.Token {
  const credential = reads('key', (): unknown => {
    if (typeof key !== 'object' || key === null) return key;
    if ('authToken' in key) return key.authToken;
    if ('apiKey' in key) return key.apiKey;
    throw new TokenError('ERR_ARGUMENT', 'Missing required property: authToken or apiKey');
  });
  return makeToken(ask(text('key', credential), writeOptions(options), PROVIDER));
}

export const CredentialProvider: typeof Face.CredentialProvider = Object.freeze({
  fromString,
  fromDisposableToken: fromString,
  fromApiKeyV2(key: string | { apiKey: string; endpoint: string }, endpoint?: string): Face.Token {
    const [apiKey, base] = reads('key', (): unknown[] => (typeof key === 'object' && key !== null ? [key.apiKey, key.endpoint] : [key, endpoint]));
    if (base === undefined) throw new TokenError('ERR_ENDPOINT_MISSING', 'Missing required property: endpoint');
    return makeToken(ask(text('key', apiKey), writeOptions({ endpoint: text('endpoint', base) }), V2));
  },
});

/** Checks the options' types and writes them down for the crate (src/js/options.rs), which checks what they say. */
export function writeOptions(options: Face.DecodeOptions | undefined): string {
  return options === undefined ? '' : reads('options', () => write(options));
}

function write(options: Face.DecodeOptions): string {
  if (typeof options !== 'object' || options === null) throw argumentError('options', 'an object', options);
  let written = '';
  const put = (letter: string, what: string, value: unknown): void => {
    written += letter + host(what, value);
  };
  const { endpoint, allowedEndpointSuffixes: suffixes, endpointOverrides: overrides } = options;
  if (endpoint !== undefined) put('e', 'endpoint', endpoint);
  if (suffixes !== undefined) {
    if (!Array.isArray(suffixes)) throw argumentError('allowedEndpointSuffixes', 'an array of host suffixes', suffixes);
    written += 'S\n';
    for (const suffix of suffixes) put('s', 'allowedEndpointSuffixes', suffix);
  }
  if (overrides !== undefined) {
    if (typeof overrides !== 'object' || overrides === null) throw argumentError('endpointOverrides', 'an object', overrides);
    const given = overrides as unknown as Record<string, unknown>;
    const named = (letter: string, name: string): void => put(letter, `endpointOverrides.${name}`, given[name]);
    if ('baseEndpoint' in given) {
      named('b', 'baseEndpoint');
      if (given.endpointPrefix !== undefined) named('p', 'endpointPrefix');
    } else {
      named('c', 'cacheEndpoint');
      named('k', 'controlEndpoint');
      named('t', 'tokenEndpoint');
    }
    const secure = given.secureConnection ?? true;
    if (typeof secure !== 'boolean') throw argumentError('endpointOverrides.secureConnection', 'a boolean', secure);
    if (!secure) written += 'i\n';
  }
  return written;
}

/** A host as a line of ASCII. The crate checks it; what has no place in any host is as wrong when it is a question mark. */
function host(what: string, value: unknown): string {
  const found = text(what, value);
  if (/\p{Surrogate}/u.test(found)) throw new TokenError('ERR_ARGUMENT', `${what}: expected a host name, found half a character`);
  return `${found.replace(/\s/g, ' ').replace(/[^ -~]/g, '?')}\n`;
}

/** Reads what was passed in, whose getters and traps may throw anything. */
function reads<T>(what: string, read: () => T): T {
  try {
    return read();
  } catch (cause) {
    if (cause instanceof TokenError) throw cause;
    throw new TokenError('ERR_ARGUMENT', `${what}: expected plain data, found what cannot be read; see \`cause\``, { cause });
  }
}

/** A string, before it crosses into WebAssembly. */
function text(what: string, value: unknown): string {
  if (typeof value !== 'string') throw argumentError(what, 'a string', value);
  return value;
}
