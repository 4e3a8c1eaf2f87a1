// The sources that a hook creates from its options, one after the other.
import { TokenError, TokenSource, type TokenSourceOptions } from 'momento-token-wasm';
import type { Budget } from '../source/budget.js';
import { type Functions, type Options, forSource } from './offer.js';
import { type Decision, OptionsGate, type Problem, differences } from './options-gate.js';
import { type State, ask, follow, stateOf } from './state.js';

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
  readonly #gate = new OptionsGate<Options>((at) => admitsIn(this.#budget, at));
  readonly #newest: Functions = {};
  /** The source of the options in use, and the one that the last render created. */
  #used: Made | undefined;
  #rendered: Made | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** The source that was started. */
  #begun: TokenSource | undefined;
  #problem: Problem | undefined;
  #error: TokenError | undefined;
  #shown: { readonly of: State; readonly error: TokenError; readonly state: State } | undefined;
  #changed: (() => void) | undefined;

  /** Decides what to do with these options. Has no side effects. */
  decide(offer: Options): Decision {
    return this.#gate.decide(offer, now());
  }

  /**
   * The source for a decision. Does not start it.
   *
   * @throws TokenError as the constructor of `TokenSource` does.
   */
  sourceFor(offer: Options, decision: Decision): TokenSource {
    const wanted = decision === 'use' ? offer : (this.#gate.used ?? offer);
    for (const made of [this.#used, this.#rendered]) if (made && alike(made.offer, wanted)) return made.source;
    const source = new Source(forSource(wanted, this.#newest), this.#budget);
    this.#rendered = { offer: wanted, source };
    return source;
  }

  /** Makes the source call the functions of these options. */
  useFunctions({ functions }: Options): void {
    Object.assign(this.#newest, functions);
  }

  /** Carries out a decision, with the source that `sourceFor` returned for it. */
  apply(offer: Options, decision: Decision, source: TokenSource): void {
    this.#gate.apply(offer, decision, now());
    this.#used = { offer: this.#gate.used ?? offer, source };
    this.#rendered = undefined;
    this.#watch();
  }

  /**
   * Starts a source, unless it is to start on demand. Closes the previous one first, so that all its requests are
   * counted.
   */
  begin(source: TokenSource): void {
    if (this.#begun !== source) this.#begun?.close();
    this.#begun = source;
    if (this.#gate.used?.options.start !== 'on-demand') ask(source);
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
    this.#begun?.close();
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

interface Made {
  readonly offer: Options;
  readonly source: TokenSource;
}

/** Whether options have the same content. */
const alike = (one: Options, other: Options): boolean =>
  one === other || differences(one.content, other.content).length === 0;

function admitsIn({ requests }: Budget, at: number): number {
  const deciding = requests.at(-MAX_REQUESTS);
  return deciding === undefined ? 0 : Math.max(0, deciding + WITHIN_MS - at);
}

function explanation({ reason, names, pauseMs }: Problem): string {
  const options = names.map((name) => `\`${name}\``).join(' and ');
  if (reason === 'budget') {
    return (
      `useToken: expected options that seldom change, found another change of ${options} after as many requests as ten minutes allow; ` +
      'they are used when there is room for one more'
    );
  }
  return (
    `useToken: expected options that stay the same, found that ${options} changed again and again within 5 s; they are used once they ` +
    `have stayed the same for ${pauseMs / 1_000} s. A value that differs from request to request belongs into a \`headers\` or \`vend\` function`
  );
}
