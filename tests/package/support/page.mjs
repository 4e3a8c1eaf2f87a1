// A window and its document, as far as the package looks at them.
import { getEventListeners } from 'node:events';
import { replace } from './clock.mjs';

const TYPES = ['visibilitychange', 'resume', 'pageshow', 'pagehide', 'focus', 'online', 'offline'];

/** Makes them for the length of a test. */
export function openPage(context, { onLine = true } = {}) {
  const window = new EventTarget();
  const document = Object.assign(new EventTarget(), { hidden: false });
  replace(context, globalThis, {
    document,
    navigator: { onLine },
    addEventListener: window.addEventListener.bind(window),
    removeEventListener: window.removeEventListener.bind(window),
  });
  return {
    document,
    /** An event at the window, or at the document. */
    tell: (type, at = window) => at.dispatchEvent(new Event(type)),
    listeners: () =>
      TYPES.flatMap((type) => [...getEventListeners(window, type), ...getEventListeners(document, type)]).length,
  };
}
