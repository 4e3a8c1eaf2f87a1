// The page's life: what may mean that the clocks have moved on without us. Workers have some of these events, servers
// none.
import { Event } from './machine.js';

const WATCHED = [
  ['visibilitychange', Event.Wake],
  ['resume', Event.Wake], // after the page lifecycle's freeze
  ['pageshow', Event.Wake],
  ['focus', Event.Wake],
  ['online', Event.Online],
  ['offline', Event.Offline],
] as const;

/** What is to be done at the end of a life. */
export type Endings = (() => void)[];

/** Tells of page events until the end of `life`. The first two arrive at the document, the others at the window. */
export function watchPage(tell: (event: Event) => void, life: Endings): void {
  const { document, navigator } = globalThis as Partial<typeof globalThis>;
  const hide = (): void => void (document?.hidden && tell(Event.Hidden));
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
  if (navigator?.onLine === false) tell(Event.Offline);
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
