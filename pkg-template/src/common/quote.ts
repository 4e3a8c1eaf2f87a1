// Which texts an error may quote, as `is_quotable` in the crate's src/codec/quote.rs decides it.

/** The longest host name (RFC 1035, section 2.3.4). Errors quote nothing longer. */
const MAX_LENGTH = 253;

/** A run of 40 characters of base64, or one that begins as the base64 of a JSON object does. A UUID is shorter. */
const CREDENTIAL = /[\w+/=-]{40}|(?<![\w+/=-])ey(J|Ai)/i;

/** Arguments get mixed up: a text in the place of another may be a credential, or hold one. */
export const mayBeCredential = (text: string): boolean => text.length > MAX_LENGTH || CREDENTIAL.test(text);

/** A whole credential, perhaps behind "Bearer". */
export const isCredential = (text: string): boolean => /^\s*(Bearer\s+)?ey(J|Ai)[\w+/=.-]{24,}\s*$/i.test(text);
