// Options of a command, strictly: what is not known is an error, which quotes nothing that may be a credential.
import { type ParseArgsConfig, parseArgs } from 'node:util';
import { UsageError, quoted } from './usage-error.js';

type Options = NonNullable<ParseArgsConfig['options']>;

export interface ParsedArgs {
  flags: Record<string, string | boolean | (string | boolean)[] | undefined>;
  rest: string[];
}

export function parse(command: string, args: string[], options: Options): ParsedArgs {
  const { tokens } = parseArgs({
    args,
    options: { ...options, help: { type: 'boolean', short: 'h' } },
    strict: false,
    allowPositionals: true,
    tokens: true,
  });
  const known: Options = { ...options, help: { type: 'boolean' } };
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
