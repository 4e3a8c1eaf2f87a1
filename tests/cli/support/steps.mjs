// Counts what a piece of work reads, in bytes and characters: the same on every machine, where time is not.

/** What a search may take: a million steps for each text and 100 for each byte. A byte is seen here four times over: as
 *  base64, as bytes, as text and as JSON. */
export const bound = (bytes) => 4 * (1e6 + 100 * bytes);

/** The same where a credential seems to go on elsewhere: the text around each such place is read for each name. */
export const boundOfNames = (bytes) => 3 * bound(bytes);

/** Calls `work`; gives how many characters the engine's own functions for text and bytes read meanwhile, by their
 *  arguments and results. It knows nothing of the work, so it sees what that forgets to count. */
export function stepsOf(work) {
  let steps = 0;
  const restore = [];
  const count = (object, name, read) => {
    const original = object[name];
    object[name] = function (...given) {
      const result = Reflect.apply(original, this, given);
      steps += read(this, given, result);
      return result;
    };
    restore.push(() => (object[name] = original));
  };
  /** A search from somewhere on: up to what it found, or to the end. */
  const forwards = ({ length }, [, from = 0], found) => Math.max(0, (found < 0 ? length : found) - from);
  const backwards = ({ length }, [, from = length], found) => Math.min(from, length) - Math.max(found, 0);
  for (const prototype of [String.prototype, Buffer.prototype]) {
    count(prototype, 'indexOf', forwards);
    count(prototype, 'lastIndexOf', backwards);
    count(prototype, 'includes', ({ length }) => length);
  }
  count(String.prototype, 'charCodeAt', () => 1);
  count(String.prototype, 'charAt', () => 1);
  count(Buffer, 'from', (_, [{ length = 0 }]) => length);
  count(Buffer.prototype, 'toString', (_, given, { length }) => length);
  count(JSON, 'parse', (_, [{ length }]) => length);
  const { exec } = RegExp.prototype;
  // `matchAll`, `test` and `replace` call it. What a sticky expression has read in vain is not known.
  RegExp.prototype.exec = function (text) {
    const from = this.global || this.sticky ? this.lastIndex : 0;
    const match = Reflect.apply(exec, this, [text]);
    steps += match ? match.index + match[0].length - from : this.sticky ? 1 : text.length - from;
    return match;
  };
  restore.push(() => (RegExp.prototype.exec = exec));
  try {
    work();
  } finally {
    for (const put of restore) put();
  }
  return steps;
}
