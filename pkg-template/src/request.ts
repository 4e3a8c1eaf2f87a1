// What is asked of the vending service: the app's URL, request or function, with scope, lifetime and tokenId put in.
import type * as Face from '../index.js';
import { TokenError, argumentError } from './error.js';
import { checkDisposable } from './expires.js';
import { parseScope } from './scope.js';

type Options = Face.TokenSourceOptions;
type Open = (reason: Face.VendContext['reason'], signal: AbortSignal) => Promise<unknown>;

/** Checks the options once; what comes back is called for each request. */
export function prepareVend(options: Options): Open {
  const { vend, expiresIn, tokenId } = options;
  if (options.scope !== undefined && (typeof options.scope !== 'object' || options.scope === null)) {
    throw argumentError('scope', 'a TokenScope', options.scope);
  }
  const scope = options.scope && parseScope(options.scope);
  if (expiresIn !== undefined) checkDisposable(expiresIn);
  if (tokenId !== undefined && (typeof tokenId !== 'string' || tokenId.length > 64)) {
    throw new TokenError('ERR_ARGUMENT', 'TokenID must be less than or equal to 64 characters.');
  }
  const wanted = { ...(scope && { scope }), ...(expiresIn && { expiresIn: expiresIn.seconds }), ...(tokenId !== undefined && { tokenId }) };

  if (typeof vend === 'function') {
    const asked = { ...(scope && { scope }), ...(expiresIn && { expiresIn }), ...(tokenId !== undefined && { tokenId }) };
    return async (reason, signal) => vend({ signal, reason, ...asked });
  }

  // What is sent is JSON, which would make other data of a key that is not text.
  if (scope) parseScope(JSON.parse(JSON.stringify(scope)));
  const request: Face.VendRequest = typeof vend === 'string' || vend instanceof URL ? { url: vend } : vend;
  if (typeof request !== 'object' || request === null || !(typeof request.url === 'string' || request.url instanceof URL)) {
    throw argumentError('vend', 'a URL, a request with `url`, or a function', vend);
  }
  const { url, body, headers, credentials = 'same-origin' } = request;
  const method = request.method ?? (body === undefined ? 'GET' : 'POST');
  if (method !== 'GET' && method !== 'POST') throw argumentError('vend.method', "'GET' or 'POST'", method);
  if (method === 'GET' && body !== undefined) throw new TokenError('ERR_ARGUMENT', 'vend.body: expected none with GET');

  return async (_, signal) => {
    const init: RequestInit = { method, credentials, signal, cache: 'no-store' };
    const sent = new Headers(typeof headers === 'function' ? await headers() : headers);
    if (!sent.has('accept')) sent.set('accept', 'application/json, text/plain;q=0.9');
    init.headers = sent;
    let target = String(url);
    if (method === 'POST') {
      const plain = body === undefined || (typeof body === 'object' && body !== null && !Array.isArray(body));
      init.body = JSON.stringify(plain ? { ...body, ...wanted } : body);
      if (!sent.has('content-type')) sent.set('content-type', 'application/json');
    } else {
      target = withQuery(target, wanted);
    }
    return fetch(target, init);
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
