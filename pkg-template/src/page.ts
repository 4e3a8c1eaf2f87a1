// The page's life: what may mean that the clocks have moved on without us. Workers have some of these events, servers
// none.

/** What the machine is told of the page. */
export type PageEvent = 'wake' | 'hidden' | 'online' | 'offline';

const WATCHED = [
  ['visibilitychange', 'wake'],
  ['resume', 'wake'], // after the page lifecycle's freeze
  ['pageshow', 'wake'],
  ['focus', 'wake'],
  ['online', 'online'],
  ['offline', 'offline'],
] as const;

/** What is to be done at the end of a life. */
export type Endings = (() => void)[];

/** Tells of page events until the end of `life`. The first two arrive at the document, the others at the window. */
export function watchPage(tell: (event: PageEvent) => void, life: Endings): void {
  const { document, navigator } = globalThis as Partial<typeof globalThis>;
  const hide = (): void => void (document?.hidden && tell('hidden'));
  for (const [index, [type, event]] of WATCHED.entries()) {
    const target: Partial<EventTarget> | undefined = index < 2 ? document : globalThis;
    const listener = (): void => {
      // Of the two changes of visibility, only becoming visible wakes.
      if (index > 0 || !document?.hidden) tell(event);
      hide();
    };
    listen(target, type, listener, life);
  }
  hide();
  if (navigator?.onLine === false) tell('offline');
}

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
