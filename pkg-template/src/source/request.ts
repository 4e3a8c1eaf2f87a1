// Requests to the vending service: the app's URL, request or function, with the scope, lifetime and tokenId added.
import type * as Face from '../../index.js';
import type { AnswerOptions, Opened, RefreshReason } from 'wasm-glue';
import { TokenError, check, isObject, wrong } from '../common/error.js';
import { checkDisposable } from '../scope/expires.js';
import { preparePayload } from './payload.js';
import { isCredential } from '../common/quote.js';
import { absolute, copyHeaders, isUrl, urlText } from '../common/recognize.js';
import { encodePermissions, keepScope, parseScope } from '../scope/scope.js';
import { here } from './zone.js';

type Options = Face.TokenSourceOptions;

export interface Vend {
  /** Returns a request to send, or the value that the app's function returned. Rejects with a TokenError. */
  open(reason: RefreshReason, signal: AbortSignal, refreshToken: string | undefined): Promise<Opened>;
  /** Whether a refresh token is sent to the vending service. */
  renews: boolean;
  /** Two sources with the same identity request the same token from the same service. */
  identity(): unknown;
  /** The scope, lifetime and tokenId to request, in the form that the crate reads. */
  asked: Omit<AnswerOptions, 'decode'>;
}

/**
 * Checks the options once, and keeps nothing that the app may change later. The returned function checks the scope,
 * which requires WebAssembly. It throws `ERR_WASM` if the engine refuses WebAssembly, and may then be called again.
 * `shared` is whether tabs share tokens, and so compare requests.
 */
export function prepareVend(options: Options, shared: boolean): () => Vend {
  const { vend, expiresIn, tokenId, scope: given } = options;
  check(given === undefined || isObject(given), 'scope', 'a TokenScope', given);
  const readScope = given && keepScope(given);
  if (expiresIn !== undefined) checkDisposable(expiresIn);
  if (tokenId !== undefined && (typeof tokenId !== 'string' || tokenId.length > 64))
    throw wrong('TokenID must be less than or equal to 64 characters.');
  const seconds = expiresIn?.seconds;
  /** What to request, in three forms: for the crate, for a vend function, and as it is sent. */
  const ask = (scope: Face.TokenScope | undefined) => {
    const named = tokenId !== undefined && { tokenId };
    const told = {
      ...(scope && { scope: encodePermissions(scope) }),
      ...(seconds !== undefined && { expiresInMs: seconds * 1_000 }),
      ...named,
    };
    const asked = { ...(scope && { scope }), ...(expiresIn && { expiresIn }), ...named };
    const wanted = { ...asked, ...(seconds !== undefined && { expiresIn: seconds }) };
    return { told, asked, wanted };
  };
  const inZone = here();

  if (typeof vend === 'function') {
    return () => {
      const { told, asked, wanted } = ask(readScope?.());
      return {
        identity: () => wanted,
        asked: told,
        renews: true,
        open: async (reason, signal, refreshToken) => {
          const context: Face.VendContext = { signal, reason, ...asked };
          // Not enumerable, so that logging the context does not show it.
          if (refreshToken !== undefined) Object.defineProperty(context, 'refreshToken', { value: refreshToken });
          try {
            return { answer: await inZone(() => vend(context)) };
          } catch (cause) {
            throw new TokenError(
              'ERR_VEND_FUNCTION',
              'expected the vend function to return a token, found that it threw; see `cause`',
              { cause },
            );
          }
        },
      };
    };
  }

  const request: Face.VendRequest = isUrl(vend) ? { url: vend } : vend;
  check(isObject(request), 'vend', 'a URL, a request with `url`, or a function', vend);
  const { url, body, headers, credentials, allowRedirects = false } = request;
  check(isUrl(url), 'vend.url', 'a URL', url);
  const address = urlText(url);
  // It would be requested as a relative URL, and end up in logs.
  if (isCredential(address))
    throw wrong('vend: expected a URL, found what looks like a credential; a token that is in hand needs no source');
  const method = request.method ?? (body === undefined ? 'GET' : 'POST');
  check(method === 'GET' || method === 'POST', 'vend.method', "'GET' or 'POST'", method);
  if (method === 'GET' && body !== undefined) throw wrong('vend.body: expected none with GET');
  check(
    [undefined, 'omit', 'same-origin', 'include'].includes(credentials),
    'vend.credentials',
    "'omit', 'same-origin' or 'include'",
    credentials,
  );
  check(typeof allowRedirects === 'boolean', 'vend.allowRedirects', 'a boolean', allowRedirects);
  // The scope is filled in once it has been checked.
  const payload =
    method === 'POST' ? preparePayload(body, { ...(given && { scope: null }), ...ask(undefined).wanted }) : undefined;
  if (shared && payload && payload.content === undefined) {
    throw wrong(
      'vend.body: expected data, text or URLSearchParams with `shareAcrossTabs`, which compares requests by content, found a form, a Blob or bytes',
    );
  }
  const fixed = typeof headers === 'function' ? headers : headers && [...copyHeaders(headers)];
  return () => {
    const scope = readScope?.();
    // The scope is sent as JSON, which would change a key that is not a string.
    if (scope) parseScope(JSON.parse(JSON.stringify(scope)));
    const { told, wanted } = ask(scope);
    const target = payload ? address : withQuery(address, wanted);
    const content = scope && payload ? payload.body({ scope }) : payload?.content;

    // By POST only: URLs end up in logs.
    const renews = payload?.isOpen ?? false;
    return {
      asked: told,
      identity: () => [
        absolute(target)?.href ?? target,
        content ?? null,
        typeof fixed === 'function' ? null : fixed,
        credentials,
      ],
      renews,
      open: async (_, signal, refreshToken) => {
        let sent: Headers;
        try {
          sent = copyHeaders(typeof fixed === 'function' ? await inZone(fixed) : fixed);
        } catch (cause) {
          throw new TokenError(
            'ERR_VEND_FUNCTION',
            'expected `vend.headers` to return headers, found that it did not; see `cause`',
            { cause },
          );
        }
        if (!sent.has('accept')) sent.set('accept', 'application/json, text/plain;q=0.9');
        if (payload?.isJson && !sent.has('content-type')) sent.set('content-type', 'application/json');
        const init: RequestInit = { method, headers: sent, signal };
        // Some server runtimes reject an option that they do not implement, even with its default value.
        if (credentials !== undefined) init.credentials = credentials;
        if ('cache' in (globalThis.Request?.prototype ?? {})) init.cache = 'no-store';
        const more = { ...(scope && { scope }), ...(renews && refreshToken !== undefined && { refreshToken }) };
        if (payload) init.body = payload.body(payload.isOpen ? more : undefined);
        return { url: target, init, allowRedirects };
      },
    };
  };
}

/** Adds query parameters by hand, since a relative URL has no base outside a page and must stay relative. */
function withQuery(url: string, parameters: Record<string, unknown>): string {
  const entries = Object.entries(parameters).map(([name, value]) => [
    name,
    typeof value === 'object' ? JSON.stringify(value) : String(value),
  ]);
  if (entries.length === 0) return url;
  const [address = '', fragment] = url.split('#', 2);
  const query = new URLSearchParams(entries).toString();
  return address + (address.includes('?') ? '&' : '?') + query + (fragment === undefined ? '' : `#${fragment}`);
}
