// Listeners that end together.

/** What is to be done at the end of a life. */
export type Endings = (() => void)[];

/** Listens until the end of `life`, where there is anything to listen to. */
export function listen(
  target: Partial<EventTarget> | undefined,
  type: string,
  listener: () => void,
  life: Endings,
): void {
  target?.addEventListener?.(type, listener);
  life.push(() => target?.removeEventListener?.(type, listener));
}
