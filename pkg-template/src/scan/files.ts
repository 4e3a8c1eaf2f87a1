// Files and folders, read one after another; large files in parts.
import { type Stats, closeSync, openSync, readFileSync, readSync, readdirSync, realpathSync, statSync } from 'node:fs';
import { basename, extname, join, relative, sep } from 'node:path';
import type { FileOptions, Finding, Report } from '../../scan.js';
import { budgetOf } from './base64.js';
import { find } from './find.js';
import { Ignored, readIgnoreFile } from './ignore.js';
import { Place, placed } from './place.js';
import { type Scanned, scanBytes } from './text.js';

/** Up to this size a file is read whole; what is larger, in parts of this size. */
const PART = 32 * 1024 * 1024;
/** Parts share so much, so that no credential is cut. */
const SHARED = 256 * 1024;

const SKIPPED_FOLDERS = new Set(['node_modules', '.git', '.hg', '.svn']);
const BINARY = new Set(
  ('wasm node so dylib dll exe a o rlib png jpg jpeg gif webp avif ico icns bmp tif tiff woff woff2 ttf otf eot mp3 mp4 m4a m4v ogg oga ogv wav webm mov avi flac ' +
    'zip gz br zst xz bz2 7z rar tar tgz jar pdf psd sqlite db bin dat class pyc').split(' '),
);
/** Read whatever they hold: a bundle may have a zero byte in it. */
const TEXT = new Set('js mjs cjs jsx ts mts cts tsx json map html htm css vue svelte astro md mdx txt xml svg yml yaml toml env webmanifest'.split(' '));

export async function scanFiles(paths: readonly string[], options: FileOptions = {}): Promise<Report> {
  const now = options.now ?? Date.now();
  const given = new Ignored([...(options.ignore ?? []), ...readIgnoreFile('.')]);
  /** The folder that was named and holds what is read now, and its own ignore file. */
  let base = '.';
  let own = new Ignored([]);
  const report: Report = { findings: [], files: 0, bytes: 0, unreadable: [] };
  const folders = new Set<string>();

  const attempt = (file: string, named: boolean, action: () => void): void => {
    try {
      action();
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === undefined) throw error;
      // A link that leads nowhere, or round in a circle, holds nothing.
      if (!named && (code === 'ENOENT' || code === 'ELOOP')) return;
      report.unreadable.push({ file, code });
    }
  };
  const visit = (path: string, named: boolean): void => {
    if (!named && (given.path(plain('.', path)) || own.path(plain(base, path)))) return;
    attempt(path, named, () => {
      const stats = statSync(path);
      if (stats.isDirectory()) return folder(path, named);
      if (stats.isFile() && (named || !BINARY.has(extensionOf(path)))) file(path, stats);
    });
  };
  const folder = (path: string, named: boolean): void => {
    if (!named && !options.all && SKIPPED_FOLDERS.has(basename(path))) return;
    // By its real name, so that a link to where we come from ends here.
    const real = realpathSync(path);
    if (folders.has(real)) return;
    folders.add(real);
    for (const name of readdirSync(path).sort()) visit(join(path, name), false);
  };
  const file = (path: string, { size }: Stats): void => {
    const scanned = size > PART ? scanLarge(path, now) : scanWhole(path, now);
    if (!scanned) return;
    report.files++;
    report.bytes += size;
    if (!scanned.whole) report.unreadable.push({ file: path, code: 'EFFORT' });
    for (const finding of scanned.findings) if (!given.fingerprint(finding.fingerprint) && !own.fingerprint(finding.fingerprint)) report.findings.push(finding);
  };

  for (const path of paths) {
    base = path;
    own = new Ignored(readIgnoreFile(path));
    visit(path, true);
  }
  return report;
}

/** As patterns have it: from a folder on where it lies there, with slashes. */
function plain(base: string, path: string): string {
  const inside = relative(base, path);
  return (inside.startsWith('..') ? path : inside).split(sep).join('/');
}

const extensionOf = (path: string): string => (extname(path) || (basename(path).startsWith('.env') ? '.env' : '')).slice(1).toLowerCase();

function scanWhole(path: string, now: number): Scanned | undefined {
  const bytes = readFileSync(path);
  return isBinary(path, bytes) ? undefined : scanBytes(bytes, path, now);
}

function scanLarge(path: string, now: number): Scanned | undefined {
  const handle = openSync(path, 'r');
  try {
    const buffer = Buffer.allocUnsafe(PART);
    const place = new Place();
    const findings: Finding[] = [];
    let kept = 0;
    let whole = true;
    for (let first = true; ; first = false) {
      const read = fill(handle, buffer, kept);
      const bytes = buffer.subarray(0, kept + read);
      if (first && isBinary(path, bytes)) return undefined;
      const last = bytes.length < PART;
      // What begins in the part that is shared is found, whole, in the next.
      const until = last ? bytes.length : bytes.length - SHARED;
      const budget = budgetOf(bytes);
      const hits = find(bytes, now, budget).filter(({ at }) => at < until);
      whole &&= budget.left >= 0;
      findings.push(...placed(hits, bytes, path, place));
      if (last) return { findings, whole };
      place.to(bytes, until).part();
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

/** A zero byte near the start, which no text has unless it is UTF-16 with its mark. */
function isBinary(path: string, bytes: Buffer): boolean {
  if (TEXT.has(extensionOf(path)) || (bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff)) return false;
  return bytes.subarray(0, 8_192).includes(0);
}
