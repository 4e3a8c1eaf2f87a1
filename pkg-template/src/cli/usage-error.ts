// Wrong usage and invalid input: a message and exit code 2.
import { printable } from '../scan/report.js';

export class UsageError extends Error {
  /** Lines of advice to print below the message. */
  readonly help: readonly string[];

  constructor(message: string, ...help: string[]) {
    super(message);
    this.help = help;
  }
}

/** An argument, quoted for a message unless it may be a credential or part of one. */
export function quoted(argument: string): string {
  const secret = argument.length > 200 || /e[yw][A-Za-z0-9+/=_-]{6}|[A-Za-z0-9+=_.-]{40}/.test(argument);
  return secret ? '(not shown: it may be a credential)' : `"${printable(argument)}"`;
}
