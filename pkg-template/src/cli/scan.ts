// `scan`: finds credentials in files, for CI.
import { existsSync } from 'node:fs';
import { scanFiles } from 'momento-token-wasm/scan';
import { ADVICE, line, masked } from '../scan/report.js';
import { parse } from './args.js';
import { UsageError, quoted } from './usage-error.js';
import { SCAN } from './options.js';
import { style } from './style.js';

export async function scan(args: string[]): Promise<number> {
  const { flags, rest } = parse('scan', args, SCAN);
  if (rest.length === 0)
    throw new UsageError('expected a file or folder to scan', 'See: momento-token-wasm scan --help');
  for (const path of rest) if (!existsSync(path)) throw new UsageError(`there is no file or folder ${quoted(path)}`);
  const began = performance.now();
  const report = await scanFiles(rest, {
    ignore: (flags.ignore as string[] | undefined) ?? [],
    all: flags.all === true,
  });
  const seconds = (performance.now() - began) / 1000;
  const { findings, files, bytes, passed, unreadable } = report;
  // An empty folder is most likely the wrong path, so it must not pass as clean.
  if (files + passed + unreadable.length === 0)
    throw new UsageError(`there is no file to scan in ${rest.map(quoted).join(', ')}`);
  const failing = findings.filter(({ fails }) => fails || flags.strict === true);

  if (flags.json) {
    // JSON needs no escaping for a terminal, so only possible credentials in names are masked.
    const hide = <T extends { file: string }>(one: T): T => ({ ...one, file: masked(one.file) });
    const found = {
      failed: failing.length > 0,
      findings: findings.map(hide),
      files,
      bytes,
      passed,
      unreadable: unreadable.map(hide),
    };
    process.stdout.write(`${JSON.stringify(found, null, 2)}\n`);
  } else {
    const paint = style(process.stdout);
    for (const finding of findings)
      process.stdout.write(
        `${paint(failing.includes(finding) ? 'red' : 'yellow', failing.includes(finding) ? 'FAIL' : 'note')} ${line(finding)}\n`,
      );
    const found =
      findings.length === 0
        ? 'no Momento credential'
        : `${findings.length} Momento credential${findings.length === 1 ? '' : 's'}, of which ${failing.length} fail${failing.length === 1 ? 's' : ''} the scan`;
    const speed = bytes > 1e6 && seconds > 0 ? `, ${Math.round(bytes / 1e6 / seconds)} MB/s` : '';
    process.stdout.write(`${files} file${files === 1 ? '' : 's'}, ${size(bytes)}${speed}: ${found}\n`);
    if (failing.length > 0) process.stderr.write(`${ADVICE}\n`);
  }
  for (const { file, code } of unreadable) process.stderr.write(`cannot read ${quoted(file)} (${code})\n`);
  return failing.length > 0 ? 1 : unreadable.length > 0 ? 2 : 0;
}

const size = (bytes: number): string =>
  bytes < 1e6 ? `${Math.ceil(bytes / 1e3)} kB` : `${(bytes / 1e6).toFixed(1)} MB`;
