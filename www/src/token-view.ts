// Shows a token as a list of names and values. Never calls token.reveal(), so the credential is not shown.
import { describeScope, type Token } from 'momento-token-wasm';
import { make, setChildren } from './dom';
import { moment } from './words';

export function showToken(list: HTMLDListElement, token: Token): void {
  setChildren(list, [
    row('Endpoint', token.endpoint ?? faint('not in this credential'), ...hosts(token)),
    row('Expires', token.expiresAt ? moment(token.expiresAt) : 'Never'),
    row('It may', ...scope(token)),
    row('Version', VERSION[token.version]),
    row('Token ID', token.tokenId ?? faint('none')),
    row('Disposable', token.disposable ? 'Yes: it expires soon and states its permissions' : 'No'),
    ...(token.warnings.length > 0 ? [row('Warnings', ...warnings(token))] : []),
  ]);
}

const VERSION: Record<Token['version'], string> = {
  v1: 'v1: endpoint, expiry and permissions are inside',
  v2: 'v2 API key: its permissions are kept at Momento',
  legacy: 'legacy: from before permissions',
  session: 'session: of a user signed in to Momento',
};

function row(name: string, ...values: (Node | string)[]): HTMLElement {
  return make('div', 'fact', make('dt', '', name), make('dd', '', ...values));
}

const faint = (text: string) => make('span', 'faint', text);

function hosts({ endpoints }: Token): HTMLElement[] {
  if (!endpoints) return [];
  const named = [
    ['cache', endpoints.cacheEndpoint],
    ['control', endpoints.controlEndpoint],
    ['token', endpoints.tokenEndpoint],
  ] as const;
  // Most hosts begin with their purpose.
  const line = (what: string, host: string) =>
    make('li', '', ...(host.startsWith(`${what}.`) ? [] : [faint(`${what}: `)]), host);
  return [make('ul', 'hosts', ...named.map(([what, host]) => line(what, host)))];
}

function scope(token: Token): HTMLElement[] {
  if (token.scope === undefined) return [faint('not stated in this credential')];
  return [make('ul', 'scope', ...describeScope(token.scope).map((sentence) => make('li', '', sentence)))];
}

function warnings({ warnings }: Token): HTMLElement[] {
  return warnings.map(({ code, message }) => make('p', 'warning', make('code', '', code), ` ${message}`));
}
