// Finds Momento credentials in builds and source files: a plugin for build tools, and functions. Runs in Node.js.

export {}; // what is not marked `export` below stays private

/**
 * A plugin for Vite, Rollup and Rolldown. It fails a build that contains a long-lived credential or a super-user key,
 * before any file is written. It warns about other credentials, and about all of them in Vite's server builds. Chunks,
 * assets and source maps are scanned; under Vite also the public folder and files that other plugins write to the
 * output folder.
 */
export function scan(options?: ScanOptions): ScanPlugin;

export interface ScanOptions {
  /**
   * Fail the build for any credential, even disposable and expired ones. A server build still only warns. Default
   * false.
   */
  strict?: boolean;
  /**
   * What to ignore, in addition to `.momento-scan-ignore`: globs of file names in the build or of paths relative to the
   * working directory, and fingerprints (`sha256:…`, as reported).
   */
  ignore?: readonly string[];
  /** Warn instead of failing the build. Default false. */
  warnOnly?: boolean;
}

/** A plugin object for Vite, Rollup and Rolldown. */
export interface ScanPlugin {
  name: string;
  apply: 'build';
  enforce: 'post';
}

/**
 * Finds the credentials in a text, in order. `file` is the name to report; if it ends in `.map`, the text is read as a
 * source map. Throws a `RangeError` if the text is crafted so that a full search would take too long.
 */
export function scanText(text: string, file?: string): Finding[];

/**
 * Finds the credentials in files and, recursively, in folders. Reads one file at a time, in bounded memory.
 */
export function scanFiles(paths: readonly string[], options?: FileOptions): Promise<Report>;

export interface FileOptions {
  /**
   * What to ignore, in addition to `.momento-scan-ignore` in the working directory and in a scanned folder: globs of
   * paths relative to the working directory, and fingerprints.
   */
  ignore?: readonly string[];
  /** Also scan `node_modules` and version control folders. Default false. */
  all?: boolean;
  /** The current time, in milliseconds since the epoch. Default: the system's. */
  now?: number;
}

export interface Report {
  findings: Finding[];
  /** The number of files scanned, without binary files. */
  files: number;
  bytes: number;
  /** The number of files and folders skipped: ignored, binary, or `node_modules` and the like. */
  passed: number;
  /** Files that could not be read, with the system's error code, or `EFFORT` if a full search would take too long. */
  unreadable: { file: string; code: string }[];
}

/** A credential: what it is and where, but never the credential itself. */
export interface Finding {
  file: string;
  /** From 1. */
  line: number;
  /** From 1, in UTF-16 units. */
  column: number;
  /** If `file` is a source map: the source in it. */
  source?: { file: string; line: number; column: number };
  /** A description: `long-lived v1 API key, never expires`. */
  what: string;
  kind: 'disposable' | 'session' | 'api-key' | 'super-user' | 'legacy';
  version: 'v1' | 'v2' | 'legacy' | 'session';
  form: 'envelope' | 'jwt';
  /** ISO 8601; null if it never expires. */
  expiresAt: string | null;
  expired: boolean;
  /** The beginning of the SHA-256 of the key as it is sent. An envelope has the fingerprint of the key in it. */
  fingerprint: string;
  /**
   * Whether it fails a scan that is not `strict`. A super-user key always does. Disposable and session tokens with at
   * most 25 hours left do not, nor does anything else that has expired.
   */
  fails: boolean;
}
