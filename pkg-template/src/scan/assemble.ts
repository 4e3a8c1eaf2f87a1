// Assembles a credential whose pieces are assigned to names and joined by an expression elsewhere. Runs only where the
// beginning of a credential was found, so not on ordinary files.

/** The maximum distance of other pieces from the first, in characters. */
export const REACH = 200_000;
// Limits for crafted code.
const MAX_USES = 50;
const MAX_NAMES = 50;
const MAX_OPERANDS = 2_000;
const MAX_DEPTH = 4;
const MAX_LENGTH = 32_768;

const QUOTED = /\\*(["'`])/y;
const NAME = /(?:[A-Za-z_$][\w$]*\??\.)*([A-Za-z_$][\w$]*)/y;
const BLANKS = /(?:\s|\\+[nrt]|\/\*[^]*?\*\/|\/\/[^\n]*\n)*/y;
const BOUND = /(?:^|[^\w$.])([\w$]+)\\*["']?(?:\s|\\+[nrt])*[=:](?:\s|\\+[nrt])*\(*$/;
const APPENDED = /(?:^|[^\w$.])([\w$]+)(?:\s|\\+[nrt])*\+=(?:\s|\\+[nrt])*\(*$/;
const PUSHED = /(?:^|[^\w$.])([\w$]+)\.push\s*\(\s*$/;
const JOIN = /\]\s*\.join\s*\(\s*/y;

/** The possible values of the expressions whose first piece is the string that begins at `start`. */
export function assemble(text: string, start: number): string[] {
  const from = Math.max(0, start - REACH);
  const window = text.slice(from, start + REACH);
  const at = start - from;
  const opening = /\\*["'`]$/.exec(window.slice(Math.max(0, at - 9), at))?.[0];
  if (!opening) return [];
  const literal = at - opening.length;
  const reader = new Reader(window);
  const found = [reader.from(literal)];
  const head = window.slice(Math.max(0, literal - 200), literal);
  const name = BOUND.exec(head)?.[1];
  if (name) {
    const uses = window.matchAll(new RegExp(`(?<![\\w$])${escaped(name)}(?![\\w$]|\\s*[=:](?!=))`, 'g'));
    let count = 0;
    for (const { index } of uses) {
      if (++count > MAX_USES) break;
      // Includes the object in front of a field: `config.name`.
      const before = /[\w$.?]*$/.exec(window.slice(Math.max(0, index - 200), index))?.[0] ?? '';
      found.push(reader.from(index - before.length));
    }
  }
  const listed = PUSHED.exec(head) ?? BOUND.exec(head.replace(/\[\s*$/, ''));
  const filled = name ?? (APPENDED.exec(head) ?? listed)?.[1];
  if (filled) found.push(...reader.filled(filled, literal, name === undefined && listed !== null));
  return [...new Set(found)].filter((one) => one.length > 40);
}

/** Evaluates expressions that join strings. Stops at anything it cannot evaluate. */
class Reader {
  readonly #text: string;
  #at = 0;
  #left = MAX_OPERANDS;
  /** Where values are assigned to each name. */
  readonly #definitions = new Map<string, number[]>();

  constructor(text: string) {
    this.#text = text;
  }

  /** The value of an expression from its operand at `at` on. */
  from(at: number): string {
    this.#at = at;
    const before = this.#text.slice(Math.max(0, at - 40), at).trimEnd();
    const first = this.#operand(0);
    if (first === undefined) return '';
    if (before.endsWith('${')) return first + this.#restOfTemplate(0);
    if (before.endsWith('[')) return this.#list(first);
    if (/\.concat\s*\($/.test(before)) return first + this.#arguments(0);
    return first + this.#sum(0);
  }

  /**
   * The possible values of a name that is filled from the string at `at` on, by `name += b`, or by `name.push(b)` and a
   * join without a separator or by dots.
   */
  filled(name: string, at: number, list: boolean): string[] {
    this.#at = at;
    const parts = this.#operands(list);
    let pushed = false;
    // Up to the next assignment, which usually belongs to another function.
    const steps = new RegExp(`(?<![\\w$.])${escaped(name)}(?:\\s|\\\\+[nrt])*(?:(\\+=)|(\\.push\\s*\\()|=(?!=))`, 'g');
    steps.lastIndex = this.#at;
    for (let count = 0; count < MAX_USES; count++) {
      const step = steps.exec(this.#text);
      if (!step || (!step[1] && !step[2])) break;
      pushed ||= step[2] !== undefined;
      this.#at = steps.lastIndex;
      parts.push(...this.#operands(step[2] !== undefined));
    }
    const dots = pushed && !parts.some((part) => part.includes('.'));
    return [parts.join(''), ...(dots ? [parts.join('.')] : [])];
  }

  /** `a + b`, or in a list `a + b, c`. */
  #operands(list: boolean): string[] {
    const operands: string[] = [];
    do {
      const operand = this.#operand(0);
      if (operand === undefined) break;
      operands.push(operand + this.#sum(0));
    } while (list && this.#take(/,/y));
    return operands;
  }

  /** `+ b + c`, `.concat(b, c)` */
  #sum(depth: number): string {
    let out = '';
    for (;;) {
      while (this.#take(/\)/y)) this.#blanks();
      const joined = this.#take(/\+(?![+=])/y)
        ? this.#operand(depth)
        : this.#take(/\.concat\s*\(/y)
          ? (this.#operand(depth) ?? '') + this.#arguments(depth)
          : undefined;
      if (joined === undefined || out.length > MAX_LENGTH) return out;
      out += joined;
    }
  }

  #arguments(depth: number): string {
    let out = '';
    while (this.#take(/,/y)) out += this.#operand(depth) ?? '';
    this.#take(/\)/y);
    return out + this.#sum(depth);
  }

  /** `, b, c].join('.')` */
  #list(first: string): string {
    const elements = [first];
    while (this.#take(/,/y)) {
      const element = this.#operand(0);
      if (element === undefined) break;
      elements.push(element);
    }
    return elements.join(this.#take(JOIN) ? (this.#operand(0) ?? ',') : '');
  }

  #operand(depth: number): string | undefined {
    this.#blanks();
    while (this.#take(/\(/y)) this.#blanks();
    if (depth > MAX_DEPTH || --this.#left < 0) return undefined;
    const quote = this.#match(QUOTED);
    if (quote) return quote[1] === '`' ? this.#restOfString('`', depth) : this.#restOfString(quote[1] as string, depth);
    const name = this.#match(NAME)?.[1];
    return name === undefined ? undefined : this.#value(name, depth);
  }

  /** The text up to the closing quote. */
  #restOfString(quote: string, depth: number): string {
    let out = '';
    while (this.#at < this.#text.length && out.length < MAX_LENGTH) {
      const [run = ''] = this.#match(/[^"'`\\$\n]*/y) ?? [];
      out += run;
      const [end] = this.#match(/\\*["'`]/y) ?? [];
      if (end?.endsWith(quote)) break;
      if (end) out += end;
      else if (quote === '`' && this.#match(/\$\{/y)) {
        out += this.#operand(depth + 1) ?? '';
        this.#take(/\}/y);
      } else {
        const [escape] = this.#match(/\\+(?:u\{?[\da-f]+\}?|x[\da-f]{2}|\r?\n|[^])?/iy) ?? [];
        // Kept as written: the search of the assembled text decodes escapes.
        out += escape ?? this.#text[this.#at++] ?? '';
      }
    }
    return out;
  }

  #restOfTemplate(depth: number): string {
    return this.#take(/\}/y) ? this.#restOfString('`', depth) : this.#sum(depth);
  }

  /** The value assigned to a name last before this position, or else next after it. */
  #value(name: string, depth: number): string | undefined {
    const here = this.#at;
    const definitions = this.#definitionsOf(name);
    const later = definitions.findIndex((at) => at > here);
    const before = later < 0 ? definitions : definitions.slice(0, later);
    const after = later < 0 ? [] : definitions.slice(later, later + 2);
    let value: string | undefined;
    for (const at of [...before.slice(-6).reverse(), ...after]) {
      this.#at = at;
      value = this.#operand(depth + 1);
      if (value !== undefined) value += this.#sum(depth + 1);
      if (value) break;
    }
    this.#at = here;
    return value;
  }

  #definitionsOf(name: string): number[] {
    let definitions = this.#definitions.get(name);
    if (!definitions) {
      const pattern = new RegExp(
        `(?<![\\w$])${escaped(name)}\\\\*["']?(?:\\s|\\\\+[nrt])*[=:](?!=)(?=(?:\\s|\\\\+[nrt])*(?:\\(|\\\\*["'\`]|[\\w$]))`,
        'g',
      );
      definitions =
        this.#definitions.size < MAX_NAMES
          ? Array.from(this.#text.matchAll(pattern), ({ 0: head, index }) => index + head.length)
          : [];
      this.#definitions.set(name, definitions);
    }
    return definitions;
  }

  #blanks(): void {
    this.#match(BLANKS);
  }

  #take(pattern: RegExp): boolean {
    this.#blanks();
    return this.#match(pattern) !== null;
  }

  #match(pattern: RegExp): RegExpExecArray | null {
    pattern.lastIndex = this.#at;
    const match = pattern.exec(this.#text);
    if (match) this.#at = pattern.lastIndex;
    return match;
  }
}

const escaped = (name: string): string => name.replace(/\$/g, '\\$');
