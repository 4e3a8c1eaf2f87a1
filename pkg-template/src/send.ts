// One request to the vending service: which redirects it may take, and what its failure may mean.
import { discard } from './body.js';
import { TokenError } from './error.js';

/** The most redirects that are followed where the engine shows where they lead. */
const MAX_HOPS = 5;

/** Headers of a body; a redirect that drops the body drops them too (Fetch standard, HTTP-redirect fetch). */
const BODY_HEADERS = ['content-encoding', 'content-language', 'content-location', 'content-type'];

/**
 * Sends one request to `url`, and never a second one to find out where a redirect leads.
 *
 * Redirects are followed to any origin with `allowRedirects`, and otherwise within the URL's origin only. Rejects with
 * a {@link TokenError}.
 */
export async function send(url: string, init: RequestInit, allowRedirects: boolean): Promise<Response> {
  const page = pageOrigin();
  const isOwn = page !== undefined && page !== 'null' && absolute(url)?.origin === page;
  try {
    if (allowRedirects) return await fetch(url, init);
    if (page === undefined) return await followWithinOrigin(url, init);
    // The engine follows redirects at the page's own origin and fails at the first that leaves it. `redirect` stays
    // 'follow', its default: an answer whose redirects a service worker followed is refused to other requests.
    if (isOwn) return await fetch(url, { ...init, mode: 'same-origin' });
    const response = await fetch(url, { ...init, redirect: 'manual' });
    if (response.type !== 'opaqueredirect' && locationOf(response) === undefined) return response;
    discard(response.body);
  } catch (cause) {
    throw cause instanceof TokenError ? cause : unreachable(cause, isOwn && !allowRedirects);
  }
  throw redirected("a redirect at an origin other than the page's");
}

/** The URL as the page or worker resolves it; undefined where it is none, or relative without a page. */
export function absolute(url: string): URL | undefined {
  const { document, location } = globalThis as Partial<typeof globalThis>;
  return parse(url, document?.baseURI ?? location?.href);
}

/** Where nothing but the URL itself says where it is: redirects are followed one by one, as `fetch` follows them. */
async function followWithinOrigin(url: string, init: RequestInit): Promise<Response> {
  for (let hops = 0; ; hops++) {
    const response = await fetch(url, { ...init, redirect: 'manual' });
    const location = locationOf(response);
    if (location === undefined && response.type !== 'opaqueredirect') return response;
    discard(response.body);
    const from = response.url || url;
    const next = parse(location ?? '', from);
    // `fetch` refuses a URL with a user name or password in it, in an error that quotes them.
    const leavesOrigin = !next || next.origin !== parse(from)?.origin || next.username !== '' || next.password !== '';
    if (leavesOrigin || location === undefined) throw redirected('a redirect away from its origin');
    if (hops === MAX_HOPS) throw redirected(`more than ${MAX_HOPS} redirects`);
    url = next.href;
    if (response.status < 307 && init.method === 'POST') init = withoutBody(init);
  }
}

function withoutBody({ body: _, ...init }: RequestInit): RequestInit {
  const headers = new Headers(init.headers);
  for (const name of BODY_HEADERS) headers.delete(name);
  return { ...init, method: 'GET', headers };
}

/** Where a redirect leads; undefined for an answer that is none. */
function locationOf({ status, headers }: Response): string | undefined {
  return [301, 302, 303, 307, 308].includes(status) ? headers.get('location') || undefined : undefined;
}

/**
 * The origin of the page or browser worker that this runs in: `'null'` where it is opaque, as in a sandboxed frame.
 * Undefined where there is none, as on servers.
 */
function pageOrigin(): string | undefined {
  const { location, origin, Deno, Bun } = globalThis as Partial<typeof globalThis> & { Deno?: unknown; Bun?: unknown };
  // Both can have a location (`deno run --location`, a page simulated for tests), but their `fetch` ignores `mode`, and
  // would leave the origin.
  if (Deno || Bun || typeof location?.origin !== 'string') return undefined;
  // A sandboxed frame's location has the origin of its URL all the same. (Cloudflare Workers have an `origin`, but no
  // location.)
  return typeof origin === 'string' ? origin : location.origin;
}

const redirected = (found: string): TokenError =>
  new TokenError(
    'ERR_VEND_REDIRECT',
    `expected an answer from the vending service, found ${found}, which was not followed: ` +
      "the user's session may have ended; if not, name the final URL, or set `vend.allowRedirects`",
  );

function unreachable(cause: unknown, isOwn: boolean): TokenError {
  const redirect = isOwn
    ? "a redirect away from the page's origin (the user's session may have ended)"
    : 'a redirect of its preflight';
  const policy = 'blocked by CORS or by a Content Security Policy (`connect-src`)';
  const found = `found no way to it: offline, ${policy}, ${redirect}, or a wrong URL; see \`cause\``;
  return new TokenError('ERR_VEND_NETWORK', `expected an answer from the vending service, ${found}`, { cause });
}

export function parse(url: string, base?: string): URL | undefined {
  try {
    return new URL(url, base);
  } catch {
    return undefined;
  }
}
