// The sources that a hook creates from its options, one after the other.
import { TokenError, TokenSource, type TokenSourceOptions } from 'momento-token-wasm';
import type { Budget } from '../source/budget.js';
import { type Functions, type HookOptions, forSource } from './hook-options.js';
import { type Decision, OptionsGate, type Problem, changedNames } from './options-gate.js';
import { type State, requestToken, follow, stateOf } from './state.js';

/**
 * Another source may start only after fewer than this many requests. This is one less than the limit of a source, so
 * that the last source can still renew its token.
 */
const MAX_REQUESTS = 9;
/** Ten minutes, plus a second for latency. */
const WITHIN_MS = 601_000;

/** The second argument is internal: the sources share a budget of requests. */
const Source = TokenSource as new (options: TokenSourceOptions, budget: Budget) => TokenSource;

const now = (): number => performance.now();

export class OwnSources {
  readonly #budget: Budget = { requests: [] };
  readonly #gate = new OptionsGate<HookOptions>((at) => waitForBudget(this.#budget, at));
  readonly #newest: Functions = {};
  /** The source of the options in use, and the one that the last render created. */
  #used: CreatedSource | undefined;
  #rendered: CreatedSource | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** The source that was started. */
  #started: TokenSource | undefined;
  #problem: Problem | undefined;
  #error: TokenError | undefined;
  #shown: { readonly of: State; readonly error: TokenError; readonly state: State } | undefined;
  #changed: (() => void) | undefined;

  /** Decides what to do with these options. Has no side effects. */
  decide(options: HookOptions): Decision {
    return this.#gate.decide(options, now());
  }

  /**
   * The source for a decision. Does not start it.
   *
   * @throws TokenError as the constructor of `TokenSource` does.
   */
  sourceFor(options: HookOptions, decision: Decision): TokenSource {
    const wanted = decision === 'use' ? options : (this.#gate.used ?? options);
    for (const created of [this.#used, this.#rendered])
      if (created && sameContent(created.options, wanted)) return created.source;
    const source = new Source(forSource(wanted, this.#newest), this.#budget);
    this.#rendered = { options: wanted, source };
    return source;
  }

  /** Makes the source call the functions of these options. */
  useFunctions({ functions }: HookOptions): void {
    Object.assign(this.#newest, functions);
  }

  /** Carries out a decision, with the source that `sourceFor` returned for it. */
  apply(options: HookOptions, decision: Decision, source: TokenSource): void {
    this.#gate.apply(options, decision, now());
    this.#used = { options: this.#gate.used ?? options, source };
    this.#rendered = undefined;
    this.#watch();
  }

  /**
   * Starts a source, unless it is to start on demand. Closes the previous one first, so that all its requests are
   * counted.
   */
  start(source: TokenSource): void {
    if (this.#started !== source) this.#started?.close();
    this.#started = source;
    if (this.#gate.used?.options.start !== 'on-demand') requestToken(source);
  }

  /** Stops the timer until the next call of `apply`. */
  pause(): void {
    clearTimeout(this.#timer);
  }

  /** Forgets the source, which was closed, so that another is created for the same options. */
  renew(): void {
    this.#used = this.#rendered = undefined;
  }

  end(): void {
    this.pause();
    this.#started?.close();
    this.renew();
  }

  /** Calls `changed` after every event of the source, and when the options in use or the hook's error have changed. */
  follow(source: TokenSource, changed: () => void): () => void {
    this.#changed = changed;
    const unfollow = follow(source, changed);
    return () => {
      this.#changed = undefined;
      unfollow();
    };
  }

  /** The state of a source, with the hook's error, if there is one, in place of its own. */
  stateOf(source: TokenSource): State {
    const of = stateOf(source);
    const error = this.#error;
    if (!error) return of;
    if (this.#shown?.of !== of || this.#shown.error !== error)
      this.#shown = { of, error, state: Object.freeze({ ...of, error }) };
    return this.#shown.state;
  }

  /** Sets the timer for options that have to wait, and updates the hook's error. */
  #watch(): void {
    clearTimeout(this.#timer);
    const due = this.#gate.due(now());
    if (due !== undefined) {
      this.#timer = setTimeout(() => {
        this.#gate.tick(now());
        this.#watch();
      }, due);
    }
    const { problem } = this.#gate;
    if (problem === this.#problem) return;
    this.#problem = problem;
    this.#error = problem && new TokenError('ERR_ARGUMENT', explanation(problem));
    this.#changed?.();
  }
}

interface CreatedSource {
  readonly options: HookOptions;
  readonly source: TokenSource;
}

/** Whether options have the same content. */
const sameContent = (one: HookOptions, other: HookOptions): boolean =>
  one === other || changedNames(one.content, other.content).length === 0;

function waitForBudget({ requests }: Budget, at: number): number {
  const deciding = requests.at(-MAX_REQUESTS);
  return deciding === undefined ? 0 : Math.max(0, deciding + WITHIN_MS - at);
}

function explanation({ reason, names, pauseMs }: Problem): string {
  const list = names.map((name) => `\`${name}\``).join(' and ');
  if (reason === 'budget') {
    return (
      `useToken: expected options that seldom change, found another change of ${list} after as many requests as ten minutes allow; ` +
      'they are used when there is room for one more'
    );
  }
  return (
    `useToken: expected options that stay the same, found that ${list} changed again and again within 5 s; they are used once they ` +
    `have stayed the same for ${pauseMs / 1_000} s. A value that differs from request to request belongs into a \`headers\` or \`vend\` function`
  );
}
