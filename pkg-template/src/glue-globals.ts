// Replacements for globals that wasm-bindgen's glue uses. tools/glue.mjs imports these names into the glue.
import { refer } from './source/ties.js';

type Timer = ReturnType<typeof globalThis.setTimeout>;

let claim: ((timer: Timer) => void) | undefined;

/** Passes the next timer that the crate sets to `taker`, because gloo-timers does not expose the timer's handle. */
export const claimNextTimer = (taker: (timer: Timer) => void): void => void (claim = taker);

/** What the glue keeps of a timer. */
interface Handle {
  timer: Timer | undefined;
  isCleared: boolean;
}

/**
 * The crate's timers do not keep a process alive, unless the function that claims one refs it. An environment that
 * replaces timers may throw, and an exception must not pass through the module's stack frames. It may also fail to
 * clear a timer that was set before, whose closure in the crate is gone by the time it fires.
 */
function setUnrefTimeout(run: () => void, ms?: number): Handle {
  const handle: Handle = { timer: undefined, isCleared: false };
  const taker = claim;
  claim = undefined;
  try {
    const timer = globalThis.setTimeout(() => {
      if (!handle.isCleared) run();
    }, ms);
    handle.timer = timer;
    refer(timer, false);
    taker?.(timer);
  } catch {
    // The source learns the time at its next event.
  }
  return handle;
}

function clear(handle: Handle): void {
  handle.isCleared = true;
  try {
    globalThis.clearTimeout(handle.timer);
  } catch {
    // As in `setUnrefTimeout`.
  }
}

/** The glue can do without FinalizationRegistry, but not without `unregister` alone. */
const Registry = /* @__PURE__ */ (() =>
  typeof FinalizationRegistry === 'function' && FinalizationRegistry.prototype.unregister
    ? FinalizationRegistry
    : undefined)();

export { Registry as FinalizationRegistry, clear as clearTimeout, setUnrefTimeout as setTimeout };
