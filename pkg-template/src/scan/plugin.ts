// The scan as a plugin of Vite, Rollup and Rolldown.
import { relative, resolve, sep } from 'node:path';
import type * as Face from '../../scan.js';
import { scanFiles } from './files.js';
import { Ignored, readIgnoreFile } from './ignore.js';
import { ADVICE, line } from './report.js';
import { scanBytes } from './text.js';

/** What a build tool hands to a hook, as far as it is used here. */
interface Context {
  error(message: string): never;
  warn(message: string): void;
}
type Bundle = Record<string, { type: 'chunk'; code: string } | { type: 'asset'; source: string | Uint8Array }>;

export function scan(options: Face.ScanOptions = {}): Face.ScanPlugin {
  const { strict = false, ignore = [], warnOnly = false } = options;
  let vite = false;
  /** Where the bundler wrote, and what: that was scanned before. */
  const folders = new Set<string>();
  const seen = new Set<string>();

  const judge = (context: Context, findings: readonly Face.Finding[]): void => {
    const ignored = new Ignored([...ignore, ...readIgnoreFile('.')]);
    const kept = findings.filter(({ file, fingerprint }) => !ignored.path(file.split(sep).join('/')) && !ignored.fingerprint(fingerprint));
    const failing = kept.filter(({ fails }) => fails || strict);
    for (const finding of kept) if (warnOnly || !failing.includes(finding)) context.warn(line(finding));
    if (failing.length === 0 || warnOnly) return;
    const count = failing.length === 1 ? 'a Momento credential is' : `${failing.length} Momento credentials are`;
    context.error(`${count} in this build:\n${failing.map((finding) => `  ${line(finding)}`).join('\n')}\n${ADVICE}`);
  };

  const plugin = {
    name: 'momento-token-wasm:scan',
    apply: 'build',
    enforce: 'post',
    configResolved(): void {
      vite = true;
    },
    generateBundle: {
      order: 'post',
      handler(this: Context, _output: unknown, bundle: Bundle): void {
        const now = Date.now();
        const findings: Face.Finding[] = [];
        for (const [name, file] of Object.entries(bundle)) {
          // The map of a chunk is a file of its own by now.
          const content = file.type === 'chunk' ? file.code : file.source;
          const { findings: found, whole } = scanBytes(Buffer.from(content as string), name, now);
          findings.push(...found);
          if (!whole) this.warn(`${name}: searching it in full would take too long`);
        }
        judge(this, findings);
      },
    },
    writeBundle({ dir }: { dir?: string }, bundle: Bundle): void {
      if (dir === undefined) return;
      folders.add(resolve(dir));
      for (const name of Object.keys(bundle)) seen.add(resolve(dir, name));
    },
    // What is written beside the bundle: public files, service workers of other plugins. Only Vite's folder is the build's alone.
    closeBundle: {
      order: 'post',
      sequential: true,
      async handler(this: Context): Promise<void> {
        const written = vite ? [...folders] : [];
        const before = new Set(seen);
        folders.clear();
        seen.clear();
        for (const folder of written) {
          const { findings } = await scanFiles([folder]);
          const others = findings.filter(({ file }) => !before.has(file));
          judge(this, others.map((finding) => ({ ...finding, file: relative(folder, finding.file) })));
        }
      },
    },
  };
  return plugin as unknown as Face.ScanPlugin;
}
