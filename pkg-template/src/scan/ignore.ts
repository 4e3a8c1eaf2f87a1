// Globs, as in .gitignore files but fewer: `*`, `**`, `?` and `{a,b}`; no exceptions by `!`.
import { readFileSync } from 'node:fs';

export const IGNORE_FILE = '.momento-scan-ignore';

/** Paths with `/` between their parts, and fingerprints, that are let pass. */
export class IgnoreList {
  readonly #patterns: RegExp[];
  readonly #fingerprints: Set<string>;

  constructor(lines: readonly string[]) {
    const trimmed = lines.map((line) => line.trim()).filter((line) => line !== '' && !line.startsWith('#'));
    this.#fingerprints = new Set(trimmed.filter((line) => line.startsWith('sha256:')));
    this.#patterns = trimmed.filter((line) => !this.#fingerprints.has(line)).map(patternOf);
  }

  path(path: string): boolean {
    return this.#patterns.some((pattern) => pattern.test(path));
  }

  fingerprint(fingerprint: string): boolean {
    return this.#fingerprints.has(fingerprint);
  }
}

/** The lines of an ignore file in a folder; none where there is no such file. */
export function readIgnoreFile(folder: string): string[] {
  try {
    return readFileSync(`${folder}/${IGNORE_FILE}`, 'utf8').split(/\r?\n/);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT' || (error as NodeJS.ErrnoException).code === 'ENOTDIR')
      return [];
    throw error;
  }
}

/** A pattern without a slash counts in every folder; what it names counts with all that is in it. */
function patternOf(glob: string): RegExp {
  const path = glob.replace(/^(?:\.?\/)+|\/+$/g, '');
  const anywhere = !glob.replace(/\/+$/, '').includes('/');
  let depth = 0;
  const source = path.replace(/\*\*\/|\*\*|\*|\?|[{},]|[\\^$.|+()[\]]/g, (part) => {
    switch (part) {
      case '**/':
        return '(?:.*/)?';
      case '**':
        return '.*';
      case '*':
        return '[^/]*';
      case '?':
        return '[^/]';
      case '{':
        depth++;
        return '(?:';
      case '}':
        if (depth === 0) return '\\}';
        depth--;
        return ')';
      case ',':
        return depth > 0 ? '|' : ',';
      default:
        return `\\${part}`;
    }
  });
  return new RegExp(`^${anywhere ? '(?:.*/)?' : ''}${source}${')'.repeat(depth)}(?:/.*)?$`);
}
