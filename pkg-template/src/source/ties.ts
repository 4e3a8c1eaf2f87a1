// What a driver is held by: nothing while nobody waits for it or listens to it, so that a source which an app has dropped
// is collected.

export interface Weak<T> {
  deref(): T | undefined;
}

/** Not every engine has it; there, a source lives until it is closed. */
export const weakly = <T extends object>(driver: T): Weak<T> =>
  typeof WeakRef === 'function' ? new WeakRef(driver) : { deref: () => driver };

/** In Node.js and Deno, a process ends in spite of a timer that is not wanted. */
export function refer(timer: unknown, keep: boolean): void {
  const verb = keep ? 'ref' : 'unref';
  if (typeof timer === 'object') (timer as Partial<Record<string, () => void>>)[verb]?.();
  else if (timer) (globalThis as { Deno?: Record<string, (timer: unknown) => void> }).Deno?.[`${verb}Timer`]?.(timer);
}
