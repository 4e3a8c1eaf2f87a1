// The attempt to get a token that a suspended component waits for: its promise, and the error to throw if it fails.
//
// React discards the state of a component that suspends before it is mounted, so attempts are stored by source. An
// error must be thrown in each render until the error boundary is on the page: otherwise the component would start
// another attempt, and the boundary would never be reached. After that it must not be thrown again, because the next
// render is the boundary's reset.
import { TokenError, type TokenSource } from 'momento-token-wasm';
import { version } from './react-hooks.js';

interface Attempt {
  /** Resolves when the attempt has succeeded or failed. Not a promise, to notice when React begins to wait. */
  readonly over: PromiseLike<void>;
  /** When React last began to wait: it does so during the render, and again when the fallback is on the page. */
  waitingSince: number;
  failure?: { readonly error: TokenError; readonly at: number };
  /** The number of times the error was thrown. */
  thrown: number;
}

/**
 * After a promise settles, React 19 may delay rendering until the fallback has been on the page for this long. Failures
 * are held back until then, because a delayed error could be rendered again at any time.
 */
const FALLBACK_THROTTLE_MS = 300;

/**
 * React renders a tree that threw an error a second time before it shows the boundary, and starts over if something
 * else is rendered meanwhile. So after the first throw, another is expected for this long at least.
 */
const SECOND_RENDER_MS = 300;

/** The number of throws in two renders. React 18 in development repeats each throw. */
const THROWS_OF_TWO_RENDERS = version?.startsWith('18.') ? 3 : 2;

/** An error that was not rendered for this long is discarded. */
const STALE_AFTER_MS = 5_000;

const attempts = new WeakMap<TokenSource, Attempt>();

/** Sources whose last attempt failed and whose error was shown. The next attempt makes a new request at once. */
const failed = new WeakSet<TokenSource>();

/** Forgets past attempts. Called when there is a token. */
export function forget(source: TokenSource): void {
  attempts.delete(source);
  failed.delete(source);
}

/** Always throws: the error of a failed attempt, or the promise for React to wait for. */
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
  // After a boundary's reset, does not wait for the source's next attempt.
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

/** React renders in slices of this length, each in a separate task, so that other tasks can run in between. */
const SLICE_MS = 5;
const QUIET_TASKS = 2;
/** The maximum number of tasks to wait for: in hidden pages, throttled timers look like busy slices. */
const MAX_TASKS = 50;

/**
 * Calls `run` once React has finished rendering, but not before `delay` ms have passed. Rendering has finished when
 * consecutive tasks are less than a slice apart.
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
