// Whether the page is online, or offline as simulated by the switch on this page, which dispatches the browser's
// events.

let online = navigator.onLine;
addEventListener('online', () => (online = true));
addEventListener('offline', () => (online = false));

export const isOnline = (): boolean => online;
