// Whether the page believes it is online. The switch on this page sends the browser's own events, so they count as much
// as real ones.

let online = navigator.onLine;
addEventListener('online', () => (online = true));
addEventListener('offline', () => (online = false));

export const isOnline = (): boolean => online;
