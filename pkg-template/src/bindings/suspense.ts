// What a component that suspends needs to know of an attempt to get a token: the promise it waits for, and the error it
// throws.
//
// React throws the state of a component away when it suspends before it is mounted, so the attempt is kept beside its
// source. An error must be thrown each time that React renders the component before the error boundary is on the page,
// or the component would ask again and the boundary would never be reached; and no longer once it is there, because the
// next render is then the boundary's reset.
import { TokenError, type TokenSource } from 'momento-token-wasm';
import { version } from './react-hooks.js';

interface Attempt {
  /** Resolves when it is over, whatever came of it. Not a promise, to see when React begins to wait. */
  readonly over: PromiseLike<void>;
  /** When React last began to wait: it does so while it renders, and again when the fallback is on the page. */
  waitingSince: number;
  failure?: { readonly error: TokenError; readonly at: number };
  /** How often the error was thrown. */
  thrown: number;
}

/**
 * React 19 may put off what it renders when a promise has settled until the fallback has been on the page for so long.
 * An attempt does not fail before that: an error that waits could be rendered once more at any time.
 */
const FALLBACK_THROTTLE_MS = 300;

/**
 * React renders a tree that threw an error once more before it shows the boundary, and starts over where the page
 * renders something else meanwhile. So an error that was thrown by one render is about to be thrown again, however long
 * React takes to come back to it.
 */
const SECOND_RENDER_MS = 300;

/** How often an error is thrown by two renders. React 18 in development repeats each throw. */
const THROWS_OF_TWO_RENDERS = version?.startsWith('18.') ? 3 : 2;

/** An error that nobody has rendered by then concerns nobody any more. */
const STALE_AFTER_MS = 5_000;

const attempts = new WeakMap<TokenSource, Attempt>();

/** Sources whose last attempt failed, and whose error was thrown: whoever asks next does so anew. */
const failed = new WeakSet<TokenSource>();

/** A token arrived: the next attempt has nothing to do with the last one. */
export function forget(source: TokenSource): void {
  attempts.delete(source);
  failed.delete(source);
}

/** Never returns: throws the error of an attempt that failed, or what React is to wait for. */
export function suspend(source: TokenSource): never {
  if (source.status === 'closed')
    throw new TokenError('ERR_CLOSED', 'useSuspenseToken: expected an open TokenSource, found one that was closed');
  let attempt = attempts.get(source);
  if (attempt?.failure && attempt.thrown === 0 && performance.now() - attempt.failure.at > STALE_AFTER_MS)
    attempt = undefined;
  if (!attempt) attempts.set(source, (attempt = begin(source)));
  const { failure, over } = attempt;
  if (!failure) throw over;
  const times = ++attempt.thrown;
  afterRendering(times < THROWS_OF_TWO_RENDERS ? SECOND_RENDER_MS : 0, () => {
    if (attempt.thrown !== times || attempts.get(source) !== attempt) return;
    attempts.delete(source);
    failed.add(source);
  });
  throw failure.error;
}

function begin(source: TokenSource): Attempt {
  // Without waiting for the source's own next attempt, where that is what a boundary's reset is to bring about.
  const promise = source.getToken(failed.has(source) ? { forceRefresh: true } : undefined).then(
    () => forget(source),
    async (error: TokenError) => {
      const wait = attempt.waitingSince + FALLBACK_THROTTLE_MS - performance.now();
      if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
      attempt.failure = { error, at: performance.now() };
    },
  );
  const attempt: Attempt = {
    over: {
      then(...callbacks) {
        attempt.waitingSince = performance.now();
        return promise.then(...callbacks);
      },
    },
    waitingSince: performance.now(),
    thrown: 0,
  };
  return attempt;
}

/** React renders in slices of this length, each a task of its own, so that other tasks have their turn in between. */
const SLICE_MS = 5;
const QUIET_TASKS = 2;
/** Where timers come seldom, as in hidden pages, it counts tasks only. */
const MAX_TASKS = 50;

/**
 * Runs it once React has finished what it is rendering: when tasks follow each other sooner than its slices would let
 * them, and no sooner than in `delay` ms.
 */
function afterRendering(delay: number, run: () => void): void {
  if (delay > 0) return void setTimeout(afterRendering, delay, 0, run);
  const channel = typeof MessageChannel === 'function' ? new MessageChannel() : undefined;
  const post = (): void => void (channel ? channel.port2.postMessage(null) : setTimeout(next, 0));
  let last = performance.now();
  let quiet = 0;
  let tasks = 0;
  const next = (): void => {
    const now = performance.now();
    quiet = now - last < SLICE_MS ? quiet + 1 : 0;
    last = now;
    tasks += 1;
    if (quiet < QUIET_TASKS && tasks < MAX_TASKS) return post();
    channel?.port1.close();
    run();
  };
  if (channel) channel.port1.onmessage = next;
  post();
}
