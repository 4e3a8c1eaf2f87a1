// What wasm-bindgen's glue finds in place of globals: tools/glue.mjs imports these names into it.
import { refer } from './source/ties.js';

type Timer = ReturnType<typeof globalThis.setTimeout>;

let claim: ((timer: Timer) => void) | undefined;

/** Gives the next timer that the crate sets to whoever it is for: gloo-timers keeps the handle to itself. */
export const claimNextTimer = (taker: (timer: Timer) => void): void => void (claim = taker);

/** A timer of the crate's keeps no process alive, unless whoever claims it wants that. */
function setUnrefTimeout(run: () => void, ms?: number, ...given: unknown[]): Timer {
  const timer = globalThis.setTimeout(run, ms, ...given);
  refer(timer, false);
  const taker = claim;
  claim = undefined;
  taker?.(timer);
  return timer;
}

const clear = (timer: Timer | undefined): void => globalThis.clearTimeout(timer);

/** The glue does without it where it is missing, but not without a part of it. */
const Registry = /* @__PURE__ */ (() =>
  typeof FinalizationRegistry === 'function' && FinalizationRegistry.prototype.unregister
    ? FinalizationRegistry
    : undefined)();

export { Registry as FinalizationRegistry, clear as clearTimeout, setUnrefTimeout as setTimeout };
