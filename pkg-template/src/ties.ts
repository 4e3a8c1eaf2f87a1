// What a driver leaves in the world. It holds on to its driver weakly: a source that an app has dropped is collected,
// and what it left behind is released.
import type { Endings } from './page.js';
import type { Machine } from './refresher.js';

export interface Ties {
  /** Undefined before it has begun, and when it was released. */
  machine: Machine | undefined;
  timer: ReturnType<typeof setTimeout> | undefined;
  /** Takes listeners off, and the like. */
  readonly life: Endings;
}

export interface Weak<T> {
  deref(): T | undefined;
}

/** In Node.js and Deno, a process ends in spite of a timer that is not wanted. */
export function refer(timer: unknown, keep: boolean): void {
  const verb = keep ? 'ref' : 'unref';
  if (typeof timer === 'object') (timer as Partial<Record<string, () => void>>)[verb]?.();
  else if (timer) (globalThis as { Deno?: Record<string, (timer: unknown) => void> }).Deno?.[`${verb}Timer`]?.(timer);
}

/** Ends what was begun for a life. */
export function endAll(life: Endings): void {
  for (const end of life.splice(0)) end();
}

export function release(ties: Ties): void {
  clearTimeout(ties.timer);
  ties.timer = undefined;
  endAll(ties.life);
  ties.machine?.free();
  ties.machine = undefined;
}

/** Drivers that someone waits for or listens to: they live until that ends, whoever else has dropped them. */
export const wanted = new Set<object>();

/** Not every engine has these two; there, a source lives until it is closed. */
export const registry =
  typeof FinalizationRegistry === 'function' ? /* @__PURE__ */ new FinalizationRegistry(release) : undefined;
export const weakly = <T extends object>(driver: T): Weak<T> =>
  typeof WeakRef === 'function' ? new WeakRef(driver) : { deref: () => driver };
