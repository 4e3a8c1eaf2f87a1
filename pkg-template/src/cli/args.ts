// Options of a command, strictly: what is not known is an error, which quotes nothing that may be a credential.
import { type ParseArgsConfig, parseArgs } from 'node:util';
import { Fail, named } from './fail.js';

type Options = NonNullable<ParseArgsConfig['options']>;

export interface Given {
  flags: Record<string, string | boolean | (string | boolean)[] | undefined>;
  rest: string[];
}

export function parse(command: string, args: string[], options: Options): Given {
  const { tokens } = parseArgs({
    args,
    options: { ...options, help: { type: 'boolean', short: 'h' } },
    strict: false,
    allowPositionals: true,
    tokens: true,
  });
  const known: Options = { ...options, help: { type: 'boolean' } };
  const given: Given = { flags: {}, rest: [] };
  const advice = `momento-token-wasm ${command} --help`;
  for (const token of tokens) {
    if (token.kind === 'positional') given.rest.push(token.value);
    if (token.kind !== 'option') continue;
    const option = Object.hasOwn(known, token.name) ? known[token.name] : undefined;
    if (!option) throw new Fail(`unknown option ${named(token.rawName)}`, `See: ${advice}`);
    if (option.type === 'boolean' && token.value !== undefined)
      throw new Fail(`${token.rawName} takes no value`, `See: ${advice}`);
    if (
      option.type === 'string' &&
      (token.value === undefined || (!token.inlineValue && token.value.startsWith('--')))
    ) {
      throw new Fail(`${token.rawName} needs a value`, `See: ${advice}`);
    }
    const value = token.value ?? true;
    if (option.multiple)
      given.flags[token.name] = [...((given.flags[token.name] as (string | boolean)[] | undefined) ?? []), value];
    else if (given.flags[token.name] !== undefined) throw new Fail(`${token.rawName} is given twice`);
    else given.flags[token.name] = value;
  }
  return given;
}
