// Formats findings as text.
import type { Finding } from '../../scan.js';

export const ADVICE =
  'Whoever opens the page can read it. Keep keys on the server, and have it send browsers disposable tokens (a TokenSource fetches them).';

/** `dist/index.js:1:2345: long-lived v1 API key, never expires [sha256:0123456789ab]` */
export function line({ file, line, column, source, what, form, fingerprint }: Finding): string {
  const within = source ? ` (${masked(source.file)}:${source.line}:${source.column})` : '';
  return printable(
    `${masked(file)}:${line}:${column}${within}: ${what}${form === 'envelope' ? ', in an envelope' : ''} [${fingerprint}]`,
  );
}

/** Escapes control characters: names come from files and tokens, and must not control a terminal. */
export const printable = (text: string): string =>
  text.replace(
    /[\u0000-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );

/**
 * A file name without anything that may be a credential or part of one: base64 of JSON, or base64 of that.
 */
export const masked = (name: string): string =>
  name.replace(/(?:e[yw]|ZX)[\w+=.%-]{16,}/g, (part) => (decodes(part) ? '(not shown)' : part));

/** Whether it decodes to text. Words in a file name do not. */
const decodes = (part: string): boolean =>
  Buffer.from(part.slice(0, 12), 'base64').every(
    (byte) => (byte >= 0x20 && byte < 0x7f) || (byte >= 0x09 && byte <= 0x0d),
  );
