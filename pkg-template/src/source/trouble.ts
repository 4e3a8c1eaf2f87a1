// The errors that a source makes itself, and how listeners learn that it cannot begin.
import { TokenError } from '../common/error.js';
import { outside } from './zone.js';

export const closed = (): TokenError =>
  new TokenError('ERR_CLOSED', 'expected an open TokenSource, found one that was closed');

export const tooShort = (): TokenError =>
  new TokenError(
    'ERR_TOKEN_TOO_SHORT',
    'expected a token with at least `minValidityMs` left, found that even a fresh one has less; ask for less, or mint for longer',
  );

/** More failures than this in a second are not told: a listener that asks again each time would never end. */
const MAX_TOLD = 10;

/** Tells of failures to begin. */
export class StartFailures {
  /** When one was told after a quiet second, and how many since. */
  #since = -Infinity;
  #told = 0;

  /**
   * In a moment, so that listeners learn of it that are added right after the source was made; unless it `isOld` by
   * then.
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
