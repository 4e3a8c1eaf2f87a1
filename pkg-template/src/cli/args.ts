// Parses the options of a command. Unknown options are errors, which never quote a possible credential.
import { type ParseArgsConfig, parseArgs } from 'node:util';
import type { OptionRow } from './options.js';
import { UsageError, quoted } from './usage-error.js';

type Config = NonNullable<ParseArgsConfig['options']>;

export interface ParsedArgs {
  flags: Record<string, string | boolean | (string | boolean)[] | undefined>;
  rest: string[];
}

export function parse(command: string, args: string[], rows: readonly OptionRow[]): ParsedArgs {
  const known: Config = { help: { type: 'boolean', short: 'h' } };
  for (const { name, value, multiple = false } of rows.flatMap(([options]) => options))
    known[name] = { type: value === undefined ? 'boolean' : 'string', multiple };
  const { tokens } = parseArgs({ args, options: known, strict: false, allowPositionals: true, tokens: true });
  const given: ParsedArgs = { flags: {}, rest: [] };
  const advice = `momento-token-wasm ${command} --help`;
  for (const token of tokens) {
    if (token.kind === 'positional') given.rest.push(token.value);
    if (token.kind !== 'option') continue;
    const option = Object.hasOwn(known, token.name) ? known[token.name] : undefined;
    if (!option) throw new UsageError(`unknown option ${quoted(token.rawName)}`, `See: ${advice}`);
    if (option.type === 'boolean' && token.value !== undefined)
      throw new UsageError(`${token.rawName} takes no value`, `See: ${advice}`);
    if (
      option.type === 'string' &&
      (token.value === undefined || (!token.inlineValue && token.value.startsWith('--')))
    ) {
      throw new UsageError(`${token.rawName} needs a value`, `See: ${advice}`);
    }
    const value = token.value ?? true;
    if (option.multiple)
      given.flags[token.name] = [...((given.flags[token.name] as (string | boolean)[] | undefined) ?? []), value];
    else if (given.flags[token.name] !== undefined) throw new UsageError(`${token.rawName} is given twice`);
    else given.flags[token.name] = value;
  }
  return given;
}
