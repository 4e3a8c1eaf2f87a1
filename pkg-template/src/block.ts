// How a credential goes into WebAssembly, and what comes out (src/js/block.rs in the crate): one text, and a table of numbers that
// says what it is and where in the text each field ends.
import type * as Face from '../index.js';
import type { Desk } from 'wasm-glue';
import { TokenError } from './error.js';
import { ABSENT, readScope } from './permission.js';
import { aside } from './wasm.js';

/** What the crate says of a token. */
export interface Read {
  version: Face.Token['version'];
  endpoint: string | undefined;
  endpoints: Face.Endpoints | undefined;
  expiresAt: number | undefined;
  /** Makes the scope, for who asks: it is half the work, and most never look. */
  scope: () => Face.TokenScope | 'super-user' | undefined;
  tokenId: string | undefined;
  subject: string | undefined;
  disposable: boolean;
  warnings: readonly Face.TokenWarning[];
  credential: () => string;
}

export const VERSIONS = ['v1', 'v2', 'legacy', 'session', 'unknown'] as const;
/** The whole of the first number, for an error: code and message follow. */
export const ERROR = 0xffff_ffff;
const NONE: readonly never[] = Object.freeze([]);

/** What is longer is no credential that anyone has seen. */
const LONG = 65_536;

let credential = '';
let answer: Read | TokenError | undefined;
let encoder: TextEncoder | undefined;
let decoder: TextDecoder | undefined;

/** Newer engines take base64 away faster than any code of ours. */
type Base64Sink = Uint8Array & { setFromBase64?(text: string, options: object): { written: number } };

export const desk: Desk = {
  fill(buffer) {
    const sink: Base64Sink = buffer;
    if (sink.setFromBase64 && credential !== '' && !credential.includes('.')) {
      try {
        return -1 - sink.setFromBase64(credential, { lastChunkHandling: 'strict' }).written;
      } catch {
        // Another alphabet, something around it, or no base64: the crate tells.
      }
    }
    const { read, written } = (encoder ??= new TextEncoder()).encodeInto(credential, buffer);
    return read < credential.length ? credential.length * 3 : written;
  },
  take(text, table) {
    answer = readBlock(text, table);
  },
};

/** Has the crate read a credential: `call` is told how long it is, and is to pass the desk on. */
export function ask(text: string, call: (length: number) => void): Read {
  putOnDesk(text, call);
  const given = answer;
  answer = undefined;
  if (given instanceof TokenError) throw given;
  return given as Read;
}

/** Runs `call` while the credential lies at the desk. */
export function putOnDesk<T>(text: string, call: (length: number) => T): T {
  credential = text;
  try {
    return text.length > LONG ? aside(() => call(text.length)) : call(text.length);
  } finally {
    credential = '';
  }
}

/** The text of a block. */
export const decode = (bytes: Uint8Array): string => (decoder ??= new TextDecoder('utf-8', { ignoreBOM: true })).decode(bytes);

/** Reads what the crate wrote. Both views are of memory that is gone afterwards. */
export function readBlock(bytes: Uint8Array, table: Uint32Array): Read | TokenError {
  const text = decode(bytes);
  let at = 0;
  let from = 0;
  const number = (): number => table[at++] as number;
  const maybe = (): string | undefined => {
    const end = number();
    return end === ABSENT ? undefined : text.slice(from, (from = end));
  };
  const next = maybe as () => string;

  const head = number();
  if (head === ERROR) return new TokenError(next() as Face.TokenErrorCode, next());
  const expiresAt = number() * 2 ** 32 + number();
  const has = (bit: number): boolean => (head & (1 << bit)) !== 0;
  const read: Read = {
    version: VERSIONS[head & 3] as Face.Token['version'],
    credential: credentialIn(text, (from = number())),
    endpoint: maybe(),
    tokenId: maybe(),
    subject: maybe(),
    endpoints: has(3)
      ? Object.freeze({ cacheEndpoint: next(), controlEndpoint: next(), tokenEndpoint: next(), secureConnection: has(4), overridden: has(5) })
      : undefined,
    warnings: NONE,
    expiresAt: has(6) ? expiresAt : undefined,
    disposable: has(2),
    scope: () => (has(7) ? 'super-user' : undefined),
  };
  const warnings = number();
  if (warnings > 0) {
    read.warnings = Object.freeze(Array.from({ length: warnings }, () => Object.freeze({ code: next() as Face.TokenWarningCode, message: next() })));
  }
  if (has(8)) {
    const rest = table.slice(at);
    read.scope = () => readScope(text, rest, from);
  }
  return read;
}

/** A closure and not a text: that would show in a browser's inspector, private field or not. */
const credentialIn = (text: string, end: number) => () => text.slice(0, end);
