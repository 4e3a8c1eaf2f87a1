// Decides whether a text is a Momento credential, and of what kind. Other vendors' tokens look similar.
import { type Token, decodeToken } from 'momento-token-wasm';
import { createHash } from 'node:crypto';
import type { Finding } from '../../scan.js';
import { expiry } from './times.js';

/** What a credential is. Does not contain the credential or any part of it. */
export interface Classification
  extends Pick<Finding, 'kind' | 'version' | 'form' | 'expired' | 'fails' | 'what' | 'fingerprint'> {
  expiresAt: number | undefined;
}

/** 25 hours: the maximum lifetime of a disposable token. */
const SHORT_MS = 90_000_000;
const HOST = /^[a-z0-9-]+(?:\.[a-z0-9-]+)+$/i;
const MOMENTO_HOST = /(?:^|\.)(?:momentohq|gomomento)\.com$/i;
/** The length of a signature in base64, by algorithm, to separate it from text that follows immediately. */
const SIGNATURES: Record<string, number> = { HS256: 43, HS384: 64, HS512: 86, ES256: 86, RS256: 342, PS256: 342 };

type Json = Record<string, unknown>;

/** Judges a JWT. `rest` is its signature and any text that follows. */
export function classifyJwt(header: string, payload: string, rest: string, now: number): Classification | undefined {
  const [head, claims] = [parse(header), parse(payload)];
  if (!head || !claims || !isFromMomento(claims)) return undefined;
  return signed(head, `${header}.${payload}.`, rest, 'jwt', now);
}

/** Judges an envelope, decoded from base64. */
export function classifyEnvelope(text: string, now: number): Classification | undefined {
  const envelope = json(text);
  if (!envelope || typeof envelope.api_key !== 'string' || typeof envelope.endpoint !== 'string') return undefined;
  const [header = '', payload = '', signature = '', ...more] = envelope.api_key.split('.');
  const [head, claims] = [parse(header), parse(payload)];
  if (more.length > 0 || !head || !claims) return undefined;
  if (!MOMENTO_HOST.test(envelope.endpoint) && !isFromMomento(claims)) return undefined;
  return signed(head, `${header}.${payload}.`, signature, 'envelope', now);
}

function signed(
  head: Json,
  before: string,
  rest: string,
  form: Classification['form'],
  now: number,
): Classification | undefined {
  const { alg } = head;
  // Unsigned tokens are useless, so they are examples in documentation.
  if (rest === '' || (typeof alg === 'string' && alg.toLowerCase() === 'none')) return undefined;
  const signature = rest.slice(0, SIGNATURES[String(alg)] ?? rest.length);
  return describe(before + signature, form, now);
}

/** Whether the claims are those of a Momento credential. */
function isFromMomento({ ver, p, t, jti, c, cp, iss }: Json): boolean {
  if (isHost(c) && isHost(cp)) return true;
  // Only session tokens have an issuer.
  if (iss !== undefined)
    return typeof iss === 'string' && MOMENTO_HOST.test(iss.replace(/^https?:\/\//i, '').replace(/[:/].*$/, ''));
  return (t === 'g' && typeof jti === 'string') || (ver === 1 && typeof p === 'string' && isPermissions(p));
}

/**
 * Whether a claim is encoded permissions: `08 00` for super-user, or messages in field 2. Does not check roles, since
 * tokens with newer roles are credentials too.
 */
function isPermissions(p: string): boolean {
  const bytes = Buffer.from(p, 'base64');
  let at = 0;
  while (at < bytes.length) {
    const tag = bytes[at++];
    if (tag === 0x08) {
      if (bytes[at++] !== 0) return false;
    } else if (tag === 0x12) {
      let length = 0;
      for (let shift = 0; ; shift += 7) {
        const byte = bytes[at++];
        if (byte === undefined || shift > 21) return false;
        length |= (byte & 0x7f) << shift;
        if (byte < 0x80) break;
      }
      at += length;
    } else return false;
  }
  return bytes.length > 0 && at === bytes.length;
}

const isHost = (value: unknown): boolean => typeof value === 'string' && HOST.test(value);

function describe(key: string, form: Classification['form'], now: number): Classification {
  const fingerprint = fingerprintOf(key);
  let token: Token;
  try {
    // The endpoint does not matter here.
    token = decodeToken(key, { endpointOverrides: { baseEndpoint: 'localhost' } });
  } catch {
    const what = "a credential of Momento's with claims that make no sense";
    return {
      kind: 'api-key',
      version: 'v1',
      form,
      expiresAt: undefined,
      expired: false,
      fails: true,
      what,
      fingerprint,
    };
  }
  const { version } = token;
  const expiresAt = token.expiresAt?.getTime();
  const expired = expiresAt !== undefined && expiresAt <= now;
  const short = expiresAt !== undefined && expiresAt - now <= SHORT_MS;
  const kind =
    token.scope === 'super-user'
      ? 'super-user'
      : token.disposable
        ? 'disposable'
        : version === 'session' || version === 'legacy'
          ? version
          : 'api-key';
  const harmless = expired || (short && (kind === 'disposable' || kind === 'session'));
  return {
    kind,
    version,
    form,
    expiresAt,
    expired,
    fails: kind === 'super-user' || !harmless,
    what: `${NAMES[kind](version, short)}, ${expiry(expiresAt, now)}`,
    fingerprint,
  };
}

const NAMES: Record<Classification['kind'], (version: string, short: boolean) => string> = {
  disposable: () => 'disposable token',
  session: () => 'session token',
  legacy: () => 'legacy token',
  'super-user': (version) => `super-user ${version} API key`,
  'api-key': (version, short) => `${short ? '' : 'long-lived '}${version} API key`,
};

/**
 * Identifies a credential without revealing it: the first 12 digits of the SHA-256 of the key as it is sent.
 */
export const fingerprintOf = (key: string): string =>
  `sha256:${createHash('sha256').update(key).digest('hex').slice(0, 12)}`;

function parse(part: string): Json | undefined {
  return json(Buffer.from(part, 'base64').toString());
}

function json(text: string): Json | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : undefined;
  } catch {
    return undefined;
  }
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPEN = 0x7b;
const CLOSE = 0x7d;

/** The JSON object at the beginning of a text, or the whole text if the object is not closed. */
export function objectIn(text: string): string {
  let depth = 0;
  let quoted = false;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (quoted) {
      if (code === BACKSLASH) i++;
      else quoted = code !== QUOTE;
    } else if (code === QUOTE) quoted = true;
    else if (code === OPEN) depth++;
    else if (code === CLOSE && --depth === 0) return text.slice(0, i + 1);
  }
  return text;
}
