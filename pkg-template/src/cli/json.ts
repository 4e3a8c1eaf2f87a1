// A strict JSON parser. JSON.parse is not enough: of duplicate fields it takes the last one, which may grant more; its
// errors quote the input, which may be a credential; and in Node.js 20 they lack line and column. The crate's strict
// parser is not part of the package's API.
import { UsageError } from './usage-error.js';

const TOKEN =
  /[\s\ufeff]*(?:("(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[\da-fA-F]{4}))*")|(-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?)|(true|false|null)|([{}[\],:])|($))/y;
const MAX_DEPTH = 64;

export function parseJson(what: string, text: string): unknown {
  let at = 0;
  let start = 0;
  let token = '';
  const fail = (expected: string, index: number): never => {
    const before = text.slice(0, index);
    const line = before.split('\n').length;
    throw new UsageError(
      `expected ${what} in JSON: ${expected} at line ${line}, column ${index - before.lastIndexOf('\n')}`,
    );
  };
  const next = (): void => {
    TOKEN.lastIndex = at;
    const match = TOKEN.exec(text);
    if (!match) return fail('a value, or a sign of JSON', at + /^\s*/.exec(text.slice(at))![0].length);
    token = match[0].replace(/^[\s\ufeff]+/, '');
    start = TOKEN.lastIndex - token.length;
    at = TOKEN.lastIndex;
  };
  const expect = (sign: string): void => {
    if (token !== sign) fail(`"${sign}"`, start);
    next();
  };
  const value = (depth: number): unknown => {
    if (depth > MAX_DEPTH) fail('fewer levels', start);
    if (token === '{') return object(depth);
    if (token === '[') return array(depth);
    if (token === '' || /^[}\],:]/.test(token)) fail('a value', start);
    const read: unknown = JSON.parse(token);
    next();
    return read;
  };
  const object = (depth: number): unknown => {
    const fields = new Map<string, unknown>();
    next();
    while (token !== '}') {
      if (fields.size > 0) expect(',');
      if (!token.startsWith('"')) fail('the name of a field', start);
      const name = JSON.parse(token) as string;
      if (fields.has(name)) fail('each field once', start);
      next();
      expect(':');
      fields.set(name, value(depth + 1));
    }
    next();
    // Unlike an assignment, this makes `__proto__` an ordinary field.
    return Object.fromEntries(fields);
  };
  const array = (depth: number): unknown => {
    const values: unknown[] = [];
    next();
    while (token !== ']') {
      if (values.length > 0) expect(',');
      values.push(value(depth + 1));
    }
    next();
    return values;
  };
  next();
  const read = value(0);
  if (token !== '') fail('nothing more', start);
  return read;
}
