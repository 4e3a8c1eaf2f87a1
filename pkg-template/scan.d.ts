// Finds Momento credentials in builds and sources: for a build tool's plugins, and as functions. Runs in Node.js.

export {}; // what is not marked `export` below stays private

/**
 * A plugin for Vite, Rollup and Rolldown. It fails a build that has a credential in it which is long-lived or may do
 * anything, before a file is written; of others it warns, and of all in a build for a server, as Vite has them. Chunks,
 * assets and source maps are scanned, under Vite the public folder too, and what other plugins write to the same
 * folder.
 */
export function scan(options?: ScanOptions): ScanPlugin;

export interface ScanOptions {
  /**
   * Let every credential fail the build: disposable and expired ones too. A build for a server is warned of all the
   * same. Default false.
   */
  strict?: boolean;
  /**
   * Globs of files (by their names in the build, or from the working directory on), and fingerprints (`sha256:…`, as
   * reported), to let pass. Besides `.momento-scan-ignore`.
   */
  ignore?: readonly string[];
  /** Warn, and never fail. Default false. */
  warnOnly?: boolean;
}

/** A plugin, as Vite, Rollup and Rolldown take it. */
export interface ScanPlugin {
  name: string;
  apply: 'build';
  enforce: 'post';
}

/**
 * Credentials in one text, in order. `file` names it in what is found; a name that ends in `.map` has it read as a
 * source map. Throws a `RangeError` where the text is made so that searching it in full would take too long.
 */
export function scanText(text: string, file?: string): Finding[];

/**
 * Credentials in files, and in folders with all that is in them. Reads them one after another, each in bounded memory.
 */
export function scanFiles(paths: readonly string[], options?: FileOptions): Promise<Report>;

export interface FileOptions {
  /**
   * Globs of paths, relative to the working directory, and fingerprints, to let pass. Besides `.momento-scan-ignore`
   * there and in a folder that is scanned.
   */
  ignore?: readonly string[];
  /** Look into `node_modules` and version control too. Default false. */
  all?: boolean;
  /** What counts as now, in milliseconds since the epoch. */
  now?: number;
}

export interface Report {
  findings: Finding[];
  /** How many files were scanned (not those skipped as binary). */
  files: number;
  bytes: number;
  /** How many files and folders were passed over, by `ignore` or as binary or `node_modules`. */
  passed: number;
  /** What could not be read, with the system's error code; `EFFORT` where searching it in full would take too long. */
  unreadable: { file: string; code: string }[];
}

/** A credential that was found: what it is and where, never what it holds. */
export interface Finding {
  file: string;
  /** From 1. */
  line: number;
  /** From 1, in UTF-16 units. */
  column: number;
  /** Where `file` is a source map: the source within it. */
  source?: { file: string; line: number; column: number };
  /** In words: `long-lived v1 API key, never expires`. */
  what: string;
  kind: 'disposable' | 'session' | 'api-key' | 'super-user' | 'legacy';
  version: 'v1' | 'v2' | 'legacy' | 'session';
  form: 'envelope' | 'jwt';
  /** ISO 8601; null where it never expires. */
  expiresAt: string | null;
  expired: boolean;
  /** The start of the SHA-256 of the key as it is sent: the same for an envelope and the key in it. */
  fingerprint: string;
  /**
   * Does it fail a scan that is not `strict`? A super-user key always; a disposable or session token of a day at most,
   * and whatever else has expired, not.
   */
  fails: boolean;
}
