// `inspect`: describes a credential without revealing it.
import { type DecodeOptions, type Token, TokenError, decodeToken, describeScope } from 'momento-token-wasm';
import { fingerprintOf } from '../scan/classify.js';
import { printable } from '../scan/report.js';
import { iso, relative } from '../scan/times.js';
import { parse } from './args.js';
import { UsageError } from './usage-error.js';
import { type Input, read } from './input.js';
import { INSPECT } from './options.js';
import { plainScope } from './plain.js';
import { style } from './style.js';

export function inspect(args: string[]): number {
  const { flags, rest } = parse('inspect', args, INSPECT);
  const input = read('credential', rest, flags.file);
  const options: DecodeOptions = {};
  if (typeof flags.endpoint === 'string') options.endpoint = flags.endpoint;
  if (flags['allow-suffix']) options.allowedEndpointSuffixes = flags['allow-suffix'] as string[];
  const token = decode(input, options);
  const now = Date.now();
  process.stdout.write(flags.json ? `${JSON.stringify(asJson(token, now), null, 2)}\n` : asText(token, now));
  return token.warnings.length > 0 ? 1 : 0;
}

/** Decodes the input of a command. */
export function decode(input: Input, options?: DecodeOptions): Token {
  if (input.isArgument) warnAboutHistory();
  try {
    return decodeToken(input.text, options);
  } catch (error) {
    if (error instanceof TokenError) throw new UsageError(`${error.code}: ${error.message}`, ...advice(error.code));
    throw error;
  }
}

/** Warns about a credential on the command line. */
export function warnAboutHistory(): void {
  process.stderr.write(
    'Hint: shell history and the list of processes keep an argument; give it by --file or standard input.\n',
  );
}

const advice = (code: string): string[] =>
  code === 'ERR_ENDPOINT_NOT_ALLOWED'
    ? ['If you trust the host (of a private cell, for example): --allow-suffix SUFFIX']
    : [];

function asJson(token: Token, now: number): object {
  const { version, disposable, endpoint, endpoints, expiresAt, tokenId, subject, scope, warnings } = token;
  const left = token.remainingMs(now);
  return {
    version,
    disposable,
    endpoint: endpoint ?? null,
    endpoints: endpoints
      ? { cache: endpoints.cacheEndpoint, control: endpoints.controlEndpoint, token: endpoints.tokenEndpoint }
      : null,
    expiresAt: expiresAt ? expiresAt.toISOString() : null,
    expired: token.isExpired(now),
    remainingSeconds: left === Infinity ? null : Math.floor(left / 1000),
    tokenId: tokenId ?? null,
    subject: subject ?? null,
    scope: scope === undefined ? null : plainScope(scope),
    description: scope === undefined ? [] : describeScope(scope),
    warnings: warnings.map(({ code, message }) => ({ code, message })),
    fingerprint: fingerprintOf(token.reveal()),
  };
}

const NAMES: Record<Token['version'], string> = {
  v1: 'v1 API key',
  v2: 'v2 API key',
  legacy: 'legacy token',
  session: 'session token',
};

function asText(token: Token, now: number): string {
  const paint = style(process.stdout);
  const { endpoint, endpoints, expiresAt, scope, tokenId, subject, warnings } = token;
  const lines: string[] = [];
  const row = (label: string, first: string, ...more: string[]): void => {
    lines.push(
      `${paint('dim', label.padEnd(10))} ${printable(first)}`,
      ...more.map((text) => `${' '.repeat(11)}${printable(text)}`),
    );
  };
  row('Version', token.disposable ? `${token.version}: disposable token` : NAMES[token.version]);
  if (endpoint !== undefined) row('Endpoint', endpoint);
  if (endpoints)
    row(
      'Endpoints',
      `cache ${endpoints.cacheEndpoint}`,
      `control ${endpoints.controlEndpoint}`,
      `token ${endpoints.tokenEndpoint}`,
    );
  else row('Endpoint', 'none: the credential carries none (--endpoint HOST)');
  if (expiresAt)
    row(
      token.isExpired(now) ? 'Expired' : 'Expires',
      `${iso(expiresAt.getTime())} (${relative(expiresAt.getTime(), now)})`,
    );
  else row('Expires', token.version === 'session' ? 'not known: the token does not say' : 'never');
  if (scope === undefined) row('Scope', 'not known: the credential does not say, or not in a form that is understood');
  else row('Scope', ...(describeScope(scope) as [string, ...string[]]));
  if (tokenId !== undefined) row('Token ID', tokenId);
  if (subject !== undefined) row('Subject', subject);
  for (const { code, message } of warnings)
    lines.push(`${paint('yellow', 'Warning'.padEnd(10))} ${printable(message)} ${paint('dim', `(${code})`)}`);
  return `${lines.join('\n')}\n`;
}
