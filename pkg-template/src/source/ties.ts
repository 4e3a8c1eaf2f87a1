// References to a driver. Without callers or listeners they are all weak, so that a source which the app has dropped
// can be garbage-collected.

export interface Weak<T> {
  deref(): T | undefined;
}

/** Without `WeakRef`, a source lives until it is closed. */
export const weakly = <T extends object>(driver: T): Weak<T> =>
  typeof WeakRef === 'function' ? new WeakRef(driver) : { deref: () => driver };

/** Sets whether a timer keeps the process alive in Node.js and Deno. */
export function refer(timer: unknown, keep: boolean): void {
  const verb = keep ? 'ref' : 'unref';
  if (typeof timer === 'object') (timer as Partial<Record<string, () => void>>)[verb]?.();
  else if (timer) (globalThis as { Deno?: Record<string, (timer: unknown) => void> }).Deno?.[`${verb}Timer`]?.(timer);
}
