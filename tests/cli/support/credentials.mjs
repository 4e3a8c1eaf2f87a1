// Credentials of every kind, made up anew for each run.
import { createHash, randomBytes } from 'node:crypto';
import { READ_CHAT, envelope, jwt as unsigned } from '../../package/support/mint.mjs';

/** Signed by nobody, but as long as a signature is. */
export const jwt = (claims) => unsigned(claims).replace(/[^.]*$/, randomBytes(32).toString('base64url'));
export const inSeconds = (seconds) => Math.floor(Date.now() / 1000) + seconds;

const YEAR = 31_536_000;
export const superUser = () => envelope(jwt({ sub: 'someone', ver: 1, p: 'CAA=' }));
export const v1 = (seconds = YEAR) => envelope(jwt({ sub: 'someone', ver: 1, p: READ_CHAT, exp: inSeconds(seconds) }));
export const bareV1 = () => jwt({ sub: 'someone', ver: 1, p: READ_CHAT, exp: inSeconds(YEAR) });
export const v2 = () => jwt({ t: 'g', jti: randomBytes(6).toString('hex') });
export const legacy = () => jwt({ sub: 'someone', cp: 'control.cell.momentohq.com', c: 'cache.cell.momentohq.com' });
export const disposable = (seconds = 300) =>
  envelope(jwt({ sub: 'someone', ver: 1, p: READ_CHAT, exp: inSeconds(seconds), id: 'user-7' }));

/** What is sent: an envelope's inner key. */
export const keyOf = (credential) =>
  credential.includes('.') ? credential : JSON.parse(Buffer.from(credential, 'base64')).api_key;
export const fingerprint = (credential) =>
  `sha256:${createHash('sha256').update(keyOf(credential)).digest('hex').slice(0, 12)}`;

/** Is a piece of the credential, of its key, or of what either holds, in this text? */
export function leaks(text, credential) {
  for (const secret of [credential, keyOf(credential)]) {
    for (let at = 0; at + 12 <= secret.length; at++) if (text.includes(secret.slice(at, at + 12))) return true;
  }
  return false;
}

/** In so many pieces. */
export function cut(text, count) {
  const size = Math.ceil(text.length / count);
  return Array.from({ length: Math.ceil(text.length / size) }, (_, index) =>
    text.slice(index * size, (index + 1) * size),
  );
}
