// Describes the status of the token source.
import type { TokenSource } from 'momento-token-wasm';
import { byId, icon, setText } from './dom';
import { isOnline } from './online';

interface Words {
  mood: 'good' | 'busy' | 'wait' | 'bad';
  title: string;
  detail: string;
}

/** Returns a function that updates the display. */
export function statusView(source: TokenSource): () => void {
  const pill = byId('status', HTMLElement);
  const title = byId('status-title', HTMLElement);
  const detail = byId('status-detail', HTMLElement);
  const spoken = byId('announcement', HTMLElement);

  return () => {
    const words = inWords(source);
    if (pill.dataset['mood'] !== words.mood) {
      pill.dataset['mood'] = words.mood;
      pill.querySelector('.icon')?.replaceWith(icon(words.mood));
    }
    setText(title, words.title);
    setText(detail, words.detail);
    // Announced to screen readers, except for requests, which are over before they are read out.
    if (words.mood !== 'busy') setText(spoken, `${words.title}. ${words.detail}`);
  };
}

function inWords(source: TokenSource): Words {
  const held = source.current !== undefined;
  switch (source.status) {
    case 'refreshing':
      return {
        mood: 'busy',
        title: 'Fetching the next token',
        detail: 'The current one stays in use until it is here.',
      };
    case 'ready':
      return isOnline()
        ? {
            mood: 'good',
            title: 'Valid token in hand',
            detail: 'The next one is fetched well before this one expires.',
          }
        : { mood: 'wait', title: 'Offline, with a valid token', detail: 'No requests until the page is online again.' };
    case 'waiting':
      if (!isOnline()) {
        return held
          ? {
              mood: 'wait',
              title: 'Offline, with a valid token',
              detail: 'No requests until the page is online again.',
            }
          : {
              mood: 'bad',
              title: 'Offline, and the token has expired',
              detail: 'A new one is fetched as soon as the page is online.',
            };
      }
      return held
        ? {
            mood: 'wait',
            title: 'Fetching failed, the token is still valid',
            detail: 'The source retries automatically.',
          }
        : { mood: 'bad', title: 'No valid token', detail: 'The source retries automatically.' };
    case 'failed':
      return {
        mood: 'bad',
        title: held ? 'The service refused, the token is still valid' : 'The service refused',
        detail: 'The source does not retry until a token is requested: press “Fetch a new token now”.',
      };
    case 'closed':
      return { mood: 'wait', title: 'Closed', detail: 'This source fetches no more tokens.' };
    case 'idle':
    case 'fetching':
      return { mood: 'busy', title: 'Fetching a token', detail: 'There is no valid token at the moment.' };
  }
}
