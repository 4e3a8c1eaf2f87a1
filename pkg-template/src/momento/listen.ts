// Event listeners that are removed together.

/** Functions to call at the end. */
export type Cleanups = (() => void)[];

/** Adds a listener, if there is a target, and its removal to `cleanups`. */
export function listen(
  target: Partial<EventTarget> | undefined,
  type: string,
  listener: () => void,
  cleanups: Cleanups,
): void {
  target?.addEventListener?.(type, listener);
  cleanups.push(() => target?.removeEventListener?.(type, listener));
}
