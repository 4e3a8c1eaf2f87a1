// Decides which of the options that a component passes at each render its hook uses. No I/O, timers or clocks: times
// are handed in, in milliseconds, and only differences between them count.

/** The options by name, each as a text: two of the same text are the same option. */
export type Content = Readonly<Record<string, string>>;

export interface Offer {
  readonly content: Content;
}

/** What to do with options: they are those offered last, they are to be used, or they are to wait. */
export type Decision = 'same' | 'use' | 'wait';

/** Why the options offered last are not in use. */
export interface Problem {
  readonly reason: 'restless' | 'budget';
  /** The options that changed. */
  readonly names: readonly string[];
  /** How long they have to stay the same before they are used. */
  readonly pauseMs: number;
}

/** So many changes within this time are too many. So is a single one within this time after a pause. */
const MAX_CHANGES = 3;
const CHANGES_WITHIN_MS = 5_000;

const FIRST_PAUSE_MS = 1_000;
const LAST_PAUSE_MS = 60_000;

interface Wait {
  problem: Problem;
  /** When the options changed last. */
  since: number;
}

export class OptionsGate<T extends Offer> {
  /** The options in use; undefined before the first were applied. */
  used: T | undefined;
  #newest: T | undefined;
  /** The last changes that were let through, and the options that they changed. */
  #changes: { at: number; names: string[] }[] = [];
  #wait: Wait | undefined;
  /** When a pause ended last, and how long it was. */
  #ended = -Infinity;
  #pauseMs = 0;
  /** How long until the budget of requests admits another source; 0: it does now. */
  readonly #admitsIn: (now: number) => number;

  constructor(admitsIn: (now: number) => number) {
    this.#admitsIn = admitsIn;
  }

  /** Why the newest options are not in use. The same object until the reason or the names change. */
  get problem(): Problem | undefined {
    return this.#wait?.problem;
  }

  /**
   * What is to be done with these options. Changes nothing, so it may be asked during a render that is then thrown
   * away.
   */
  decide({ content }: T, now: number): Decision {
    if (!this.#newest) return 'use';
    if (differences(this.#newest.content, content).length === 0) return 'same';
    return this.#wait || this.#reasonToWait(now) ? 'wait' : 'use';
  }

  /** Does what was decided. Doing it twice is doing it once. */
  apply(offer: T, decision: Decision, now: number): void {
    if (decision === 'same' || offer === this.#newest) return;
    const names = this.#newest ? differences(this.#newest.content, offer.content) : [];
    const isFirst = !this.#newest;
    this.#newest = offer;
    if (decision === 'use') {
      this.used = offer;
      this.#wait = undefined;
      if (!isFirst) this.#changes = [...this.#recent(now), { at: now, names }];
      return;
    }
    if (this.#wait) {
      const { problem } = this.#wait;
      const more = names.filter((name) => !problem.names.includes(name));
      this.#wait = { problem: more.length ? { ...problem, names: [...problem.names, ...more] } : problem, since: now };
      return;
    }
    const reason = this.#reasonToWait(now) ?? 'restless';
    const again = now - this.#ended <= CHANGES_WITHIN_MS;
    this.#pauseMs = again ? Math.min(2 * this.#pauseMs, LAST_PAUSE_MS) : FIRST_PAUSE_MS;
    const all = [...new Set([...this.#recent(now).flatMap((change) => change.names), ...names])];
    this.#wait = { problem: { reason, names: all, pauseMs: this.#pauseMs }, since: now };
  }

  /** In how many milliseconds `tick` has something to do; undefined: nothing waits. */
  due(now: number): number | undefined {
    return this.#wait && Math.max(0, this.#wait.since + this.#wait.problem.pauseMs - now, this.#admitsIn(now));
  }

  /** Uses the newest options if they have been the same for long enough. Tells whether it did. */
  tick(now: number): boolean {
    if (this.due(now) !== 0) return false;
    this.used = this.#newest;
    this.#wait = undefined;
    this.#changes = [];
    this.#ended = now;
    return true;
  }

  #reasonToWait(now: number): Problem['reason'] | undefined {
    if (now - this.#ended <= CHANGES_WITHIN_MS || this.#recent(now).length >= MAX_CHANGES - 1) return 'restless';
    return this.#admitsIn(now) > 0 ? 'budget' : undefined;
  }

  #recent(now: number) {
    return this.#changes.filter(({ at }) => now - at <= CHANGES_WITHIN_MS);
  }
}

/** The names of the options that differ. */
export function differences(before: Content, after: Content): string[] {
  const names = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...names].filter((name) => before[name] !== after[name]);
}
