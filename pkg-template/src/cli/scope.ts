// `scope`: builds, encodes, decodes and describes scopes.
import {
  AllCacheItems,
  AllCaches,
  AllFunctions,
  AllTopics,
  CacheRole,
  FunctionRole,
  TokenError,
  type TokenScope,
  TopicRole,
  decodePermissions,
  describeScope,
  encodePermissions,
  keyVersion,
  parseScope,
} from 'momento-token-wasm';
import { printable } from '../scan/report.js';
import { type ParsedArgs, parse } from './args.js';
import { UsageError, quoted } from './usage-error.js';
import { decode } from './inspect.js';
import { type Input, read } from './input.js';
import { parseJson } from './json.js';
import { PERMISSION, SCOPE, SCOPE_BUILD, namesOf } from './options.js';
import { hasBytes, plainScope } from './plain.js';

const ENDPOINT = { endpointOverrides: { baseEndpoint: 'localhost' } }; // not used, but required to decode

export function scope(args: string[]): number {
  const [action, ...rest] = args;
  switch (action) {
    case 'build':
      return build(rest);
    case 'encode': {
      const { flags, rest: values } = parse('scope', rest, SCOPE);
      return print(encoded(fromJson(read('scope', values, flags.file).text)));
    }
    case 'decode': {
      const { flags, rest: values } = parse('scope', rest, SCOPE);
      return print(json(decoded(read('claim p or token', values, flags.file))));
    }
    case 'describe': {
      const { flags, rest: values } = parse('scope', rest, SCOPE);
      const input = read('scope, claim p or token', values, flags.file);
      return print(described(/^[\s\ufeff]*[{[]/.test(input.text) ? fromJson(input.text) : decoded(input)));
    }
    default:
      throw new UsageError(
        action === undefined ? 'expected an action' : `unknown action ${quoted(action)}`,
        'One of build, encode, decode, describe. See: momento-token-wasm scope --help',
      );
  }
}

/** For each selector of a permission, its options for one, for a prefix and for all, and the fields they set. */
const SELECTORS = [
  ['item', 'key', 'key-prefix', 'all-items', 'key', 'keyPrefix', AllCacheItems],
  ['topic', 'topic', 'topic-prefix', 'all-topics', 'name', 'namePrefix', AllTopics],
  ['func', 'function', 'function-prefix', 'all-functions', 'name', 'namePrefix', AllFunctions],
] as const;
const ROLES: readonly string[] = [CacheRole, TopicRole, FunctionRole].flatMap((roles) => Object.values(roles));
const GLOBAL_OPTIONS = new Set(namesOf(SCOPE_BUILD));

function build(args: string[]): number {
  const groups = split(args).map((group) => parse('scope', group, [...PERMISSION, ...SCOPE_BUILD]));
  const global = Object.assign({}, ...groups.map(({ flags }) => flags)) as ParsedArgs['flags'];
  if (global.encode && global.describe) throw new UsageError('expected either --encode or --describe, found both');
  const values = groups.flatMap(({ rest }) => rest);
  const specified = groups.filter(({ flags }) => Object.keys(flags).some((name) => !GLOBAL_OPTIONS.has(name)));
  if (specified.length > 0 && (values.length > 0 || global.file !== undefined))
    throw new UsageError('expected a scope in options or in JSON, found both');
  if (specified.length > 0 && specified.length < groups.length)
    throw new UsageError('expected a permission on both sides of --and');
  const built =
    specified.length > 0
      ? validated({ permissions: specified.map(({ flags }, index) => permission(flags, index)) })
      : fromJson(read('scope', values, global.file).text);
  return print(global.encode ? encoded(built) : global.describe ? described(built) : json(built));
}

function split(args: string[]): string[][] {
  const groups: string[][] = [[]];
  for (const arg of args) arg === '--and' ? groups.push([]) : groups.at(-1)?.push(arg);
  return groups;
}

function permission(flags: ParsedArgs['flags'], index: number): object {
  const fail = (message: string): never => {
    throw new UsageError(`permission ${index + 1}: ${message}`, 'See: momento-token-wasm scope --help');
  };
  const { role } = flags;
  if (typeof role !== 'string') return fail('expected --role');
  if (!ROLES.includes(role)) return fail(`expected a --role out of ${ROLES.join(', ')}, found ${quoted(role)}`);
  if ((flags.cache === undefined) === (flags['all-caches'] === undefined))
    return fail('expected either --cache or --all-caches');
  const chosen = SELECTORS.flatMap(([field, one, prefix, all, name, namePrefix, constant]) => {
    const values: [string, unknown][] = [];
    if (flags[one] !== undefined) values.push([field, { [name]: flags[one] }]);
    if (flags[prefix] !== undefined) values.push([field, { [namePrefix]: flags[prefix] }]);
    if (flags[all] !== undefined) values.push([field, constant]);
    return values;
  });
  if (chosen.length > 1)
    return fail(
      'expected one of the options for items, topics and functions, found several; --and begins the next permission',
    );
  return { role, cache: flags['all-caches'] ? AllCaches : flags.cache, ...Object.fromEntries(chosen) };
}

const fromJson = (text: string): TokenScope => validated(parseJson('a scope', text));

/** Validates a scope. On failure, reports the error, its position, and the permission itself. */
function validated(value: unknown): TokenScope {
  try {
    return parseScope(value);
  } catch (error) {
    if (!(error instanceof TokenError)) throw error;
    const [, place, reason] = /^(permissions\[\d+\][^:]*|permissions): (.*)$/s.exec(error.message) ?? [];
    const index = /\[(\d+)\]/.exec(place ?? '')?.[1];
    const list = (value as { permissions?: unknown } | null)?.permissions;
    if (place === undefined || reason === undefined) throw new UsageError(`${error.code}: ${error.message}`);
    const lines: string[] = [];
    if (index !== undefined && Array.isArray(list)) {
      const field = /\]\.(.+)$/.exec(place)?.[1];
      lines.push(
        `permission ${Number(index) + 1} of ${list.length}${field ? `, field ${field}` : ''}: ${excerpt(list[Number(index)])}`,
      );
    }
    throw new UsageError(`${error.code}: ${place}: ${reason}`, ...lines);
  }
}

function excerpt(value: unknown): string {
  const text = JSON.stringify(value) ?? 'undefined';
  // A scope contains no credential, but the input may be anything.
  if (/e[yw][A-Za-z0-9+/=_-]{6}/.test(text)) return '(not shown: it may hold a credential)';
  return printable(text.length > 200 ? `${text.slice(0, 200)}…` : text);
}

function decoded(input: Input): TokenScope | 'super-user' {
  if (keyVersion(input.text) !== 'unknown') {
    const token = decode(input, ENDPOINT);
    if (token.scope !== undefined) return token.scope;
    const { message } = token.warnings.find(({ code }) => code === 'WARN_SCOPE_NOT_UNDERSTOOD') ?? {
      message: `a ${token.version} credential does not say what it permits`,
    };
    throw new UsageError(message);
  }
  try {
    return decodePermissions(input.text.trim());
  } catch (error) {
    if (error instanceof TokenError) throw new UsageError(`${error.code}: ${error.message}`);
    throw error;
  }
}

function json(value: TokenScope | 'super-user'): string {
  if (hasBytes(value))
    process.stderr.write('Note: a key is not text; it is shown as { "hex": … }, which JSON scopes do not take.\n');
  return JSON.stringify(plainScope(value), null, 2);
}

const encoded = (value: TokenScope): string => encodePermissions(value);
const described = (value: TokenScope | 'super-user'): string => describeScope(value).map(printable).join('\n');

function print(text: string): number {
  process.stdout.write(`${text}\n`);
  return 0;
}
