// The lifetime of the current token: a bar from its arrival to its expiry, with a mark at the next planned fetch.
import type { Token, TokenSource } from 'momento-token-wasm';
import { byId, setText } from './dom';
import { isOnline } from './online';
import { clock, duration } from './words';

interface Life {
  token: Token;
  began: number;
}

/** Returns a function that updates the display. */
export function progressView(source: TokenSource): () => void {
  const panel = byId('life', HTMLElement);
  const left = byId('life-left', HTMLElement);
  const leftNote = byId('life-left-note', HTMLElement);
  const next = byId('life-next', HTMLElement);
  const arrived = byId('life-arrived', HTMLElement);
  const expires = byId('life-expires', HTMLElement);
  let life: Life | undefined;

  source.addEventListener('token', ({ detail: token }) => (life = { token, began: Date.now() }));

  return () => {
    const now = Date.now();
    const { current, refreshAt } = source;

    const state = current ? 'held' : life ? 'lost' : 'none';
    panel.dataset['state'] = state;
    setText(left, current ? (current.expiresAt ? duration(current.remainingMs(now)) : 'No end') : 'No token');
    setText(leftNote, { held: 'left of this token', lost: 'in hand', none: 'yet' }[state]);

    const end = life?.token.expiresAt?.getTime();
    if (life && end !== undefined) {
      const { began } = life;
      const share = (at: number) => Math.min(1, Math.max(0, (at - began) / (end - began)));
      panel.style.setProperty('--elapsed', String(current ? share(now) : 1));
      // Without a token, both are at the end of the bar.
      panel.style.setProperty('--refresh', String(refreshAt && current ? share(refreshAt.getTime()) : 1));
      setText(arrived, `arrived ${clock(began)}`);
      setText(expires, current ? `expires ${clock(end)}` : 'no longer in use');
    }

    panel.toggleAttribute('data-planned', refreshAt !== undefined);
    setText(next, plan(source, now));
  };
}

function plan({ lastError, refreshAt, status }: TokenSource, now: number): string {
  if (!isOnline()) return 'no fetch while offline';
  if (refreshAt) return `${lastError ? 'next attempt' : 'next token'} in ${duration(refreshAt.getTime() - now)}`;
  return status === 'refreshing' || status === 'fetching' ? 'fetching now' : 'no fetch planned';
}
