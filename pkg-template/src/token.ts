// Credentials: what the crate read (src/token), as an object that cannot be printed by accident.
import type * as Face from '../index.js';
import { type Block, type Cut, ask, errorOf, put, reading } from './block.js';
import { TokenError, check, isObject, text, wrong } from './error.js';
import { readsAs, writeOptions } from './options.js';
import { ABSENT, readScope } from './permission.js';
import { timeOf } from './recognize.js';

const VERSIONS = ['v1', 'v2', 'legacy', 'session', 'unknown'] as const;
const NONE: readonly never[] = Object.freeze([]);

/** In the order of JSON. */
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

class DecodedToken implements Face.Token {
  declare readonly version: Face.Token['version'];
  declare readonly endpoint: string | undefined;
  declare readonly endpoints: Face.Endpoints | undefined;
  declare readonly tokenId: string | undefined;
  declare readonly subject: string | undefined;
  declare readonly disposable: boolean;
  declare readonly warnings: readonly Face.TokenWarning[];
  readonly #expiresAt: number | undefined;
  /** A closure and not a text: that would show in a browser's inspector, private field or not. */
  readonly #credential: () => string;
  /** What makes it, for who asks: it is half the work, and most never look. */
  #scope: (() => Face.TokenScope) | Face.Token['scope'];

  /**
   * Numbers from the first: what it is, when it expires (two), how many permissions, where they end; fields,
   * permissions and warnings follow.
   */
  constructor({ cut, table }: Block) {
    const number = (at: number): number => table[at] as number;
    const has = (bit: number): boolean => (number(0) & (1 << bit)) !== 0;
    let at = 5;
    const credentialEnd = number(at);
    let from = credentialEnd;
    const next = (): string => cut(from, (from = number(++at)));
    const maybe = (): string | undefined => (number(at + 1) === ABSENT ? void at++ : next());
    this.version = VERSIONS[number(0) & 3] as Face.Token['version'];
    this.endpoint = maybe();
    this.tokenId = maybe();
    this.subject = maybe();
    this.endpoints = has(3)
      ? Object.freeze({
          cacheEndpoint: next(),
          controlEndpoint: next(),
          tokenEndpoint: next(),
          secureConnection: has(4),
          overridden: has(5),
        })
      : undefined;
    this.disposable = has(2);
    this.warnings = has(9) ? readWarnings(cut, table, number(4) - 4) : NONE;
    this.#expiresAt = has(6) ? number(1) * 2 ** 32 + number(2) : undefined;
    this.#scope = has(7) ? 'super-user' : has(8) ? () => readScope(cut, table, 12, number(3), from) : undefined;
    this.#credential = () => cut(0, credentialEnd);
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
    check(form === 'envelope', 'form', "'wire' or 'envelope'", form);
    if (this.endpoint === undefined) {
      throw new TokenError(
        'ERR_ENDPOINT_MISSING',
        'Missing required property: endpoint; an envelope carries one, and this credential has none',
      );
    }
    // Both are ASCII: hosts are checked, and a JWT is base64.
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

  /** What may be logged or sent on: everything but the credential. */
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

/** Makes a token of what the crate read. */
export const makeToken = (block: Block): Face.Token => new DecodedToken(block);

/** How many, where in the text they start, and where code and message of each end. */
function readWarnings(cut: Cut, table: readonly number[], at: number): readonly Face.TokenWarning[] {
  const warnings: Face.TokenWarning[] = [];
  const next = (): string => cut(table[at] as number, table[++at] as number);
  for (let left = table[at++] as number; left > 0; left--)
    warnings.push(Object.freeze({ code: next() as Face.TokenWarningCode, message: next() }));
  return Object.freeze(warnings);
}

// The jobs, as src/js/mod.rs in the crate numbers them.
const ANY = 0;
const PROVIDER = 1;
const V2 = 2;
const KEY_VERSION = 3;

function decode(what: string, credential: unknown, options: Face.DecodeOptions | undefined, job: number): Face.Token {
  const given = text(what, credential);
  const written = writeOptions(options);
  const block = ask('decode', given, written, !given.includes('.'), written.length, job, Date.now());
  const error = errorOf(block);
  if (error) throw error;
  return makeToken(block);
}

export function keyVersion(credential: string): ReturnType<typeof Face.keyVersion> {
  if (typeof credential !== 'string') return 'unknown';
  return VERSIONS[reading(credential, () => put('decode', credential, '', false, 0, KEY_VERSION, 0))] as ReturnType<
    typeof Face.keyVersion
  >;
}

export const decodeToken = (credential: string, options?: Face.DecodeOptions): Face.Token =>
  decode('credential', credential, options, ANY);

function fromString(
  key: string | { apiKey: string } | { authToken: string },
  options?: Face.DecodeOptions,
): Face.Token {
  const credential = readsAs('key', (): unknown => {
    if (!isObject(key)) return key;
    if ('authToken' in key) return key.authToken;
    if ('apiKey' in key) return key.apiKey;
    throw wrong('Missing required property: authToken or apiKey');
  });
  return decode('key', credential, options, PROVIDER);
}

export const CredentialProvider: typeof Face.CredentialProvider = Object.freeze({
  fromString,
  fromDisposableToken: fromString,
  fromApiKeyV2(key: string | { apiKey: string; endpoint: string }, endpoint?: string): Face.Token {
    const [apiKey, base] = readsAs('key', (): unknown[] =>
      isObject(key) ? [key.apiKey, key.endpoint] : [key, endpoint],
    );
    if (base === undefined) throw new TokenError('ERR_ENDPOINT_MISSING', 'Missing required property: endpoint');
    return decode('key', apiKey, { endpoint: base as string }, V2);
  },
});
