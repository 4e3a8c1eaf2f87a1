// What a scan ignores: globs with `*`, `**`, `?` and `{a,b}`, similar to those of .gitignore but without negation by
// `!`, and fingerprints.
import { readFileSync } from 'node:fs';
import picomatch, { type Matcher } from 'picomatch/posix.js';

export const IGNORE_FILE = '.momento-scan-ignore';

/** Ignored paths, with `/` as the separator, and fingerprints. */
export class IgnoreList {
  readonly #matchers: Matcher[];
  readonly #fingerprints: Set<string>;

  constructor(lines: readonly string[]) {
    const trimmed = lines.map((line) => line.trim()).filter((line) => line !== '' && !line.startsWith('#'));
    this.#fingerprints = new Set(trimmed.filter((line) => line.startsWith('sha256:')));
    this.#matchers = trimmed.filter((line) => !this.#fingerprints.has(line)).map(matcherOf);
  }

  path(path: string): boolean {
    const name = withoutParents(path);
    return this.#matchers.some((matches) => matches(name));
  }

  fingerprint(fingerprint: string): boolean {
    return this.#fingerprints.has(fingerprint);
  }
}

/** The lines of the ignore file in a folder; none if there is no such file. */
export function readIgnoreFile(folder: string): string[] {
  try {
    return readFileSync(`${folder}/${IGNORE_FILE}`, 'utf8').split(/\r?\n/);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT' || (error as NodeJS.ErrnoException).code === 'ENOTDIR')
      return [];
    throw error;
  }
}

/**
 * Compiles a glob. A pattern without a slash applies in every folder. A pattern that matches a folder matches
 * everything in it. Characters other than those of `*`, `**`, `?` and `{a,b}` stand for themselves.
 */
function matcherOf(glob: string): Matcher {
  const isAnchored = glob.replace(/\/+$/, '').includes('/');
  const path = withoutParents(glob.replace(/^(?:\.?\/)+|\/+$/g, '')).replace(/[^\p{L}\p{N}_./*?{},-]/gu, '\\$&');
  const pattern = isAnchored ? path : `**/${path}`;
  return picomatch([pattern, `${pattern}/**`], { dot: true });
}

/**
 * Replaces `..` by a name that no file has: picomatch's wildcards never match it, but scanned paths may begin with it.
 */
const withoutParents = (path: string): string => path.replace(/(?<=^|\/)\.\.(?=\/|$)/g, '\0');
