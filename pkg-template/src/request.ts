// What is asked of the vending service: the app's URL, request or function, with scope, lifetime and tokenId put in.
import type * as Face from '../index.js';
import { TokenError, check, isObject, wrong } from './error.js';
import { checkDisposable } from './expires.js';
import { preparePayload } from './payload.js';
import { encodePermissions, parseScope } from './scope.js';
import { absolute, send } from './send.js';

type Options = Face.TokenSourceOptions;

export interface Vend {
  /** Asks once: a promise of a `Response`, or of what the app's function returns. Rejects with a TokenError. */
  open(reason: Face.VendContext['reason'], signal: AbortSignal, refreshToken: string | undefined): Promise<unknown>;
  /** A refresh token reaches the service. */
  renews: boolean;
  /** All that is asked for, and of whom: two sources alike in this want the same token. */
  identity(): unknown;
  /** What is asked for, as the crate reads it (src/js/answer.rs). */
  wanted: { readonly asked: string; readonly expiresIn: number };
}

/** Checks the options once, and keeps nothing that the app may change later. `shared`: tabs recognise one another by them. */
export function prepareVend(options: Options, shared: boolean): Vend {
  const { vend, expiresIn, tokenId, scope: given } = options;
  check(given === undefined || isObject(given), 'scope', 'a TokenScope', given);
  const scope = given && parseScope(given);
  if (expiresIn !== undefined) checkDisposable(expiresIn);
  if (tokenId !== undefined && (typeof tokenId !== 'string' || tokenId.length > 64)) throw wrong('TokenID must be less than or equal to 64 characters.');
  // A line of ASCII each.
  const id = tokenId === undefined ? '' : JSON.stringify(tokenId).replace(/[^ -~]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
  const told = { asked: `${scope ? encodePermissions(scope) : ''}\n${id}`, expiresIn: expiresIn ? expiresIn.seconds * 1_000 : Infinity };
  const asked = { ...(scope && { scope }), ...(expiresIn && { expiresIn }), ...(tokenId !== undefined && { tokenId }) };
  const wanted = { ...asked, ...(expiresIn && { expiresIn: expiresIn.seconds }) };

  if (typeof vend === 'function') {
    return {
      identity: () => wanted,
      wanted: told,
      renews: true,
      open: async (reason, signal, refreshToken) => {
        const context: Face.VendContext = { signal, reason, ...asked };
        // Not to be seen by whoever logs the context.
        if (refreshToken !== undefined) Object.defineProperty(context, 'refreshToken', { value: refreshToken });
        try {
          return await vend(context);
        } catch (cause) {
          throw new TokenError('ERR_VEND_FUNCTION', 'expected the vend function to return a token, found that it threw; see `cause`', { cause });
        }
      },
    };
  }

  // What is sent is JSON, which would make other data of a key that is not text.
  if (scope) parseScope(JSON.parse(JSON.stringify(scope)));
  const request: Face.VendRequest = typeof vend === 'string' || vend instanceof URL ? { url: vend } : vend;
  check(isObject(request), 'vend', 'a URL, a request with `url`, or a function', vend);
  const { url, body, headers, credentials, allowRedirects = false } = request;
  check(typeof url === 'string' || url instanceof URL, 'vend.url', 'a URL', url);
  const method = request.method ?? (body === undefined ? 'GET' : 'POST');
  check(method === 'GET' || method === 'POST', 'vend.method', "'GET' or 'POST'", method);
  if (method === 'GET' && body !== undefined) throw wrong('vend.body: expected none with GET');
  check([undefined, 'omit', 'same-origin', 'include'].includes(credentials), 'vend.credentials', "'omit', 'same-origin' or 'include'", credentials);
  check(typeof allowRedirects === 'boolean', 'vend.allowRedirects', 'a boolean', allowRedirects);
  const payload = method === 'POST' ? preparePayload(body, wanted) : undefined;
  if (shared && payload && payload.content === undefined) {
    throw wrong(
      'vend.body: expected data, text or URLSearchParams with `shareAcrossTabs`, which compares requests by content, found a form, a Blob or bytes',
    );
  }
  const fixed = typeof headers === 'function' ? headers : headers && [...new Headers(headers)];
  const target = payload ? String(url) : withQuery(String(url), wanted);

  // By POST alone: URLs end up in logs.
  const renews = payload?.isOpen ?? false;
  return {
    wanted: told,
    identity: () => {
      const compared = typeof fixed === 'function' ? null : fixed;
      return [absolute(target)?.href ?? target, payload?.content ?? null, compared, credentials];
    },
    renews,
    open: async (_, signal, refreshToken) => {
      let sent: Headers;
      try {
        sent = new Headers(typeof fixed === 'function' ? await fixed() : fixed);
      } catch (cause) {
        throw new TokenError('ERR_VEND_FUNCTION', 'expected `vend.headers` to return headers, found that it did not; see `cause`', { cause });
      }
      if (!sent.has('accept')) sent.set('accept', 'application/json, text/plain;q=0.9');
      if (payload?.isJson && !sent.has('content-type')) sent.set('content-type', 'application/json');
      const init: RequestInit = { method, headers: sent, signal };
      // Workers of one kind refuse to be told even what they would do anyhow.
      if (credentials !== undefined) init.credentials = credentials;
      if ('cache' in (globalThis.Request?.prototype ?? {})) init.cache = 'no-store';
      if (payload) init.body = payload.body(renews && refreshToken !== undefined ? { refreshToken } : undefined);
      return send(target, init, allowRedirects);
    },
  };
}

/** Adds query parameters by hand: a relative URL has no base outside a page, and must stay as it is. */
function withQuery(url: string, parameters: Record<string, unknown>): string {
  const entries = Object.entries(parameters).map(([name, value]) => [name, typeof value === 'object' ? JSON.stringify(value) : String(value)]);
  if (entries.length === 0) return url;
  const [address = '', fragment] = url.split('#', 2);
  const query = new URLSearchParams(entries).toString();
  return address + (address.includes('?') ? '&' : '?') + query + (fragment === undefined ? '' : `#${fragment}`);
}
