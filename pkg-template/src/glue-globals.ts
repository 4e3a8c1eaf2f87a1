// What wasm-bindgen's glue finds in place of globals: tools/glue.mjs imports these names into it.
import { refer } from './ties.js';

type Timer = ReturnType<typeof globalThis.setTimeout>;

/** A timer of the crate's never keeps a process alive. */
function setUnrefTimeout(run: () => void, ms?: number, ...given: unknown[]): Timer {
  const timer = globalThis.setTimeout(run, ms, ...given);
  refer(timer, false);
  return timer;
}

const clear = (timer: Timer | undefined): void => globalThis.clearTimeout(timer);

/** The glue does without it where it is missing, but not without a part of it. */
const Registry = /* @__PURE__ */ (() =>
  typeof FinalizationRegistry === 'function' && FinalizationRegistry.prototype.unregister
    ? FinalizationRegistry
    : undefined)();

export { Registry as FinalizationRegistry, clear as clearTimeout, setUnrefTimeout as setTimeout };
