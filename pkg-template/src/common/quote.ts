// Which texts an error may quote: the same rules as `is_quotable` in src/codec/quote.rs.

/** The longest host name (RFC 1035, section 2.3.4). Errors quote nothing longer. */
const MAX_LENGTH = 253;

/** A run of 40 characters of base64, or one that begins as the base64 of a JSON object does. A UUID is shorter. */
const CREDENTIAL = /[\w+/=-]{40}|(?<![\w+/=-])ey(J|Ai)/i;

/** Whether a text may contain a credential. Any argument may, if arguments were mixed up. */
export const mayBeCredential = (text: string): boolean => text.length > MAX_LENGTH || CREDENTIAL.test(text);

/** Whether a text is a credential, with or without "Bearer". */
export const isCredential = (text: string): boolean => /^\s*(Bearer\s+)?ey(J|Ai)[\w+/=.-]{24,}\s*$/i.test(text);
