// The page's life: what may mean that the clocks have moved on without us. Workers have some of these events, servers none.
import { Event } from './machine.js';

const WATCHED = [
  ['visibilitychange', Event.Wake],
  ['resume', Event.Wake], // after the page lifecycle's freeze
  ['pageshow', Event.Wake],
  ['focus', Event.Wake],
  ['online', Event.Online],
  ['offline', Event.Offline],
] as const;

/** Tells of page events until `signal` is aborted. The first two arrive at the document, the others at the window or worker. */
export function watchPage(tell: (event: Event) => void, signal: AbortSignal): void {
  const { document, navigator } = globalThis as Partial<typeof globalThis>;
  const hide = (): void => void (document?.hidden && tell(Event.Hidden));
  for (const [index, [type, event]] of WATCHED.entries()) {
    const target: Partial<EventTarget> | undefined = index < 2 ? document : globalThis;
    const listener = (): void => {
      // Of the two changes of visibility, only becoming visible wakes.
      if (index > 0 || !document?.hidden) tell(event);
      hide();
    };
    listen(target, type, listener, signal);
  }
  hide();
  if (navigator?.onLine === false) tell(Event.Offline);
}

/** Listens until `signal` is aborted, where there is anything to listen to. */
export function listen(target: Partial<EventTarget> | undefined, type: string, listener: () => void, signal: AbortSignal): void {
  target?.addEventListener?.(type, listener);
  // Not by the option of that name: Node.js forgets all but one of the listeners that only their signal holds.
  signal.addEventListener('abort', () => target?.removeEventListener?.(type, listener));
}
