// The errors that a source creates itself, and the notification of listeners when it cannot start.
import { TokenError } from '../common/error.js';
import { outside } from './zone.js';

export const closed = (): TokenError =>
  new TokenError('ERR_CLOSED', 'expected an open TokenSource, found one that was closed');

export const tooShort = (): TokenError =>
  new TokenError(
    'ERR_TOKEN_TOO_SHORT',
    'expected a token with at least `minValidityMs` left, found that even a fresh one has less; ask for less, or mint for longer',
  );

/** The most failures reported per second: a listener that asks again each time would otherwise loop forever. */
const MAX_TOLD = 10;

/** Reports failures to start. */
export class StartFailures {
  /** When the current second of reports began, and how many there have been in it. */
  #since = -Infinity;
  #told = 0;

  /**
   * Calls `tell` in a microtask, so that listeners added right after construction are notified, unless `isOld` by then.
   */
  tell(isOld: () => boolean, tell: () => void): void {
    const inAMoment = (): void => {
      if (isOld()) return;
      const now = performance.now();
      if (now - this.#since > 1_000) [this.#since, this.#told] = [now, 0];
      if (this.#told++ < MAX_TOLD) tell();
    };
    outside(() => queueMicrotask(inAMoment));
  }
}
