// Event listeners that are removed together.

/** Functions to call at the end. */
export type Endings = (() => void)[];

/** Adds a listener, if there is a target, and its removal to `life`. */
export function listen(
  target: Partial<EventTarget> | undefined,
  type: string,
  listener: () => void,
  life: Endings,
): void {
  target?.addEventListener?.(type, listener);
  life.push(() => target?.removeEventListener?.(type, listener));
}
