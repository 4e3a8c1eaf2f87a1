// Scans one text: a file, or a chunk of a build.
import type { Finding } from '../../scan.js';
import { Effort } from './effort.js';
import { find } from './find.js';
import { located } from './position.js';
import { masked } from './report.js';

export interface Scanned {
  findings: Finding[];
  /** False if a full search would have taken too long, so that findings may be missing. */
  whole: boolean;
}

export function scanBytes(bytes: Buffer, file: string, now: number): Scanned {
  const text = utf8(bytes);
  const effort = new Effort(text.length);
  const hits = find(text, now, effort);
  const findings = hits.length === 0 ? [] : located(hits, text, file);
  return { findings: file.endsWith('.map') ? inSources(findings, text, now) : findings, whole: !effort.exhausted };
}

/** Converts UTF-16 with a byte order mark, as some Windows editors write it, to UTF-8. */
function utf8(bytes: Buffer): Buffer {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return Buffer.from(bytes.toString('utf16le', 2));
  if (bytes[0] === 0xfe && bytes[1] === 0xff)
    return Buffer.from(
      Buffer.from(bytes.subarray(2, bytes.length & ~1))
        .swap16()
        .toString('utf16le'),
    );
  return bytes;
}

/** Adds the position in the original source: a position in a source map's single line is of little use. */
function inSources(findings: Finding[], bytes: Buffer, now: number): Finding[] {
  if (findings.length === 0) return findings;
  const sources = sourcesOf(bytes).flatMap(([file, content]) => {
    const text = Buffer.from(content);
    return located(find(text, now, new Effort(text.length)), text, file);
  });
  for (const finding of findings) {
    const index = sources.findIndex(({ fingerprint }) => fingerprint === finding.fingerprint);
    if (index < 0) continue;
    const [{ file, line, column }] = sources.splice(index, 1) as [Finding];
    finding.source = { file: masked(file), line, column };
  }
  return findings;
}

function sourcesOf(bytes: Buffer): [string, string][] {
  let map: unknown;
  try {
    map = JSON.parse(bytes.toString());
  } catch {
    return [];
  }
  const { sources, sourcesContent } = (map ?? {}) as { sources?: unknown; sourcesContent?: unknown };
  if (!Array.isArray(sourcesContent)) return [];
  return sourcesContent.flatMap((content: unknown, index) => {
    const name: unknown = Array.isArray(sources) ? sources[index] : undefined;
    return typeof content === 'string'
      ? [[typeof name === 'string' ? name : `source ${index}`, content] as [string, string]]
      : [];
  });
}
