// TokenSources under observation, in a page or a worker. What it gives is plain data, for a test outside the browser to
// read.
import { TokenSource } from './token.js';

/** How often it is looked whether there is a valid token. */
const LOOK_MS = 50;

export function laboratory() {
  const sources = new Map();
  const trueNow = () => (globalThis.clocks ?? { trueNow: Date.now }).trueNow();

  /**
   * `tab` is who the service is told is asking: in a function's headers, which tell no groups of tabs apart.
   * `byFunction`: the app sends the request.
   */
  function open(name, { tab, vend = 'token', byFunction = false, ...options } = {}) {
    const url = new URL(vend, location.href);
    const headers = () => (tab === undefined ? {} : { 'x-tab': tab });
    const source = new TokenSource({
      vend: byFunction
        ? () => fetch(url, { headers: headers(), cache: 'no-store' })
        : tab === undefined
          ? url
          : { url, headers },
      ...options,
    });
    const seen = { source, tokens: [], errors: [], statuses: [], gaps: [] };
    sources.set(name, seen);
    source.addEventListener('token', ({ detail }) => seen.tokens.push({ id: detail.tokenId, at: trueNow() }));
    source.addEventListener('error', ({ detail }) =>
      seen.errors.push({ code: detail.code, status: detail.status, at: trueNow() }),
    );
    source.addEventListener('status', ({ detail }) => seen.statuses.push(detail));
    seen.look = setInterval(() => look(seen), LOOK_MS);
  }

  /** Notes for how long there was no valid token, once there has been one, by the true clock. */
  function look(seen) {
    const token = seen.source.current;
    const now = trueNow();
    const valid = token !== undefined && token.expiresAt.getTime() > now;
    if (token && !valid) seen.errors.push({ code: 'EXPIRED TOKEN IN HAND', at: now });
    if (valid) {
      if (seen.since !== undefined) seen.gaps.push({ from: seen.since, to: now });
      seen.since = undefined;
    } else if (seen.tokens.length > 0) seen.since ??= now;
  }

  /** One attempt: the token's id, or the error's code and message. */
  async function attempt(vend) {
    const source = new TokenSource({ vend, start: 'on-demand' });
    try {
      return { id: (await source.getToken()).tokenId };
    } catch ({ code, message }) {
      return { code, message };
    } finally {
      source.close();
    }
  }

  const of = (name) => sources.get(name).source;
  return {
    open,
    attempt,
    source: of,
    /** The token's id, or the error's code. */
    get: (name, options) =>
      of(name)
        .getToken(options)
        .then(
          (token) =>
            token.expiresAt.getTime() > trueNow() ? { id: token.tokenId } : { id: token.tokenId, expired: true },
          (error) => ({ code: error.code ?? String(error), status: error.status }),
        ),
    state(name) {
      const { source, tokens, errors, statuses, gaps, since } = sources.get(name);
      return { status: source.status, id: source.current?.tokenId, tokens, errors, statuses, gaps, gapNow: since };
    },
    reject: (name, times = 1) => {
      const token = of(name).current;
      for (let time = 0; time < times; time++) of(name).reportRejected(token);
    },
    close(name) {
      clearInterval(sources.get(name).look);
      of(name).close();
    },
    /** The package's locks here: held, and waited for. */
    async locks() {
      const { held, pending } = await navigator.locks.query();
      return [...held, ...pending].map((lock) => lock.name).filter((lock) => lock.startsWith('momento'));
    },
  };
}
