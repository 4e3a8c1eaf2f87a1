// Replacements for globals that wasm-bindgen's glue uses. tools/glue.mjs imports these names into the glue.
import { refer } from './source/ties.js';

type Timer = ReturnType<typeof globalThis.setTimeout>;

let claim: ((timer: Timer) => void) | undefined;

/** Passes the next timer that the crate sets to `taker`, because gloo-timers does not expose the timer's handle. */
export const claimNextTimer = (taker: (timer: Timer) => void): void => void (claim = taker);

/**
 * The crate's timers do not keep a process alive, unless the function that claims one refs it. An environment that
 * replaces timers may throw, and an exception must not pass through the module's stack frames.
 */
function setUnrefTimeout(run: () => void, ms?: number, ...given: unknown[]): Timer | undefined {
  const taker = claim;
  claim = undefined;
  try {
    const timer = globalThis.setTimeout(run, ms, ...given);
    refer(timer, false);
    taker?.(timer);
    return timer;
  } catch {
    return undefined;
  }
}

function clear(timer: Timer | undefined): void {
  try {
    globalThis.clearTimeout(timer);
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
