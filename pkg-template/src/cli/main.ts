// `npx momento-token-wasm`: inspects credentials, builds scopes, scans files.
import { readFileSync } from 'node:fs';
import { UsageError, quoted } from './usage-error.js';
import { HELP } from './help.js';
import { inspect } from './inspect.js';
import { scan } from './scan.js';
import { scope } from './scope.js';
import { style } from './style.js';

const COMMANDS: Record<string, (args: string[]) => number | Promise<number>> = { inspect, scope, scan };

async function run([command, ...args]: string[]): Promise<number> {
  if (command === '--version' || command === '-v') return print(`${version()}\n`);
  if (command === undefined || command === '--help' || command === '-h' || command === 'help') {
    const about = command === undefined ? undefined : args[0];
    if (command === undefined) process.stderr.write(HELP['']!);
    else print(HELP[about !== undefined && Object.hasOwn(HELP, about) ? about : '']!);
    return command === undefined ? 2 : 0;
  }
  const action = Object.hasOwn(COMMANDS, command) ? COMMANDS[command] : undefined;
  if (!action)
    throw new UsageError(
      `unknown command ${quoted(command)}`,
      'One of inspect, scope, scan. See: momento-token-wasm --help',
    );
  const options = args.includes('--') ? args.slice(0, args.indexOf('--')) : args;
  if (options.includes('--help') || options.includes('-h')) return print(HELP[command]!);
  return action(args);
}

function print(text: string): number {
  process.stdout.write(text);
  return 0;
}

const version = (): string =>
  (JSON.parse(readFileSync(new URL('./package.json', import.meta.url), 'utf8')) as { version: string }).version;

/**
 * Removes anything that looks like a credential or a signature from a message, as a last resort. A run of 40 characters
 * with slashes is kept: it may be a path.
 */
const redacted = (text: string): string => text.replace(/e[yw][\w+/=.-]{16,}|[\w+=.-]{40,}/g, '(not shown)');

// A reader that stops early, such as `head`, is not an error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
});

try {
  process.exitCode = await run(process.argv.slice(2));
} catch (error) {
  // The message of an unexpected error may quote the input.
  const [message, help] =
    error instanceof UsageError
      ? [error.message, error.help]
      : [`an error that was not foreseen (${error instanceof Error ? error.name : typeof error})`, []];
  process.stderr.write(
    `${style(process.stderr)('red', 'momento-token-wasm:')} ${redacted(message)}\n${help.map((line) => `  ${redacted(line)}\n`).join('')}`,
  );
  process.exitCode = 2;
}
