// Adds the token source's events to the timeline, and counts them.
import type { Token, TokenSource } from 'momento-token-wasm';
import { byId, setText } from './dom';
import type { Entry } from './timeline';
import { clock, duration } from './words';

/** Returns a function that checks for an expired token. To be called regularly. */
export function keepJournal(source: TokenSource, add: (entry: Entry) => void): () => void {
  const counts = { tokens: byId('count-tokens', HTMLElement), failures: byId('count-failures', HTMLElement) };
  const count = { tokens: 0, failures: 0 };
  const warned = new Set<string>();
  let held: Token | undefined;

  source.addEventListener('token', ({ detail: token }) => {
    held = token;
    setText(counts.tokens, String(++count.tokens));
    const life = token.expiresAt ? `valid for ${duration(token.remainingMs())}` : 'valid without end';
    add({ kind: 'token', text: count.tokens === 1 ? `First token, ${life}.` : `New token, ${life}.` });
  });

  source.addEventListener('error', ({ detail: error }) => {
    setText(counts.failures, String(++count.failures));
    const again = error.willRetryAt;
    const then = again
      ? `Tries again in ${duration(again.getTime() - Date.now())}, at ${clock(again)}.`
      : 'Does not try again automatically.';
    add({ kind: 'failure', code: error.code, text: error.message, then });
  });

  // Each warning is shown once, because it usually repeats with every token.
  source.addEventListener('warning', ({ detail: { code, message } }) => {
    if (warned.has(code)) return;
    warned.add(code);
    add({ kind: 'warning', code, text: message, then: 'Shown once; it may apply to later tokens too.' });
  });

  return () => {
    if (held?.isExpired() && !source.current) {
      held = undefined;
      add({ kind: 'note', text: 'The token expired before there was a new one.' });
    }
  };
}
