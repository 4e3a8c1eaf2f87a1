// Carries out what the refresh machine decides (src/refresh in the crate): requests, the timer, and word to callers and listeners.
//
// Whatever outlives a call (timer, page listeners) holds on to a driver weakly: a source that an app has dropped is collected, and
// what it left behind is released.
import type * as Face from '../index.js';
import { type Answer, type Reading, askOnce, readShared, unread } from './answer.js';
import { TokenError } from './error.js';
import { Action, Cause, Event, Failure, Flag, Outcome, REASONS, STATUSES } from './machine.js';
import { watchPage } from './page.js';
import type { Vend } from './request.js';
import { type Message, Tabs, digest, groupName, hash } from './tabs.js';
import { wasm } from './wasm.js';

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
export type Emit = <K extends keyof Face.TokenSourceEvents>(type: K, detail: Face.TokenSourceEvents[K]['detail']) => void;

export interface Caller {
  resolve(token: Face.Token): void;
  reject(reason: unknown): void;
}

/** What a driver leaves in the world. */
interface Ties {
  /** The machine, by its place in memory; 0 before it has begun, and when it was released. */
  machine: number;
  timer: ReturnType<typeof setTimeout> | undefined;
  /** Aborted at the end, which takes the page listeners off. */
  readonly life: AbortController;
}

export interface Weak {
  deref(): Driver | undefined;
}

// Not methods: a closure made in one may hold on to its driver.
const tick = (driver: Weak): void => driver.deref()?.tell(Event.Timer);
const watch = (driver: Weak, signal: AbortSignal): void => watchPage((event) => driver.deref()?.tell(event), signal);

/** In Node.js and Deno, a process ends in spite of a timer that is not wanted. */
function refer(timer: unknown, keep: boolean): void {
  const verb = keep ? 'ref' : 'unref';
  if (typeof timer === 'object') (timer as Partial<Record<string, () => void>>)[verb]?.();
  else if (timer) (globalThis as { Deno?: Record<string, (timer: unknown) => void> }).Deno?.[`${verb}Timer`]?.(timer);
}

function release(ties: Ties): void {
  clearTimeout(ties.timer);
  // With a reason: one that the engine makes remembers the stack, and whoever was on it.
  ties.life.abort(null);
  if (ties.machine) wasm().__wbg_refresher_free(ties.machine, 0);
  ties.machine = 0;
}

interface Flight {
  abort: AbortController;
  answer?: Answer;
}

/** Drivers that someone waits for or listens to: they live until that ends, whoever else has dropped them. */
const wanted = new Set<Driver>();

/** Not every engine has these two; there, a source lives until it is closed. */
const registry = typeof FinalizationRegistry === 'function' ? /* @__PURE__ */ new FinalizationRegistry(release) : undefined;
const weakly = (driver: Driver): Weak => (typeof WeakRef === 'function' ? new WeakRef(driver) : { deref: () => driver });

export class Driver {
  status: Face.TokenSource['status'] = 'idle';
  /** By the wall clock; NaN: not known. */
  refreshAt = NaN;
  lastError: TokenError | undefined;

  readonly #settings: Settings;
  readonly #emit: Emit;
  readonly #ties: Ties = { machine: 0, timer: undefined, life: new AbortController() };
  #listened = false;
  readonly #weak = weakly(this);
  /** What the machine has decided and is not yet done. A listener may call back in the midst of it: what that brings waits its turn. */
  readonly #queue: Float64Array[] = [];
  #busy = false;
  #flight: Flight | undefined;
  #refreshToken: string | undefined;
  #token: Face.Token | undefined;
  #tabs: Tabs | undefined;
  /** What the token in hand came from, for siblings. */
  #body: (() => string) | undefined;
  /** What a sibling has just told of: a token, or why it has none. */
  #heard: Answer | undefined;
  /** The failure reported last, where it was an answer's. */
  #failed: Answer | undefined;
  /** Hashes of tokens that were rejected here: a sibling that does not know may offer them again. */
  #rejected: string[] = [];
  /** For how long the token was good at the last event, at most half a minute ago unless the timers are late, and the clocks then. */
  #life = NaN;
  #wall = 0;
  #mono = 0;
  readonly #callers = new Map<number, Caller>();
  #lastCall = 0;

  constructor(settings: Settings, emit: Emit) {
    this.#settings = settings;
    this.#emit = emit;
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
    return left > 0 ? left : 0;
  }

  /** The same by the clock that is the further on; negative or NaN where it has expired or there is none. */
  #left(): number {
    return this.#life - Math.max(Date.now() - this.#wall, performance.now() - this.#mono);
  }

  start(): void {
    this.tell(Event.Start);
  }

  /** The number to abandon it by. */
  get(caller: Caller, min: number, force: boolean): number {
    const call = (this.#lastCall = (this.#lastCall + 1) >>> 0);
    this.#callers.set(call, caller);
    this.tell(Event.Get, call, Math.min(Math.max(min, 0), Number.MAX_SAFE_INTEGER), Number(force));
    return call;
  }

  abandon(call: number): void {
    if (this.#callers.delete(call)) this.tell(Event.Abandon, call);
  }

  rejected(token: Face.Token): void {
    if (this.#token !== token) return;
    this.#rejected = [hash(token.reveal()), ...this.#rejected].slice(0, MAX_REJECTED);
    this.tell(Event.Rejected);
  }

  /** A sibling has said something. */
  hear(message: Message): void {
    if (message.kind === 'ask') return this.tell(Event.Asked, message.left);
    if (message.kind === 'failure') {
      const { code, message: words, status, retryAfter, failure } = message;
      const error = new TokenError(code as Face.TokenErrorCode, words, status > 0 ? { status } : {});
      this.#heard = { ...unread(), error, failure, retryAfter };
      // Without an answer it may be that page's own trouble: one that navigates away has its requests cut short first.
      const ownFault = failure === Failure.Retry && (code === 'ERR_VEND_NETWORK' || code === 'ERR_VEND_FUNCTION');
      this.tell(Event.HeardFailed, Number(ownFault), retryAfter, failure);
    } else {
      const { left, fresh, moved, date } = message;
      const answer = readShared(message.answer, this.#settings.reading);
      const token = answer?.token;
      if (!token || (left === Infinity && token.expiresAt) || this.#rejected.includes(hash(token.reveal()))) return;
      // Ours may have been spent on it, whether or not we want the token.
      if (fresh) this.#renewBy(answer);
      this.#heard = answer;
      const flags = (fresh ? Flag.Fresh : 0) | (moved ? Flag.Moved : 0);
      this.#speak((machine, wall, mono) => wasm().refresher_heard(machine, left, flags, digest(token.reveal()), date, wall, mono));
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
    const { expiresIn } = this.#settings.reading;
    const asked = expiresIn < Infinity ? expiresIn : NaN;
    const hash = digest(token.reveal());
    this.#speak((machine, wall, mono) => wasm().refresher_vended(machine, flight, hash, ...times, asked, date, age, wall, mono));
  }

  /** Tells the machine something, and carries out what it answers: where that is in memory. */
  #speak(say: (machine: number, wall: number, mono: number) => number): void {
    if (this.status === 'closed') return;
    const machine = this.#ties.machine || this.#begin();
    const at = say(machine, (this.#wall = Date.now()), (this.#mono = performance.now())) >>> 3;
    const memory = new Float64Array(wasm().memory.buffer);
    const actions = memory.slice(at + 1, at + 4 + 4 * (memory[at] as number));
    // At once, for listeners to see.
    this.status = STATUSES[actions[0] as number] as Face.TokenSource['status'];
    this.refreshAt = actions[1] as number;
    this.#life = actions[2] as number;
    this.#queue.push(actions);
    if (this.#busy) return;
    this.#busy = true;
    for (let next; (next = this.#queue.shift()); ) this.#carryOut(next);
    this.#busy = false;
    this.#hold();
  }

  #begin(): number {
    const { refresher_new } = wasm();
    const { vend, reading, window, timeout, share } = this.#settings;
    const { signal } = this.#ties.life;
    registry?.register(this, this.#ties);
    if (share !== undefined) this.#tabs = Tabs.join(groupName(share, [vend.identity(), reading]), this.#weak, signal);
    // The seed: 53 random bits, what Math.random has.
    const seed = Math.random() * 2 ** 53;
    const machine = (this.#ties.machine = refresher_new(...window, timeout, this.#tabs !== undefined, seed, Date.now(), performance.now()));
    watch(this.#weak, signal);
    return machine;
  }

  #carryOut(actions: Float64Array): void {
    const had = this.#token;
    for (let at = 3; at < actions.length; at += 4) {
      const [action, id, what, ms] = actions.subarray(at) as unknown as [Action, number, number, number];
      switch (action) {
        case Action.Fetch:
          void this.#fetch(id, REASONS[what] as Face.VendContext['reason']);
          break;
        case Action.Abort:
          this.#land()?.abort.abort();
          break;
        case Action.Arm:
          clearTimeout(this.#ties.timer);
          this.#ties.timer = setTimeout(tick, ms, this.#weak);
          break;
        case Action.Disarm:
          clearTimeout(this.#ties.timer);
          break;
        case Action.Install:
          this.#install(this.#land()?.answer);
          break;
        case Action.Drop:
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

  async #fetch(id: number, reason: Face.VendContext['reason']): Promise<void> {
    const { vend, reading } = this.#settings;
    const flight: Flight = (this.#flight = { abort: new AbortController() });
    const { signal } = flight.abort;
    const refreshToken = this.#refreshToken;
    // Not in the midst of an event, for the app's function may call back.
    await null;
    if (signal.aborted) return;
    const answer = await askOnce(vend.open, reason, signal, refreshToken, reading);
    // One that was given up meanwhile is of no interest.
    if (this.#flight !== flight) return;
    flight.answer = answer;
    const { token, error, retryAfter } = answer;
    if (token) return this.#vended(id, answer, token);
    // It may be the refresh token that was refused: another attempt goes without it.
    const { status = 0 } = error ?? {};
    const spent = refreshToken !== undefined && status >= 400 && status < 500 && status !== 429;
    if (spent) {
      this.#refreshToken = undefined;
      answer.failure = Failure.Retry;
    }
    this.tell(Event.Failed, id, retryAfter, answer.failure);
  }

  /** The request is over. */
  #land(): Flight | undefined {
    const flight = this.#flight;
    this.#flight = undefined;
    return flight;
  }

  #install(answer: Answer | undefined): void {
    const token = answer?.token;
    if (!token) return;
    this.#token = token;
    this.#body = this.#tabs && answer.body;
    this.#renewBy(answer);
    this.lastError = undefined;
    this.#emit('token', token);
    for (const warning of token.warnings) this.#emit('warning', warning);
  }

  /** Keeps its refresh token, if there is one and it would ever be sent. */
  #renewBy({ refreshToken }: Answer): void {
    if (this.#settings.vend.renews && refreshToken !== undefined) this.#refreshToken = refreshToken;
  }

  #report(cause: Cause, retryAt: number): void {
    const answer = (this.#failed = cause === Cause.Sibling ? this.#heard : this.#land()?.answer);
    const error =
      cause === Cause.Timeout
        ? new TokenError('ERR_VEND_TIMEOUT', 'expected an answer from the vending service in time, found none; see `requestTimeoutMs`')
        : cause === Cause.Expired
          ? new TokenError(
              'ERR_VEND_EXPIRED',
              'expected a valid token from the vending service, found one that had expired as far as clocks tell; let pages read its time (`Access-Control-Expose-Headers: Date, Age`), or have it send the seconds left as `expiresIn`, and no cache or service worker keep its answers',
            )
          : answer?.error;
    if (!error) return;
    if (!Number.isNaN(retryAt)) Object.defineProperty(error, 'willRetryAt', { value: new Date(retryAt), enumerable: true });
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
    if (error) this.#tabs?.tell({ kind: 'failure', code: error.code, message: error.message, status: error.status ?? NaN, retryAfter, failure });
  }

  #settle(call: number, outcome: Outcome): void {
    const caller = this.#callers.get(call);
    this.#callers.delete(call);
    if (outcome === Outcome.Token && this.#token) caller?.resolve(this.#token);
    else if (outcome === Outcome.Failed) caller?.reject(this.lastError);
    else if (outcome === Outcome.TooShort) {
      caller?.reject(
        new TokenError('ERR_TOKEN_TOO_SHORT', 'expected a token with at least `minValidityMs` left, found that even a fresh one has less; ask for less, or mint for longer'),
      );
    } else caller?.reject(closed());
  }

  #announce(status: Face.TokenSource['status']): void {
    if (status === 'closed') {
      this.#token = this.#body = this.#refreshToken = undefined;
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

export const closed = (): TokenError => new TokenError('ERR_CLOSED', 'expected an open TokenSource, found one that was closed');
