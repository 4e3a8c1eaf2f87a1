// Decides which of the options that a component passes at each render its hook uses. Has no I/O, timers or clock: times
// are arguments, in milliseconds, of which only changedNames matter.

/** The options by name, each as a string. Options with equal strings are equal. */
export type Content = Readonly<Record<string, string>>;

export interface Comparable {
  readonly content: Content;
}

/** What to do with options: they have not changed, they are used, or they have to wait. */
export type Decision = 'same' | 'use' | 'wait';

/** Why the latest options are not used. */
export interface Problem {
  readonly reason: 'unstable' | 'budget';
  /** The options that changed. */
  readonly names: readonly string[];
  /** How long they have to stay unchanged before they are used. */
  readonly pauseMs: number;
}

/** The number of changes within CHANGES_WITHIN_MS that causes a pause. After a pause, one change is enough. */
const MAX_CHANGES = 3;
const CHANGES_WITHIN_MS = 5_000;

const FIRST_PAUSE_MS = 1_000;
const LAST_PAUSE_MS = 60_000;

interface Wait {
  problem: Problem;
  /** The time of the last change. */
  since: number;
}

export class OptionsGate<T extends Comparable> {
  /** The options in use; undefined before the first were applied. */
  used: T | undefined;
  #newest: T | undefined;
  /** Recent changes that were used at once, with the names of the changed options. */
  #changes: { at: number; names: string[] }[] = [];
  #wait: Wait | undefined;
  /** When the last pause ended, and its length. */
  #ended = -Infinity;
  #pauseMs = 0;
  /** How long until the request budget admits another source; 0 if it does now. */
  readonly #waitForBudget: (now: number) => number;

  constructor(waitForBudget: (now: number) => number) {
    this.#waitForBudget = waitForBudget;
  }

  /** Why the latest options are not used. The same object until the reason or the names change. */
  get problem(): Problem | undefined {
    return this.#wait?.problem;
  }

  /**
   * Decides what to do with these options. Has no side effects, so it may be called in a render that React discards.
   */
  decide({ content }: T, now: number): Decision {
    if (!this.#newest) return 'use';
    if (changedNames(this.#newest.content, content).length === 0) return 'same';
    return this.#wait || this.#reasonToWait(now) ? 'wait' : 'use';
  }

  /** Carries out a decision. Idempotent. */
  apply(options: T, decision: Decision, now: number): void {
    if (decision === 'same' || options === this.#newest) return;
    const names = this.#newest ? changedNames(this.#newest.content, options.content) : [];
    const isFirst = !this.#newest;
    this.#newest = options;
    if (decision === 'use') {
      this.used = options;
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
    const reason = this.#reasonToWait(now) ?? 'unstable';
    const again = now - this.#ended <= CHANGES_WITHIN_MS;
    this.#pauseMs = again ? Math.min(2 * this.#pauseMs, LAST_PAUSE_MS) : FIRST_PAUSE_MS;
    const all = [...new Set([...this.#recent(now).flatMap((change) => change.names), ...names])];
    this.#wait = { problem: { reason, names: all, pauseMs: this.#pauseMs }, since: now };
  }

  /** The milliseconds until `tick` is due; undefined if no options are waiting. */
  due(now: number): number | undefined {
    return this.#wait && Math.max(0, this.#wait.since + this.#wait.problem.pauseMs - now, this.#waitForBudget(now));
  }

  /** Uses the latest options if they have been unchanged for long enough. Returns whether it did. */
  tick(now: number): boolean {
    if (this.due(now) !== 0) return false;
    this.used = this.#newest;
    this.#wait = undefined;
    this.#changes = [];
    this.#ended = now;
    return true;
  }

  #reasonToWait(now: number): Problem['reason'] | undefined {
    if (now - this.#ended <= CHANGES_WITHIN_MS || this.#recent(now).length >= MAX_CHANGES - 1) return 'unstable';
    return this.#waitForBudget(now) > 0 ? 'budget' : undefined;
  }

  #recent(now: number) {
    return this.#changes.filter(({ at }) => now - at <= CHANGES_WITHIN_MS);
  }
}

/** The names of the options that differ. */
export function changedNames(before: Content, after: Content): string[] {
  const names = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...names].filter((name) => before[name] !== after[name]);
}
