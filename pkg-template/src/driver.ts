// Carries out what the refresh machine decides (src/refresh in the crate): requests, the timer, and word to callers and
// listeners.
import type * as Face from '../index.js';
import type { AnswerOptions } from 'wasm-glue';
import { type Answer, askOnce, readShared, unread } from './answer.js';
import { type Budget, spend } from './budget.js';
import { TokenError } from './error.js';
import { type Endings, type PageEvent, watchPage } from './page.js';
import { type Action, type Failure, Machine, type Say, type Step, known, readClocks } from './refresher.js';
import type { Vend } from './request.js';
import { type Message, Tabs, digest, groupName, hash } from './tabs.js';
import { type Ties, type Weak, endAll, refer, registry, release, wanted, weakly } from './ties.js';
import { StartFailures, closed, expired, timedOut, tooShort } from './trouble.js';
import { type Visit, Visits, isWorker } from './visits.js';
import { refused } from './wasm.js';
import { outside } from './zone.js';

/** So many tokens are remembered as rejected. */
const MAX_REJECTED = 9;

/** Where the two clocks disagree by more than this since then, only the machine can tell how old the token is. */
const CLOCK_TOLERANCE_MS = 1_000;

export interface Settings {
  vend: Vend;
  /** By what answers are read. */
  reading: AnswerOptions;
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
const tick = (driver: Weak<Driver>): void => driver.deref()?.tell('timer');
const watch = (driver: Weak<Driver>, life: Endings): void => watchPage((event) => driver.deref()?.tell(event), life);

/** An event without more to it. */
export type PlainEvent = PageEvent | 'start' | 'timer' | 'rejected' | 'close';

/** An action of this type. */
type Of<Type extends Action['type']> = Extract<Action, { type: Type }>;

/** A request under way. */
interface Request {
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
  readonly #ties: Ties = { machine: undefined, timer: undefined, life: [] };
  #listened = false;
  readonly #weak = weakly<Driver>(this);
  /**
   * What the machine has decided and is not yet done. A listener may call back in the midst of it: what that brings
   * waits its turn.
   */
  readonly #queue: Action[][] = [];
  #busy = false;
  #request: Request | undefined;
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
    (visit) => this.#request?.visit === visit,
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
    this.tell('start');
  }

  /** The number to abandon it by. Throws as `start` does. */
  get(caller: Caller, min: number, force: boolean): number {
    this.#begin();
    const call = (this.#lastCall = (this.#lastCall + 1) >>> 0);
    const least = Math.min(Math.max(min, 0), Number.MAX_SAFE_INTEGER);
    const ask = (): void => this.#handle((machine, now) => machine.get(call, least, force, ...now));
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
      () => this.tell('timer'),
      () => true,
    );
    return this.#request?.visit === visit ? end : undefined;
  }

  /** For a loop that waits: begins as `start` does, and in a Worker looks after the source until it is over. */
  attend(isOver: () => boolean): void {
    if (!this.isWorker) return this.start();
    this.#begin();
    this.#visits.begin(() => this.tell('start'), isOver);
  }

  /** In a Worker: what each call that waits does now and then. */
  #look(): void {
    if (performance.now() >= this.#due) this.tell('timer');
    const request = this.#request;
    // The request whose fetch it was is gone: here it is sent once more.
    if (request && this.#visits.isGone(request.visit)) void this.#fetch(request.id, request.reason);
  }

  abandon(call: number): void {
    if (this.#callers.delete(call)) this.#handle((machine, now) => machine.abandon(call, ...now));
  }

  rejected(token: Face.Token): void {
    // A token may expire before its refusal is reported: the machine must not count it as one that was good.
    if (token !== this.#token && (token !== this.#dropped || this.#left() > 0)) return;
    this.#rejected = [hash(token.reveal()), ...this.#rejected].slice(0, MAX_REJECTED);
    this.tell('rejected');
  }

  /** A sibling has said something. */
  hear(message: Message): void {
    if (message.kind === 'ask') return this.#handle((machine, now) => machine.siblingAsked(message.left, ...now));
    if (message.kind === 'failure') {
      const { code, message: words, status, retryAfter, failure } = message;
      const error = new TokenError(code as Face.TokenErrorCode, words, status > 0 ? { status } : {});
      // Not a literal with a spread: minified, its keys would stand there twice, of which bundlers warn.
      this.#heard = Object.assign(unread(), { error, failure, retryAfter });
      // Without an answer it may be that page's own trouble: one that navigates away has its requests cut short first.
      const ownFault = failure === 'retry' && (code === 'ERR_VEND_NETWORK' || code === 'ERR_VEND_FUNCTION');
      this.#handle((machine, now) => machine.siblingFailed(failure, known(retryAfter), ownFault, ...now));
    } else {
      const { left, fresh, moved, date } = message;
      const answer = readShared(message.answer, (this.#settings as Settings).reading);
      const token = answer?.token;
      if (!token || (left === Infinity && token.expiresAt) || this.#rejected.includes(hash(token.reveal()))) return;
      // Ours may have been spent on it, whether or not we want the token.
      if (fresh) this.#renewBy(answer);
      this.#heard = answer;
      const tokenHash = digest(token.reveal());
      this.#handle((machine, now) => machine.siblingToken(tokenHash, left, fresh, moved, known(date), ...now));
    }
    this.#heard = undefined;
  }

  /** Someone listens: the driver is to live until it is closed. */
  listen(): void {
    this.#listened = true;
    this.#hold();
  }

  close(): void {
    if (this.#ties.machine || this.status === 'closed') return this.tell('close');
    this.status = 'closed';
    this.#emit('status', 'closed');
  }

  tell(event: PlainEvent): void {
    this.#handle((machine, now) => machine[event](...now));
  }

  /** The tabs' lock is held for this request. */
  locked(request: number): void {
    this.#handle((machine, now) => machine.locked(request, ...now));
  }

  /** All that siblings had said before this request has been heard. */
  drained(request: number): void {
    this.#handle((machine, now) => machine.drained(request, ...now));
  }

  /** A request brought a token. */
  #vended(request: number, { date, age, life }: Answer, token: Face.Token): void {
    const answer = {
      ...life,
      tokenHash: digest(token.reveal()),
      requestedLifeMs: (this.#settings as Settings).reading.expiresInMs,
      date: known(date),
      ageMs: age,
    };
    this.#handle((machine, now) => machine.vended(request, answer, ...now));
  }

  /** Tells the machine something, and carries out what it answers. */
  #handle(say: Say): void {
    const { machine } = this.#ties;
    // One that has not begun has nothing to learn yet, and one that was closed never.
    if (machine && this.status !== 'closed') outside(() => this.#step(machine, say));
  }

  #step(machine: Machine, say: Say): void {
    const now = readClocks();
    let step: Step;
    try {
      step = machine.tell(say, now);
    } catch (cause) {
      return this.#lose(cause instanceof TokenError ? cause : refused(cause));
    }
    [this.#wall, this.#mono] = now;
    // At once, for listeners to see.
    this.status = step.status;
    this.refreshAt = step.nextAttemptAt ?? NaN;
    this.#life = step.tokenValidForMs ?? NaN;
    this.#queue.push(step.actions);
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
    const { vend, reading, window, timeout, share } = (this.#settings ??= this.#prepare());
    const { life } = this.#ties;
    const name = share === undefined ? undefined : groupName(share, [vend.identity(), reading]);
    const tabs = name === undefined ? undefined : Tabs.join(name, this.#weak, life);
    const machine = new Machine({ window, timeout, isShared: tabs !== undefined });
    for (const sentAt of this.#budget?.requests ?? [])
      machine.tell((refresher, [wall, mono]) => refresher.priorRequest(mono - sentAt, wall, mono), readClocks());
    this.#ties.machine = machine;
    this.#tabs = tabs;
    this.#isUntold = false;
    this.status = 'idle';
    registry?.register(this, this.#ties);
    if (!this.isWorker) watch(this.#weak, life);
  }

  /** The module's instance has ended, and the machine with it: the next call begins anew. */
  #lose(error: TokenError): void {
    this.#queue.length = 0;
    this.#abort(this.#finish());
    release(this.#ties);
    const callers = [...this.#callers.values()];
    this.#callers.clear();
    this.#cannotBegin(error);
    for (const caller of callers) caller.reject(error);
    this.#hold();
  }

  #cannotBegin(error: TokenError): TokenError {
    this.#isUntold ||= this.status !== 'failed';
    this.status = 'failed';
    this.lastError = error;
    // Something else may have happened by the time it is told.
    const isOld = (): boolean =>
      this.lastError !== error || this.status !== 'failed' || this.#ties.machine !== undefined;
    this.#startFailures.tell(isOld, () => {
      const isUntold = this.#isUntold;
      this.#isUntold = false;
      this.#emit('error', error);
      if (isUntold && this.status === 'failed') this.#emit('status', 'failed');
    });
    return error;
  }

  #carryOut(actions: readonly Action[]): void {
    const had = this.#token;
    for (const action of actions) this.#act(action);
    if (had && !this.#token && this.status !== 'closed') this.#emit('dropped', null);
  }

  #act(action: Action): void {
    switch (action.type) {
      case 'fetch':
        return this.#send(action.request, action.reason);
      case 'abort':
        return this.#abort(this.#finish());
      case 'arm':
        return this.#arm(action.delayMs);
      case 'disarm':
        clearTimeout(this.#ties.timer);
        this.#due = Infinity;
        return;
      case 'install':
        return this.#install(this.#finish(true)?.answer);
      case 'drop':
        this.#dropped = this.#token;
        this.#token = this.#body = undefined;
        return;
      case 'refuse':
      case 'uncertain':
        this.#finish();
        return;
      case 'report':
        return this.#report(action.cause, action.retryAt);
      case 'settle':
        return this.#settle(action.call, action.outcome);
      case 'status':
        return this.#announce(action.status);
      case 'lock':
        return this.#tabs?.lock(action.request, action.leftMs);
      case 'drain':
        return this.#tabs?.drain(action.request);
      case 'unlock':
        return this.#tabs?.unlock();
      case 'adopt':
        return this.#install(this.#heard);
      case 'share':
        return this.#share(action.fresh, action.extended, action.date);
      case 'shareFailure':
        return this.#shareFailure();
      default:
        action satisfies never;
    }
  }

  #arm(delayMs: number): void {
    clearTimeout(this.#ties.timer);
    if (this.isWorker) this.#due = this.#mono + delayMs;
    else this.#ties.timer = setTimeout(tick, delayMs, this.#weak);
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
    const request: Request = (this.#request = { id, reason, abort: new AbortController(), visit });
    const { signal } = request.abort;
    const refreshToken = this.#refreshToken;
    // Not in the midst of an event, for the app's function may call back.
    await null;
    if (this.#request !== request) return;
    request.sentAt = performance.now();
    if (!this.#renews) this.#spend(request);
    const answer = await askOnce(vend.open, reason, signal, refreshToken, reading);
    // One that was given up meanwhile is of no interest.
    if (this.#request !== request) return;
    request.answer = answer;
    const { token, error, retryAfter } = answer;
    if (token) return this.#visits.as(visit, () => this.#vended(id, answer, token));
    // It may be the refresh token that was refused: another attempt goes without it.
    const { status = 0 } = error ?? {};
    const spent = refreshToken !== undefined && status >= 400 && status < 500 && status !== 429;
    if (spent) {
      this.#refreshToken = undefined;
      answer.failure = 'retry';
    }
    const { failure } = answer;
    this.#visits.as(visit, () =>
      this.#handle((machine, now) => machine.failed(id, failure, known(retryAfter), ...now)),
    );
  }

  /** In a Worker, only where its own request is handled; elsewhere its answer is just not heard. */
  #abort(request: Request | undefined): void {
    if (request?.visit === this.#visits.current) request?.abort.abort();
  }

  /** The request is over. One that brought a token, and was not the first to, is off the budget. */
  #finish(brought = false): Request | undefined {
    const request = this.#request;
    this.#request = undefined;
    if (request && !brought) this.#spend(request);
    return request;
  }

  #spend(request: Request): void {
    const budget = this.#budget;
    if (budget && request.sentAt !== undefined) spend(budget, request.sentAt);
    request.sentAt = undefined;
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

  #report(cause: Of<'report'>['cause'], retryAt: number | undefined): void {
    const answer = (this.#failed = cause === 'sibling' ? this.#heard : this.#finish()?.answer);
    const error = cause === 'timeout' ? timedOut() : cause === 'expired' ? expired() : answer?.error;
    if (!error) return;
    if (retryAt !== undefined)
      Object.defineProperty(error, 'willRetryAt', { value: new Date(retryAt), enumerable: true });
    this.lastError = error;
    this.#emit('error', error);
  }

  #share(fresh: boolean, moved: boolean, date = NaN): void {
    const left = this.#left();
    // A listener may have made an end of it meanwhile.
    if (!this.#body || !(left > 0)) return;
    this.#tabs?.tell({ kind: 'token', answer: this.#body(), left, sentAt: Date.now(), fresh, moved, date });
  }

  #shareFailure(): void {
    const { lastError: error } = this;
    const failure: Failure = this.#failed?.failure ?? 'retry';
    const retryAfter = this.#failed?.retryAfter ?? NaN;
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

  #settle(call: number, outcome: Of<'settle'>['outcome']): void {
    const caller = this.#callers.get(call);
    this.#callers.delete(call);
    if (outcome === 'token' && this.#token) caller?.resolve(this.#token);
    else if (outcome === 'failed') caller?.reject(this.lastError);
    else caller?.reject(outcome === 'tooShort' ? tooShort() : closed());
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
