// The buttons that act on the token source.
import type { TokenSource } from 'momento-token-wasm';
import { byId, setText } from './dom';
import { setFault } from './fault';
import { isOnline } from './online';
import type { Entry } from './timeline';

export function controls(source: TokenSource, add: (entry: Entry) => void): void {
  const you = (text: string) => add({ kind: 'you', text });
  fetchNow(source, you);
  reject(source, you);
  offline(you);
  fail(you);
}

function fetchNow(source: TokenSource, you: (text: string) => void): void {
  const button = byId('fetch-now', HTMLButtonElement);
  const label = byId('fetch-now-label', HTMLElement);
  button.addEventListener('click', async () => {
    if (button.ariaBusy === 'true') return;
    button.ariaBusy = 'true';
    setText(label, 'Fetching…');
    you('You asked for a new token.');
    try {
      // Tokens of the demo may be valid for less than the default of ten seconds.
      await source.getToken({ forceRefresh: true, minValidityMs: 0 });
    } catch {
      // The timeline shows the 'error' event.
    } finally {
      button.ariaBusy = 'false';
      setText(label, 'Fetch a new token now');
    }
  });
}

function reject(source: TokenSource, you: (text: string) => void): void {
  byId('reject', HTMLButtonElement).addEventListener('click', () => {
    const token = source.current;
    if (!token) return you('There is no token that could be rejected.');
    you('You reported the token as rejected, as an app does when Momento refuses it.');
    source.reportRejected(token);
  });
}

function offline(you: (text: string) => void): void {
  const toggle = byId('offline', HTMLButtonElement);
  toggle.addEventListener('click', () => {
    you(isOnline() ? 'You took the page offline.' : 'You brought the page back online.');
    dispatchEvent(new Event(isOnline() ? 'offline' : 'online'));
  });
  const show = () => (toggle.ariaChecked = String(!isOnline()));
  addEventListener('offline', show);
  addEventListener('online', show);
  show();
}

function fail(you: (text: string) => void): void {
  const toggle = byId('fail', HTMLButtonElement);
  const choice = byId('fault', HTMLSelectElement);
  const apply = () => {
    const on = toggle.ariaChecked === 'true';
    setFault(on ? choice.value : undefined);
    const how = choice.selectedOptions[0]?.text ?? choice.value;
    you(on ? `You told the service to fail: ${how}.` : 'You told the service to work again.');
  };
  toggle.addEventListener('click', () => {
    toggle.ariaChecked = String(toggle.ariaChecked !== 'true');
    apply();
  });
  choice.addEventListener('change', () => {
    if (toggle.ariaChecked === 'true') apply();
  });
}
