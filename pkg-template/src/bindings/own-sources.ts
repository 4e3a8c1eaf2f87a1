// The sources that a hook makes of the options it is given, one after the other.
import { TokenError, TokenSource, type TokenSourceOptions } from 'momento-token-wasm';
import type { Budget } from '../source/budget.js';
import { type Functions, type Options, forSource } from './offer.js';
import { type Decision, OptionsGate, type Problem, differences } from './options-gate.js';
import { type State, ask, follow, stateOf } from './state.js';

/**
 * Another source may begin while fewer requests than these were sent. One less than there may be: it is left for
 * renewing the last source's token.
 */
const MAX_REQUESTS = 9;
/** Ten minutes, and a second for the way that requests take. */
const WITHIN_MS = 601_000;

/** The second argument is the package's own: what was sent for the sources before counts for this one, too. */
const Source = TokenSource as new (options: TokenSourceOptions, budget: Budget) => TokenSource;

const now = (): number => performance.now();

export class OwnSources {
  readonly #budget: Budget = { requests: [] };
  readonly #gate = new OptionsGate<Options>((at) => admitsIn(this.#budget, at));
  readonly #newest: Functions = {};
  /** The sources of the options in use, and of those that a render asked for last. */
  #used: Made | undefined;
  #rendered: Made | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** The source that has begun. */
  #begun: TokenSource | undefined;
  #problem: Problem | undefined;
  #error: TokenError | undefined;
  #shown: { readonly of: State; readonly error: TokenError; readonly state: State } | undefined;
  #changed: (() => void) | undefined;

  /** What these options are to lead to. Nothing that is seen changes. */
  decide(offer: Options): Decision {
    return this.#gate.decide(offer, now());
  }

  /**
   * The source that was decided for. It has not begun.
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

  /** From now on, the functions of these options are called. */
  useFunctions({ functions }: Options): void {
    Object.assign(this.#newest, functions);
  }

  /** Does what was decided, with the source that came of it. */
  apply(offer: Options, decision: Decision, source: TokenSource): void {
    this.#gate.apply(offer, decision, now());
    this.#used = { offer: this.#gate.used ?? offer, source };
    this.#rendered = undefined;
    this.#watch();
  }

  /**
   * Lets it begin, unless that is for a caller to do. The source before it ends first, so that all it has sent is
   * known.
   */
  begin(source: TokenSource): void {
    if (this.#begun !== source) this.#begun?.close();
    this.#begun = source;
    if (this.#gate.used?.options.start !== 'on-demand') ask(source);
  }

  /** No longer waits for the options to stay the same, until the next call of `apply`. */
  pause(): void {
    clearTimeout(this.#timer);
  }

  /** Forgets a source that was closed: another is made for the same options. */
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

  /** What the source shows, with the hook's error in place of its own, if there is one. */
  stateOf(source: TokenSource): State {
    const of = stateOf(source);
    const error = this.#error;
    if (!error) return of;
    if (this.#shown?.of !== of || this.#shown.error !== error)
      this.#shown = { of, error, state: Object.freeze({ ...of, error }) };
    return this.#shown.state;
  }

  /** Waits for the options to stay the same, where that is needed. */
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

/** Of the same options, or of ones that say the same. */
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
