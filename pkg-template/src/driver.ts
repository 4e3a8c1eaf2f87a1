// Carries out what the refresh machine decides (src/refresh in the crate): requests, the timer, and word to callers and
// listeners.
import type * as Face from '../index.js';
import { type Answer, type Reading, askOnce, readShared, unread } from './answer.js';
import { type Budget, spend } from './budget.js';
import { TokenError } from './error.js';
import { Action, Cause, Event, Failure, Flag, Outcome, REASONS, STATUSES } from './machine.js';
import { type Endings, watchPage } from './page.js';
import type { Vend } from './request.js';
import { type Message, Tabs, digest, groupName, hash } from './tabs.js';
import { type Ties, type Weak, endAll, refer, registry, release, wanted, weakly } from './ties.js';
import { StartFailures, closed, expired, timedOut, tooShort } from './trouble.js';
import { type Visit, Visits, isWorker } from './visits.js';
import { wasm } from './numeric.js';
import { refused } from './wasm.js';
import { outside } from './zone.js';

/** So many tokens are remembered as rejected. */
const MAX_REJECTED = 9;

/** Where the two clocks disagree by more than this since then, only the machine can tell how old the token is. */
const CLOCK_TOLERANCE_MS = 1_000;

export interface Settings {
  vend: Vend;
  /** By what answers are read. */
  reading: Reading;
  window: readonly [number, number];
  timeout: number;
  /** The app's key for tabs that share. */
  share: string | undefined;
}

/** Dispatches an event at the source. */
export type Emit = <K extends keyof Face.TokenSourceEvents>(
  type: K,
  detail: Face.TokenSourceEvents[K]['detail'],
) => void;

export interface Caller {
  resolve(token: Face.Token): void;
  reject(reason: unknown): void;
}

// Not methods: a closure made in one may hold on to its driver.
const tick = (driver: Weak): void => driver.deref()?.tell(Event.Timer);
const watch = (driver: Weak, life: Endings): void => watchPage((event) => driver.deref()?.tell(event), life);

interface Flight {
  readonly id: number;
  readonly reason: Face.VendContext['reason'];
  readonly abort: AbortController;
  /** In a Worker: whose request it belongs to. */
  readonly visit: Visit | undefined;
  /** When the request was sent, by the monotonic clock; until it counts against the budget. */
  sentAt?: number | undefined;
  answer?: Answer;
}

export class Driver {
  status: Face.TokenSource['status'] = 'idle';
  /** By the wall clock; NaN: not known. */
  refreshAt = NaN;
  lastError: TokenError | undefined;

  /** In a Worker there is no timer: each call looks after the source itself. */
  readonly isWorker = isWorker();
  readonly #prepare: () => Settings;
  /** What other sources have sent that this one takes the place of. */
  readonly #budget: Budget | undefined;
  #settings: Settings | undefined;
  readonly #emit: Emit;
  readonly #ties: Ties = { machine: 0, timer: undefined, life: [] };
  #listened = false;
  readonly #weak = weakly(this);
  /**
   * What the machine has decided and is not yet done. A listener may call back in the midst of it: what that brings
   * waits its turn.
   */
  readonly #queue: Float64Array[] = [];
  #busy = false;
  #flight: Flight | undefined;
  #refreshToken: string | undefined;
  #token: Face.Token | undefined;
  /** The last token in hand, where there is none any more. */
  #dropped: Face.Token | undefined;
  /** A token has arrived before. */
  #renews = false;
  #tabs: Tabs | undefined;
  /** What the token in hand came from, for siblings. */
  #body: (() => string) | undefined;
  /** What a sibling has just told of: a token, or why it has none. */
  #heard: Answer | undefined;
  /** The failure reported last, where it was an answer's. */
  #failed: Answer | undefined;
  /** Hashes of tokens that were rejected here: a sibling that does not know may offer them again. */
  #rejected: string[] = [];
  /**
   * For how long the token was good at the last event, at most half a minute ago unless the timers are late, and the
   * clocks then.
   */
  #life = NaN;
  #wall = 0;
  #mono = 0;
  readonly #callers = new Map<number, Caller>();
  #lastCall = 0;
  /** In a Worker: who looks after the source, and when (by the monotonic clock) a timer would fire. */
  readonly #visits = new Visits(
    () => this.#look(),
    (visit) => this.#flight?.visit === visit,
  );
  #due = Infinity;
  readonly #startFailures = new StartFailures();
  /** It cannot begin, and no listener has been told that the status is 'failed'. */
  #isUntold = false;

  /** `prepare` throws `ERR_WASM` where the engine refuses; then it is called again. Any other error is thrown. */
  constructor(prepare: () => Settings, emit: Emit, budget?: Budget) {
    this.#prepare = prepare;
    this.#budget = budget;
    this.#emit = emit;
    try {
      this.#settings = prepare();
    } catch (error) {
      if ((error as TokenError).code !== 'ERR_WASM') throw error;
    }
  }

  /** The token in hand, unless it has expired. */
  get current(): Face.Token | undefined {
    return this.#left() > 0 ? this.#token : undefined;
  }

  /** The same, if it is good for so long and there can be no doubt; else only the machine can tell. */
  inHand(min: number): Face.Token | undefined {
    const drift = Date.now() - this.#wall - (performance.now() - this.#mono);
    return Math.abs(drift) <= CLOCK_TOLERANCE_MS && this.#left() >= Math.max(min, 1) ? this.#token : undefined;
  }

  /** How long it is good for (ms), 0 where there is none. */
  get left(): number {
    const left = this.#left();
    // biome-ignore lint/complexity/useMathMinMax: NaN means that there is none
    return left > 0 ? left : 0;
  }

  /** The same by the clock that is the further on; negative or NaN where it has expired or there is none. */
  #left(): number {
    return this.#life - Math.max(Date.now() - this.#wall, performance.now() - this.#mono);
  }

  /** Begins, unless it has. Throws where it cannot; listeners are told of that as well. */
  start(): void {
    if (this.#ties.machine) return;
    this.#begin();
    this.tell(Event.Start);
  }

  /** The number to abandon it by. Throws as `start` does. */
  get(caller: Caller, min: number, force: boolean): number {
    this.#begin();
    const call = (this.#lastCall = (this.#lastCall + 1) >>> 0);
    const least = Math.min(Math.max(min, 0), Number.MAX_SAFE_INTEGER);
    const ask = (): void => this.tell(Event.Get, call, least, Number(force));
    if (this.isWorker) {
      this.#visits.begin(
        (visit) => {
          const settle = (how: () => void): void => this.#visits.within(visit, how);
          this.#callers.set(call, {
            resolve: (token) => settle(() => caller.resolve(token)),
            reject: (reason) => settle(() => caller.reject(reason)),
          });
          ask();
        },
        () => !this.#callers.has(call),
      );
    } else {
      this.#callers.set(call, caller);
      ask();
    }
    return call;
  }

  /**
   * In a Worker: does what a timer would have done by now. Where that sends a request, it is this call's own and would
   * end with it, so there is a promise to wait for.
   */
  renew(): Promise<void> | undefined {
    if (!this.isWorker || performance.now() < this.#due) return undefined;
    const { visit, end } = this.#visits.begin(
      () => this.tell(Event.Timer),
      () => true,
    );
    return this.#flight?.visit === visit ? end : undefined;
  }

  /** For a loop that waits: begins as `start` does, and in a Worker looks after the source until it is over. */
  attend(isOver: () => boolean): void {
    if (!this.isWorker) return this.start();
    this.#begin();
    this.#visits.begin(() => this.tell(Event.Start), isOver);
  }

  /** In a Worker: what each call that waits does now and then. */
  #look(): void {
    if (performance.now() >= this.#due) this.tell(Event.Timer);
    const flight = this.#flight;
    // The request whose fetch it was is gone: here it is sent once more.
    if (flight && this.#visits.isGone(flight.visit)) void this.#fetch(flight.id, flight.reason);
  }

  abandon(call: number): void {
    if (this.#callers.delete(call)) this.tell(Event.Abandon, call);
  }

  rejected(token: Face.Token): void {
    // A token may expire before its refusal is reported: the machine must not count it as one that was good.
    if (token !== this.#token && (token !== this.#dropped || this.#left() > 0)) return;
    this.#rejected = [hash(token.reveal()), ...this.#rejected].slice(0, MAX_REJECTED);
    this.tell(Event.Rejected);
  }

  /** A sibling has said something. */
  hear(message: Message): void {
    if (message.kind === 'ask') return this.tell(Event.Asked, message.left);
    if (message.kind === 'failure') {
      const { code, message: words, status, retryAfter, failure } = message;
      const error = new TokenError(code as Face.TokenErrorCode, words, status > 0 ? { status } : {});
      // Not a literal with a spread: minified, its keys would stand there twice, of which bundlers warn.
      this.#heard = Object.assign(unread(), { error, failure, retryAfter });
      // Without an answer it may be that page's own trouble: one that navigates away has its requests cut short first.
      const ownFault = failure === Failure.Retry && (code === 'ERR_VEND_NETWORK' || code === 'ERR_VEND_FUNCTION');
      this.tell(Event.HeardFailed, Number(ownFault), retryAfter, failure);
    } else {
      const { left, fresh, moved, date } = message;
      const answer = readShared(message.answer, (this.#settings as Settings).reading);
      const token = answer?.token;
      if (!token || (left === Infinity && token.expiresAt) || this.#rejected.includes(hash(token.reveal()))) return;
      // Ours may have been spent on it, whether or not we want the token.
      if (fresh) this.#renewBy(answer);
      this.#heard = answer;
      const flags = (fresh ? Flag.Fresh : 0) | (moved ? Flag.Moved : 0);
      this.#speak((machine, wall, mono) =>
        wasm().refresher_heard(machine, left, flags, digest(token.reveal()), date, wall, mono),
      );
    }
    this.#heard = undefined;
  }

  /** Someone listens: the driver is to live until it is closed. */
  listen(): void {
    this.#listened = true;
    this.#hold();
  }

  close(): void {
    if (this.#ties.machine || this.status === 'closed') return this.tell(Event.Close);
    this.status = 'closed';
    this.#emit('status', 'closed');
  }

  tell(event: Event, a = 0, b = 0, c = 0): void {
    this.#speak((machine, wall, mono) => wasm().refresher_handle(machine, event, a, b, c, wall, mono));
  }

  /** A request brought a token. */
  #vended(flight: number, { date, age, times = [NaN, NaN, NaN, NaN] }: Answer, token: Face.Token): void {
    const { expiresIn } = (this.#settings as Settings).reading;
    const asked = expiresIn < Infinity ? expiresIn : NaN;
    const hash = digest(token.reveal());
    this.#speak((machine, wall, mono) =>
      wasm().refresher_vended(machine, flight, hash, ...times, asked, date, age, wall, mono),
    );
  }

  /** Tells the machine something, and carries out what it answers: where that is in memory. */
  #speak(say: (machine: number, wall: number, mono: number) => number): void {
    // One that has not begun has nothing to learn yet, and one that was closed never.
    if (this.#ties.machine && this.status !== 'closed') outside(() => this.#carryOutOf(say));
  }

  #carryOutOf(say: (machine: number, wall: number, mono: number) => number): void {
    [this.#wall, this.#mono] = [Date.now(), performance.now()];
    const at = say(this.#ties.machine, this.#wall, this.#mono) >>> 3;
    const memory = new Float64Array(wasm().memory.buffer);
    const actions = memory.slice(at + 1, at + 4 + 4 * (memory[at] as number));
    // At once, for listeners to see.
    this.status = STATUSES[actions[0] as number] as Face.TokenSource['status'];
    this.refreshAt = actions[1] as number;
    this.#life = actions[2] as number;
    this.#queue.push(actions);
    if (this.#busy) return;
    this.#busy = true;
    try {
      for (let next = this.#queue.shift(); next; next = this.#queue.shift()) this.#carryOut(next);
    } finally {
      this.#busy = false;
    }
    this.#hold();
  }

  /** Makes the machine, unless there is one. Nothing is kept of an attempt that fails but its error. */
  #begin(): void {
    if (this.#ties.machine || this.status === 'closed') return;
    try {
      outside(() => this.#makeMachine());
    } catch (cause) {
      endAll(this.#ties.life);
      throw this.#cannotBegin(cause instanceof TokenError ? cause : refused(cause));
    }
  }

  #makeMachine(): void {
    const { refresher_new } = wasm();
    const { vend, reading, window, timeout, share } = (this.#settings ??= this.#prepare());
    const { life } = this.#ties;
    const name = share === undefined ? undefined : groupName(share, [vend.identity(), reading]);
    const tabs = name === undefined ? undefined : Tabs.join(name, this.#weak, life);
    // The seed: 53 random bits, what Math.random has.
    const seed = Math.random() * 2 ** 53;
    const isShared = tabs !== undefined;
    this.#ties.machine = refresher_new(...window, timeout, isShared, seed, Date.now(), performance.now());
    for (const sentAt of this.#budget?.requests ?? []) {
      wasm().refresher_handle(
        this.#ties.machine,
        Event.Spent,
        performance.now() - sentAt,
        0,
        0,
        Date.now(),
        performance.now(),
      );
    }
    this.#tabs = tabs;
    this.#isUntold = false;
    this.status = 'idle';
    registry?.register(this, this.#ties);
    if (!this.isWorker) watch(this.#weak, life);
  }

  #cannotBegin(error: TokenError): TokenError {
    this.#isUntold ||= this.status !== 'failed';
    this.status = 'failed';
    this.lastError = error;
    // Something else may have happened by the time it is told.
    const isOld = (): boolean => this.lastError !== error || this.status !== 'failed' || this.#ties.machine !== 0;
    this.#startFailures.tell(isOld, () => {
      const isUntold = this.#isUntold;
      this.#isUntold = false;
      this.#emit('error', error);
      if (isUntold && this.status === 'failed') this.#emit('status', 'failed');
    });
    return error;
  }

  #carryOut(actions: Float64Array): void {
    const had = this.#token;
    for (let at = 3; at < actions.length; at += 4) {
      const [action, id, what, ms] = actions.subarray(at) as unknown as [Action, number, number, number];
      switch (action) {
        case Action.Fetch:
          this.#send(id, REASONS[what] as Face.VendContext['reason']);
          break;
        case Action.Abort:
          this.#abort(this.#land());
          break;
        case Action.Arm:
          clearTimeout(this.#ties.timer);
          if (this.isWorker) this.#due = this.#mono + ms;
          else this.#ties.timer = setTimeout(tick, ms, this.#weak);
          break;
        case Action.Disarm:
          clearTimeout(this.#ties.timer);
          this.#due = Infinity;
          break;
        case Action.Install:
          this.#install(this.#land(true)?.answer);
          break;
        case Action.Drop:
          this.#dropped = this.#token;
          this.#token = this.#body = undefined;
          break;
        case Action.Refuse:
        case Action.Doubt:
          this.#land();
          break;
        case Action.Report:
          this.#report(what, ms);
          break;
        case Action.Settle:
          this.#settle(id, what);
          break;
        case Action.Status:
          this.#announce(STATUSES[what] as Face.TokenSource['status']);
          break;
        case Action.Lock:
          this.#tabs?.lock(id, ms);
          break;
        case Action.Unlock:
          this.#tabs?.unlock();
          break;
        case Action.Adopt:
          this.#install(this.#heard);
          break;
        case Action.Share:
          this.#share(what, ms);
          break;
        case Action.ShareFailure:
          this.#shareFailure();
          break;
        case Action.Sound:
          this.#tabs?.sound(id);
      }
    }
    if (had && !this.#token && this.status !== 'closed') this.#emit('dropped', null);
  }

  #send(id: number, reason: Face.VendContext['reason']): void {
    const send = (): void => void this.#fetch(id, reason);
    if (!this.isWorker || this.#visits.current) return send();
    // Nobody waits for it, as after a rejection.
    this.#visits.begin(send, () => true);
  }

  async #fetch(id: number, reason: Face.VendContext['reason']): Promise<void> {
    const { vend, reading } = this.#settings as Settings;
    const visit = this.#visits.current;
    const flight: Flight = (this.#flight = { id, reason, abort: new AbortController(), visit });
    const { signal } = flight.abort;
    const refreshToken = this.#refreshToken;
    // Not in the midst of an event, for the app's function may call back.
    await null;
    if (this.#flight !== flight) return;
    flight.sentAt = performance.now();
    if (!this.#renews) this.#spend(flight);
    const answer = await askOnce(vend.open, reason, signal, refreshToken, reading);
    // One that was given up meanwhile is of no interest.
    if (this.#flight !== flight) return;
    flight.answer = answer;
    const { token, error, retryAfter } = answer;
    const land = (event: Event, a: number, b: number): void => this.#visits.as(visit, () => this.tell(event, id, a, b));
    if (token) return this.#visits.as(visit, () => this.#vended(id, answer, token));
    // It may be the refresh token that was refused: another attempt goes without it.
    const { status = 0 } = error ?? {};
    const spent = refreshToken !== undefined && status >= 400 && status < 500 && status !== 429;
    if (spent) {
      this.#refreshToken = undefined;
      answer.failure = Failure.Retry;
    }
    land(Event.Failed, retryAfter, answer.failure);
  }

  /** In a Worker, only where its own request is handled; elsewhere its answer is just not heard. */
  #abort(flight: Flight | undefined): void {
    if (flight?.visit === this.#visits.current) flight?.abort.abort();
  }

  /** The request is over. One that brought a token, and was not the first to, is off the budget. */
  #land(brought = false): Flight | undefined {
    const flight = this.#flight;
    this.#flight = undefined;
    if (flight && !brought) this.#spend(flight);
    return flight;
  }

  #spend(flight: Flight): void {
    const budget = this.#budget;
    if (budget && flight.sentAt !== undefined) spend(budget, flight.sentAt);
    flight.sentAt = undefined;
  }

  #install(answer: Answer | undefined): void {
    const token = answer?.token;
    if (!token) return;
    this.#token = token;
    this.#dropped = undefined;
    this.#renews = true;
    this.#body = this.#tabs && answer.body;
    this.#renewBy(answer);
    this.lastError = undefined;
    this.#emit('token', token);
    for (const warning of token.warnings) this.#emit('warning', warning);
  }

  /** Keeps its refresh token, if there is one and it would ever be sent. */
  #renewBy({ refreshToken }: Answer): void {
    if (this.#settings?.vend.renews && refreshToken !== undefined) this.#refreshToken = refreshToken;
  }

  #report(cause: Cause, retryAt: number): void {
    const answer = (this.#failed = cause === Cause.Sibling ? this.#heard : this.#land()?.answer);
    const error = cause === Cause.Timeout ? timedOut() : cause === Cause.Expired ? expired() : answer?.error;
    if (!error) return;
    if (!Number.isNaN(retryAt))
      Object.defineProperty(error, 'willRetryAt', { value: new Date(retryAt), enumerable: true });
    this.lastError = error;
    this.#emit('error', error);
  }

  #share(flags: number, date: number): void {
    const left = this.#left();
    // A listener may have made an end of it meanwhile.
    if (!this.#body || !(left > 0)) return;
    const [fresh, moved] = [(flags & Flag.Fresh) !== 0, (flags & Flag.Moved) !== 0];
    this.#tabs?.tell({ kind: 'token', answer: this.#body(), left, sentAt: Date.now(), fresh, moved, date });
  }

  #shareFailure(): void {
    const { lastError: error } = this;
    const { failure = Failure.Retry, retryAfter = NaN } = this.#failed ?? {};
    if (error)
      this.#tabs?.tell({
        kind: 'failure',
        code: error.code,
        message: error.message,
        status: error.status ?? NaN,
        retryAfter,
        failure,
      });
  }

  #settle(call: number, outcome: Outcome): void {
    const caller = this.#callers.get(call);
    this.#callers.delete(call);
    if (outcome === Outcome.Token && this.#token) caller?.resolve(this.#token);
    else if (outcome === Outcome.Failed) caller?.reject(this.lastError);
    else caller?.reject(outcome === Outcome.TooShort ? tooShort() : closed());
  }

  #announce(status: Face.TokenSource['status']): void {
    if (status === 'closed') {
      this.#token = this.#dropped = this.#body = this.#refreshToken = undefined;
      release(this.#ties);
    }
    // A listener may have changed it again: then this is no news any more.
    if (status === this.status) this.#emit('status', status);
  }

  /** Lives on while someone waits or listens; and a server's process lives on for the timer while someone waits. */
  #hold(): void {
    const waiting = this.#callers.size > 0;
    if (this.#ties.machine && this.status !== 'closed' && (waiting || this.#listened)) wanted.add(this);
    else wanted.delete(this);
    refer(this.#ties.timer, waiting);
  }
}
