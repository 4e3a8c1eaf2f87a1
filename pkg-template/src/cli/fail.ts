// Wrong usage and unreadable input: a message, exit code 2.
import { printable } from '../scan/report.js';

export class Fail extends Error {
  /** Lines that help, below the message. */
  readonly help: readonly string[];

  constructor(message: string, ...help: string[]) {
    super(message);
    this.help = help;
  }
}

/** An argument, to be named in a message; not where it may be a credential, or a piece of one. */
export function named(argument: string): string {
  const secret = argument.length > 200 || /e[yw][A-Za-z0-9+/=_-]{6}|[A-Za-z0-9+=_.-]{40}/.test(argument);
  return secret ? '(not shown: it may be a credential)' : `"${printable(argument)}"`;
}
