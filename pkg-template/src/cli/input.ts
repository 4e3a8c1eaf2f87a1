// The input of a command: an argument, a file, or standard input.
import { closeSync, openSync, readSync } from 'node:fs';
import { UsageError, quoted } from './usage-error.js';

/** The maximum length of the input, in bytes. Credentials and scopes are much shorter. */
const LIMIT = 1024 * 1024;

/** A text, and whether it was an argument, which shell history keeps. */
export interface Input {
  text: string;
  isArgument: boolean;
}

export function read(what: string, rest: readonly string[], file: unknown): Input {
  if (rest.length > 1)
    throw new UsageError(`expected one ${what}, found ${rest.length} arguments; put quotes around it`);
  const [argument] = rest;
  if (typeof file === 'string') {
    if (argument !== undefined) throw new UsageError(`expected either a ${what} or --file, found both`);
    return { text: readFrom(what, file), isArgument: false };
  }
  if (argument !== undefined && argument !== '-') return { text: argument, isArgument: true };
  if (process.stdin.isTTY) process.stderr.write(`Reading a ${what} from the terminal; end with Ctrl-D.\n`);
  return { text: readFrom(what, 0), isArgument: false };
}

function readFrom(what: string, from: string | 0): string {
  let handle: number;
  try {
    handle = from === 0 ? 0 : openSync(from, 'r');
  } catch (error) {
    throw new UsageError(
      `cannot read the file ${quoted(from as string)} (${(error as NodeJS.ErrnoException).code ?? 'unknown error'})`,
    );
  }
  try {
    return text(handle, what);
  } finally {
    if (handle !== 0) closeSync(handle);
  }
}

function text(handle: number, what: string): string {
  const parts: Buffer[] = [];
  let size = 0;
  for (;;) {
    const part = Buffer.allocUnsafe(65_536);
    let read: number;
    try {
      read = readSync(handle, part);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'EOF') break; // the end of a pipe on Windows
      if (code === 'EAGAIN') {
        // A non-blocking pipe without data yet: blocks for 5 ms.
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5);
        continue;
      }
      throw new UsageError(`cannot read the ${what} (${code ?? 'unknown error'})`);
    }
    if (read === 0) break;
    parts.push(part.subarray(0, read));
    if ((size += read) > LIMIT) throw new UsageError(`expected a ${what}, found more than 1 MB`);
  }
  const bytes = Buffer.concat(parts);
  // Windows PowerShell redirects output as UTF-16.
  return bytes[0] === 0xff && bytes[1] === 0xfe ? bytes.toString('utf16le', 2) : bytes.toString();
}
