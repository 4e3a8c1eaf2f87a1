// The scan as a plugin for Vite, Rollup and Rolldown.
import { existsSync } from 'node:fs';
import { dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import type * as Api from '../../scan.js';
import { walk } from './files.js';
import { IgnoreList, readIgnoreFile } from './ignore.js';
import { ADVICE, line, masked, printable } from './report.js';
import { scanBytes } from './text.js';

/** The plugin context of a hook, as far as it is used here. */
interface Context {
  /** Identifies the build; since Vite 6. */
  environment?: { config: { consumer?: string; build?: { copyPublicDir?: boolean } } };
  meta?: { watchMode?: boolean };
  error(message: string): never;
  warn(message: string): void;
}
interface Config {
  root: string;
  publicDir?: string;
  build: { ssr?: unknown; copyPublicDir?: boolean };
}
interface Output {
  dir?: string;
  file?: string;
}
type Bundle = Record<string, { type: 'chunk'; code: string } | { type: 'asset'; source: string | Uint8Array }>;

/** One build. A configuration may have several, for browsers and for a server. */
interface Build {
  began: number;
  /** The bundler's output folders. */
  folders: Set<string>;
  /** What was found before files were written: `path fingerprint`. */
  reported: Set<string>;
}

/** Tolerance for file times, which may be coarser than the clock. */
const COARSE_MS = 1_000;

export function scan(options: Api.ScanOptions = {}): Api.ScanPlugin {
  const { strict = false, ignore = [], warnOnly = false } = options;
  let vite: Config | undefined;
  const builds = new WeakMap<object, Build>();
  const buildOf = (context: Context): Build => {
    const key = context.environment ?? builds;
    let build = builds.get(key);
    if (!build) builds.set(key, (build = { began: Date.now(), folders: new Set(), reported: new Set() }));
    return build;
  };
  /** A server build may contain a key by design. */
  const isServer = ({ environment }: Context): boolean =>
    environment?.config.consumer ? environment.config.consumer === 'server' : Boolean(vite?.build.ssr);

  const report = (
    context: Context,
    findings: readonly Api.Finding[],
    folder: string | undefined,
    warn = false,
  ): void => {
    const ignored = new IgnoreList([...ignore, ...readIgnoreFile('.')]);
    // Its name in the build, and its path relative to the working directory, as the command reports it.
    const names = (file: string): string[] =>
      folder === undefined ? [file] : [file, relative('.', resolve(folder, file))];
    const isIgnored = (file: string): boolean => names(file).some((name) => ignored.path(name.split(sep).join('/')));
    const kept = findings.filter(({ file, fingerprint }) => !isIgnored(file) && !ignored.fingerprint(fingerprint));
    const failing = warn || warnOnly || isServer(context) ? [] : kept.filter(({ fails }) => fails || strict);
    for (const finding of kept) if (!failing.includes(finding)) context.warn(line(finding));
    if (failing.length === 0) return;
    const count = failing.length === 1 ? 'a Momento credential is' : `${failing.length} Momento credentials are`;
    context.error(`${count} in this build:\n${failing.map((finding) => `  ${line(finding)}`).join('\n')}\n${ADVICE}`);
  };
  const warnAbout = (context: Context, file: string, reason: string): void =>
    context.warn(printable(`${masked(file)}: ${reason}`));

  const plugin = {
    name: 'momento-token-wasm:scan',
    apply: 'build',
    enforce: 'post',
    configResolved(config: Config): void {
      vite = config;
    },
    buildStart(this: Context): void {
      buildOf(this).began = Date.now();
    },
    generateBundle: {
      order: 'post',
      handler(this: Context, output: Output, bundle: Bundle): void {
        const now = Date.now();
        const { reported } = buildOf(this);
        const folder = folderOf(output);
        const findings: Api.Finding[] = [];
        for (const [name, file] of Object.entries(bundle)) {
          // A chunk's source map is already a separate asset.
          const content = file.type === 'chunk' ? file.code : file.source;
          const { findings: found, whole } = scanBytes(Buffer.from(content as string), name, now);
          findings.push(...found);
          if (folder !== undefined)
            for (const { fingerprint } of found) reported.add(`${resolve(folder, name)} ${fingerprint}`);
          if (!whole) warnAbout(this, name, 'searching it in full would take too long');
        }
        report(this, findings, folder);
      },
    },
    writeBundle(this: Context, output: Output): void {
      const folder = folderOf(output);
      if (folder !== undefined) buildOf(this).folders.add(resolve(folder));
    },
    // Scans files that were written besides the bundle or replaced it: public files, service workers of other plugins.
    // Only in Vite does the output folder belong to the build.
    closeBundle: {
      order: 'post',
      sequential: true,
      handler(this: Context): void {
        const { began, folders, reported } = buildOf(this);
        builds.delete(this.environment ?? builds);
        if (!vite) return;
        const { root, publicDir = '' } = vite;
        const copied =
          publicDir !== '' &&
          (this.environment?.config.build ?? vite.build).copyPublicDir !== false &&
          existsSync(publicDir);
        for (const folder of folders) {
          // If the output folder contains the project itself, only the public files are known to be output.
          const base = isWithin(root, folder) ? (copied ? publicDir : undefined) : folder;
          if (base === undefined) continue;
          const isOfThisBuild = (path: string, { mtimeMs, ctimeMs }: { mtimeMs: number; ctimeMs: number }): boolean =>
            base === publicDir ||
            Math.max(mtimeMs, ctimeMs) >= began - COARSE_MS ||
            (copied && existsSync(join(publicDir, relative(folder, path))));
          const { findings, unreadable } = walk([base], {}, isOfThisBuild);
          for (const { file, code } of unreadable) warnAbout(this, relative(base, file), `cannot be read (${code})`);
          const others = findings.filter(({ file, fingerprint }) => !reported.has(`${file} ${fingerprint}`));
          // In watch mode, a rejection would be unhandled and end the process.
          report(
            this,
            others.map((finding) => ({ ...finding, file: relative(base, finding.file) })),
            folder,
            this.meta?.watchMode === true,
          );
        }
      },
    },
  };
  return plugin as unknown as Api.ScanPlugin;
}

const folderOf = ({ dir, file }: Output): string | undefined => dir ?? (file === undefined ? undefined : dirname(file));

function isWithin(path: string, folder: string): boolean {
  const inside = relative(folder, path);
  return !inside.startsWith('..') && !isAbsolute(inside);
}
