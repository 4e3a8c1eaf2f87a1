// Scans files and folders, one file at a time; large files in parts.
import { type Stats, closeSync, openSync, readFileSync, readSync, readdirSync, realpathSync, statSync } from 'node:fs';
import { basename, extname, join, relative, sep } from 'node:path';
import type { FileOptions, Finding, Report } from '../../scan.js';
import { Effort } from './effort.js';
import { find } from './find.js';
import { IgnoreList, readIgnoreFile } from './ignore.js';
import { Position, located } from './position.js';
import { type Scanned, scanBytes } from './text.js';

/** Larger files are read in parts of this size, in bytes. */
const PART_BYTES = 32 * 1024 * 1024;
/** The overlap of consecutive parts, in bytes, so that no credential is split. */
const OVERLAP_BYTES = 256 * 1024;

const SKIPPED_FOLDERS = new Set(['node_modules', '.git', '.hg', '.svn']);
const BINARY_EXTENSIONS = words(`
  wasm node so dylib dll exe a o rlib class pyc
  png jpg jpeg gif webp avif ico icns bmp tif tiff psd woff woff2 ttf otf eot pdf
  mp3 mp4 m4a m4v ogg oga ogv wav webm mov avi flac
  zip gz br zst xz bz2 7z rar tar tgz jar sqlite db bin dat
`);
/** Never taken for binary: a bundle may contain a zero byte. */
const TEXT_EXTENSIONS = words(`
  js mjs cjs jsx ts mts cts tsx json map html htm css vue svelte astro
  md mdx txt xml svg yml yaml toml env webmanifest
`);

export async function scanFiles(paths: readonly string[], options: FileOptions = {}): Promise<Report> {
  return walk(paths, options);
}

/** Scans files and folders. Files in folders are scanned only if they are `wanted`. */
export function walk(
  paths: readonly string[],
  options: FileOptions,
  wanted: (path: string, stats: Stats) => boolean = () => true,
): Report {
  const now = options.now ?? Date.now();
  const ignoreList = new IgnoreList([...(options.ignore ?? []), ...readIgnoreFile('.')]);
  /** The path given by the caller that is being walked, and the contents of its own ignore file. */
  let base = '.';
  let own = new IgnoreList([]);
  const report: Report = { findings: [], files: 0, bytes: 0, passed: 0, unreadable: [] };
  /** The real paths of files and folders that were read, so that each is read once. */
  const seen = new Set<string>();
  const isNew = (path: string): boolean => {
    const real = realpathSync(path);
    return !seen.has(real) && seen.add(real) !== undefined;
  };

  const attempt = (file: string, named: boolean, action: () => void): void => {
    try {
      action();
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === undefined) throw error;
      // A dangling or circular symbolic link.
      if (!named && (code === 'ENOENT' || code === 'ELOOP')) return;
      report.unreadable.push({ file, code });
    }
  };
  const visit = (path: string, named: boolean): void => {
    attempt(path, named, () => {
      // A folder named by the caller is read even if a pattern matches it.
      const ignored = (): boolean =>
        ignoreList.path(patternPath('.', path)) || (!named && own.path(patternPath(base, path)));
      if (!named && ignored()) return skip();
      const stats = statSync(path);
      if (stats.isDirectory()) return folder(path, named);
      if (named && ignored()) return skip();
      if (stats.isFile()) {
        if (!named && !wanted(path, stats)) return;
        if (!named && BINARY_EXTENSIONS.has(extensionOf(path))) return skip();
        if (!isNew(path)) return;
        file(path, stats.size > PART_BYTES ? scanLarge(path, now) : scanWhole(path, now));
      } else if (named) {
        // Pipes are read to their end. Other special files may have no end, or cannot be read.
        if (!stats.isFIFO()) throw Object.assign(new Error(), { code: 'ENOTSUP' });
        file(path, scanLarge(path, now));
      }
    });
  };
  const folder = (path: string, named: boolean): void => {
    if (!named && !options.all && SKIPPED_FOLDERS.has(basename(path))) return skip();
    // Symbolic links may form a cycle.
    if (!isNew(path)) return;
    for (const name of readdirSync(path).sort()) visit(join(path, name), false);
  };
  const skip = (): void => {
    report.passed++;
  };
  const file = (path: string, scanned: Read | undefined): void => {
    if (!scanned) return skip();
    report.files++;
    report.bytes += scanned.bytes;
    if (!scanned.whole) report.unreadable.push({ file: path, code: 'EFFORT' });
    for (const finding of scanned.findings)
      if (!ignoreList.fingerprint(finding.fingerprint) && !own.fingerprint(finding.fingerprint))
        report.findings.push(finding);
  };

  for (const path of paths) {
    base = path;
    own = new IgnoreList(readIgnoreFile(path));
    visit(path, true);
  }
  return report;
}

interface Read extends Scanned {
  bytes: number;
}

/** The path as patterns see it: relative to `base` if it is inside, with slashes. */
function patternPath(base: string, path: string): string {
  const inside = relative(base, path);
  return (inside.startsWith('..') ? path : inside).split(sep).join('/');
}

const extensionOf = (path: string): string =>
  (extname(path) || (basename(path).startsWith('.env') ? '.env' : '')).slice(1).toLowerCase();

function scanWhole(path: string, now: number): Read | undefined {
  const bytes = readFileSync(path);
  return isBinary(path, bytes) ? undefined : { ...scanBytes(bytes, path, now), bytes: bytes.length };
}

function scanLarge(path: string, now: number): Read | undefined {
  const handle = openSync(path, 'r');
  try {
    const buffer = Buffer.allocUnsafe(PART_BYTES);
    const position = new Position();
    const findings: Finding[] = [];
    let kept = 0;
    let size = 0;
    let whole = true;
    for (let first = true; ; first = false) {
      const read = fill(handle, buffer, kept);
      const bytes = buffer.subarray(0, kept + read);
      size += read;
      if (first && isBinary(path, bytes)) return undefined;
      const last = bytes.length < PART_BYTES;
      if (first && last) return { ...scanBytes(bytes, path, now), bytes: size };
      // A credential that begins in the overlap is found in the next part, where it is complete.
      const until = last ? bytes.length : bytes.length - OVERLAP_BYTES;
      const effort = new Effort(bytes.length);
      const hits = find(bytes, now, effort).filter(({ at }) => at < until);
      whole &&= !effort.exhausted;
      findings.push(...located(hits, bytes, path, position));
      if (last) return { findings, whole, bytes: size };
      position.to(bytes, until).part();
      kept = bytes.copy(buffer, 0, until);
    }
  } finally {
    closeSync(handle);
  }
}

function fill(handle: number, buffer: Buffer, from: number): number {
  let at = from;
  while (at < buffer.length) {
    const read = readSync(handle, buffer, at, buffer.length - at, null);
    if (read === 0) break;
    at += read;
  }
  return at - from;
}

/** Whether there is a zero byte near the start. Text has none, unless it is UTF-16 with a byte order mark. */
function isBinary(path: string, bytes: Buffer): boolean {
  if (
    TEXT_EXTENSIONS.has(extensionOf(path)) ||
    (bytes[0] === 0xff && bytes[1] === 0xfe) ||
    (bytes[0] === 0xfe && bytes[1] === 0xff)
  )
    return false;
  return bytes.subarray(0, 8_192).includes(0);
}

function words(list: string): Set<string> {
  return new Set(list.trim().split(/\s+/));
}
