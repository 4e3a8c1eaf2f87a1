// Compares request bodies: two sources with equal bodies request the same token. The hooks also compare options with
// this, so it imports nothing.

/** How a body is sent: `text` and `params` are compared by content, `json` by its JSON, and `opaque` by identity. */
export type BodyKind = 'text' | 'params' | 'opaque' | 'json';

/** Bodies whose content cannot be read synchronously, or only in full. */
const OPAQUE = ['FormData', 'Blob', 'File', 'ArrayBuffer', 'SharedArrayBuffer'];

/** The built-in class of an object from any realm: 'Map' for example, or 'Object' for an app's own class. */
export const classOf = (value: unknown): string => Object.prototype.toString.call(value).slice(8, -1);

export function kindOfBody(body: unknown): BodyKind {
  if (typeof body === 'string') return 'text';
  const name = classOf(body);
  if (name === 'URLSearchParams') return 'params';
  return OPAQUE.includes(name) || ArrayBuffer.isView(body) ? 'opaque' : 'json';
}

const numbers = new WeakMap<object, number>();
let last = 0;

/**
 * A substitute for a body when options are compared as JSON. Two substitutes are equal if and only if their bodies
 * count as equal.
 */
export function comparableBody(body: unknown): unknown {
  switch (kindOfBody(body)) {
    case 'text':
      return { text: body };
    case 'params':
      return { params: String(body) };
    case 'json':
      return { json: body };
    case 'opaque': {
      const known = numbers.get(body as object) ?? ++last;
      numbers.set(body as object, known);
      return { opaque: known };
    }
  }
}
