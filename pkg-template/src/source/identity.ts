// What a request body is compared by: two sources whose bodies count as the same want the same token. The hooks compare
// options with it as well, so it imports nothing.

/** How a body is sent: `text` and `params` are compared by content, `json` by its JSON, and `opaque` by identity. */
export type BodyKind = 'text' | 'params' | 'opaque' | 'json';

/** Bodies whose content cannot be read at once, or only by reading all of it. */
const OPAQUE = ['FormData', 'Blob', 'File', 'ArrayBuffer', 'SharedArrayBuffer'];

/** The platform's name of an object's class, whatever realm it is from: 'Map', or 'Object' for an app's own class. */
export const classOf = (value: unknown): string => Object.prototype.toString.call(value).slice(8, -1);

export function kindOfBody(body: unknown): BodyKind {
  if (typeof body === 'string') return 'text';
  const name = classOf(body);
  if (name === 'URLSearchParams') return 'params';
  return OPAQUE.includes(name) || ArrayBuffer.isView(body) ? 'opaque' : 'json';
}

const numbers = new WeakMap<object, number>();
let last = 0;

/** Stands in for a body where options are compared as JSON: equal for bodies that count as the same, only for those. */
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
