// What wasm-bindgen's glue finds in place of globals: tools/glue.mjs imports these names into it.
import { refer } from './source/ties.js';

type Timer = ReturnType<typeof globalThis.setTimeout>;

let claim: ((timer: Timer) => void) | undefined;

/** Gives the next timer that the crate sets to whoever it is for: gloo-timers keeps the handle to itself. */
export const claimNextTimer = (taker: (timer: Timer) => void): void => void (claim = taker);

/**
 * A timer of the crate's keeps no process alive, unless whoever claims it wants that. An environment that replaces timers
 * may throw, and nothing may be thrown through frames of the module.
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
    // As above.
  }
}

/** The glue does without it where it is missing, but not without a part of it. */
const Registry = /* @__PURE__ */ (() =>
  typeof FinalizationRegistry === 'function' && FinalizationRegistry.prototype.unregister
    ? FinalizationRegistry
    : undefined)();

export { Registry as FinalizationRegistry, clear as clearTimeout, setUnrefTimeout as setTimeout };
