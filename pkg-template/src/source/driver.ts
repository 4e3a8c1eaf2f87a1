// Drives a source. The crate (src/js/refresher.rs) decides, fetches and shares tokens. This file manages callers,
// listeners, the app's options, and their lifetimes.
import type * as Face from '../../index.js';
import type { Opened, RefreshReason, RefreshStatus, RefresherHost, RefresherSettings } from 'wasm-glue';
import { type Budget, spend } from './budget.js';
import { TokenError } from '../common/error.js';
import { Refresher } from './refresher.js';
import type { Vend } from './request.js';
import { claimNextTimer } from '../glue-globals.js';
import { type Weak, refer, weakly } from './ties.js';
import { makeToken } from '../token/token.js';
import { StartFailures, closed, tooShort } from './trouble.js';
import { type Visit, Visits, isWorker } from './visits.js';
import { onLost, refused } from '../wasm.js';
import { outside } from './zone.js';

/**
 * If the clocks have diverged by more than this since the last event, only the machine can tell how old the token is.
 */
const CLOCK_TOLERANCE_MS = 1_000;

export interface Settings {
  vend: Vend;
  refresher: RefresherSettings;
}

/** Dispatches an event on the source. */
export type Emit = <K extends keyof Face.TokenSourceEvents>(
  type: K,
  detail: Face.TokenSourceEvents[K]['detail'],
) => void;

export interface Caller {
  resolve(token: Face.Token): void;
  reject(reason: unknown): void;
}

/** A pending request. */
interface Request {
  readonly id: number;
  readonly reason: RefreshReason;
  readonly abort: AbortController;
  /** In a Worker: the visit that sent it. */
  readonly visit: Visit | undefined;
}

/**
 * The object that the crate calls. Its reference to the driver is weak, so that a source which the app has dropped can
 * be garbage-collected. Calls from an earlier refresher, whose instance was lost, are ignored.
 */
function hostOf(weak: Weak<Driver>, number: number): RefresherHost {
  const driver = (): Driver | undefined => {
    const found = weak.deref();
    return found?.refreshers === number ? found : undefined;
  };
  return {
    open: async (...given) => (await driver()?.open(...given)) as Opened,
    shown: (...given) => driver()?.shown(...given),
    installed: (token) => driver()?.installed(makeToken(token)),
    uninstalled: () => driver()?.uninstalled(),
    dropped: () => driver()?.dropped(),
    failed: (...given) => driver()?.failed(...given),
    status: (status) => driver()?.announce(status),
    settled: (...given) => driver()?.settled(...given),
    due: (...given) => driver()?.due(...given),
    ended: () => driver()?.ended(),
    answered: (request) => driver()?.answered(request),
    abort: () => driver()?.abort(),
    channelOpened: (channel) => driver()?.channelOpened(channel),
    lockRequested: (abort) => driver()?.lockRequested(abort),
    spent: (sentAt) => driver()?.spent(sentAt),
    keepsTime: (delayMs) => driver()?.keepsTime(delayMs) ?? false,
    done: () => driver()?.done(),
  };
}

/** Calls `act`, which may throw in an environment that replaces parts of the platform. */
function attempt(act: () => void): void {
  try {
    act();
  } catch {
    // There is nothing else to do.
  }
}

/**
 * Drivers with callers or listeners. They are kept alive as long as they have any, even if the app has dropped them.
 */
const wanted = new Set<Driver>();

let isWatching = false;

/** When an instance is lost, the drivers in use are notified immediately. Others find out when they are next used. */
function watchInstances(): void {
  if (isWatching) return;
  isWatching = true;
  onLost((error) => {
    for (const driver of [...wanted]) driver.instanceLost(error);
  });
}

export class Driver {
  status: Face.TokenSource['status'] = 'idle';
  /** Wall-clock time; NaN if unknown. */
  refreshAt = NaN;
  lastError: TokenError | undefined;

  /** In a Worker there is no timer: each pending call does what a timer would do. */
  readonly isWorker = isWorker();
  readonly #prepare: () => Settings;
  /** The requests of the sources that this one replaces. */
  readonly #budget: Budget | undefined;
  #settings: Settings | undefined;
  readonly #emit: Emit;
  /** Undefined before it is created, after it is closed, and after its instance of the module is lost. */
  #refresher: Refresher | undefined;
  /** How many nested calls of the refresher are on the stack. */
  #depth = 0;
  /** The number of the latest refresher. Calls from earlier ones are ignored. */
  refreshers = 0;
  /** The channel and lock of the latest refresher. Once its instance is lost, only this driver can release them. */
  #channel: BroadcastChannel | undefined;
  #lock: AbortController | undefined;
  #isListenedTo = false;
  /** The latest timer that the crate has set. */
  #timer: unknown;
  #request: Request | undefined;
  #token: Face.Token | undefined;
  /** The last token, if there is no current one. */
  #dropped: Face.Token | undefined;
  /**
   * The token's remaining lifetime at the last event (at most 30 s ago, unless timers are late), and the clocks then.
   */
  #life = NaN;
  #wall = 0;
  #mono = 0;
  readonly #callers = new Map<number, Caller>();
  #lastCall = 0;
  /** In a Worker: the pending calls, and when (by the monotonic clock) a timer would fire. */
  readonly #visits = new Visits(
    () => this.#look(),
    (visit) => this.#request?.visit === visit,
  );
  #due = Infinity;
  readonly #startFailures = new StartFailures();
  /** Whether listeners are still to be notified of the status 'failed', after the source could not start. */
  #isUntold = false;

  /** If `prepare` throws `ERR_WASM`, it is called again when the source starts. Any other error is rethrown. */
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

  /** The current token, unless it has expired. */
  get current(): Face.Token | undefined {
    return this.#left() > 0 ? this.#token : undefined;
  }

  get #isClosed(): boolean {
    return this.status === 'closed';
  }

  /** The current token, if it is certainly valid for `min` ms. If this returns undefined, only the machine can tell. */
  inHand(min: number): Face.Token | undefined {
    const drift = Date.now() - this.#wall - (performance.now() - this.#mono);
    return Math.abs(drift) <= CLOCK_TOLERANCE_MS && this.#left() >= Math.max(min, 1) ? this.#token : undefined;
  }

  /**
   * The token's remaining lifetime, by whichever clock has advanced further. Negative if it has expired, NaN if there
   * is none.
   */
  #left(): number {
    return this.#life - Math.max(Date.now() - this.#wall, performance.now() - this.#mono);
  }

  /** Starts the source, unless it has started. If that fails, it throws and also notifies listeners. */
  start(): void {
    this.instanceLost();
    if (this.#refresher) return;
    this.#begin();
    this.#handle((refresher) => refresher.start());
  }

  /** Returns the number by which the call can be abandoned. Throws as `start` does. */
  get(caller: Caller, min: number, force: boolean): number {
    this.#begin();
    const call = (this.#lastCall = (this.#lastCall + 1) >>> 0);
    const least = Math.min(Math.max(min, 0), Number.MAX_SAFE_INTEGER);
    const ask = (): void => this.#handle((refresher) => refresher.get(call, least, force));
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
   * In a Worker: does what a timer would have done by now. A request that this sends belongs to the current call and
   * would be cancelled with it, so the call must await the returned promise.
   */
  renew(): Promise<void> | undefined {
    if (!this.isWorker || performance.now() < this.#due) return undefined;
    const { visit, end } = this.#visits.begin(
      () => this.#tick(),
      () => true,
    );
    return this.#request?.visit === visit ? end : undefined;
  }

  /** For a loop over tokens: starts as `start` does, and in a Worker does the work of a timer until `isOver`. */
  attend(isOver: () => boolean): void {
    if (!this.isWorker) return this.start();
    this.#begin();
    this.#visits.begin(() => this.#handle((refresher) => refresher.start()), isOver);
  }

  /** In a Worker: what each pending call does periodically. */
  #look(): void {
    if (performance.now() >= this.#due) this.#tick();
    const request = this.#request;
    // The call that sent this request is gone, so this call sends it again.
    if (request && this.#visits.isGone(request.visit)) this.#send(request.id, request.reason);
  }

  #tick(): void {
    this.#handle((refresher) => refresher.tick());
  }

  abandon(call: number): void {
    if (this.#callers.delete(call)) this.#handle((refresher) => refresher.abandon(call));
  }

  rejected(token: Face.Token): void {
    // A token may expire before its rejection is reported. The machine must not count it as a good one.
    if (token !== this.#token && (token !== this.#dropped || this.#left() > 0)) return;
    this.#handle((refresher) => refresher.rejected());
  }

  /** Records that there is a listener, which keeps the driver alive until it is closed. */
  listen(): void {
    this.instanceLost();
    this.#isListenedTo = true;
    this.#hold();
  }

  close(): void {
    if (this.#refresher?.isLost === false) this.#handle((refresher) => refresher.close());
    if (this.#isClosed) return;
    // It has not started, or its instance is lost.
    const callers = this.#release();
    this.status = 'closed';
    for (const caller of callers) caller.reject(closed());
    this.announce('closed');
    this.#hold();
  }

  open(reason: RefreshReason, refreshToken: string | undefined): Promise<Opened> | undefined {
    return this.#request && this.#settings?.vend.open(reason, this.#request.abort.signal, refreshToken);
  }

  /** Updates the state before listeners are called. */
  shown(
    status: RefreshStatus,
    refreshAt: number | undefined,
    validForMs: number | undefined,
    wall: number,
    mono: number,
  ): void {
    this.status = status;
    this.refreshAt = refreshAt ?? NaN;
    this.#life = validForMs ?? NaN;
    [this.#wall, this.#mono] = [wall, mono];
  }

  installed(token: Face.Token): void {
    this.#token = token;
    this.#dropped = undefined;
    this.lastError = undefined;
    this.#emit('token', token);
    for (const warning of token.warnings) this.#emit('warning', warning);
  }

  uninstalled(): void {
    this.#dropped = this.#token;
    this.#token = undefined;
  }

  dropped(): void {
    this.#emit('dropped', null);
  }

  failed(code: string, message: string, status?: number, willRetryAt?: number, cause?: unknown): void {
    const details = { status, cause, willRetryAt: willRetryAt === undefined ? undefined : new Date(willRetryAt) };
    const error = new TokenError(code as Face.TokenErrorCode, message, details as object);
    this.lastError = error;
    this.#emit('error', error);
  }

  announce(status: RefreshStatus): void {
    if (status === 'closed') this.#token = this.#dropped = undefined;
    this.#emit('status', status);
  }

  settled(call: number, outcome: Parameters<RefresherHost['settled']>[1]): void {
    const caller = this.#callers.get(call);
    this.#callers.delete(call);
    if (outcome === 'token' && this.#token) caller?.resolve(this.#token);
    else if (outcome === 'failed') caller?.reject(this.lastError);
    else caller?.reject(outcome === 'tooShort' ? tooShort() : closed());
  }

  due(id: number, reason: RefreshReason): void {
    const send = (): void => this.#send(id, reason);
    if (!this.isWorker || this.#visits.current) return send();
    // No call is waiting for it, for example after a rejection.
    this.#visits.begin(send, () => true);
  }

  #send(id: number, reason: RefreshReason): void {
    this.#request = { id, reason, abort: new AbortController(), visit: this.#visits.current };
    this.#handle((refresher) => refresher.send(id, reason));
  }

  ended(): void {
    this.#request = undefined;
  }

  answered(id: number): void {
    this.#visits.as(this.#request?.visit, () => this.#handle((refresher) => refresher.receive(id)));
  }

  /** In a Worker, a request may be aborted only by the visit that sent it. Otherwise its answer is just ignored. */
  abort(): void {
    const { visit, abort } = this.#request ?? {};
    if (visit === this.#visits.current) attempt(() => abort?.abort());
  }

  channelOpened(channel: BroadcastChannel): void {
    this.#channel = channel;
  }

  lockRequested(abort: AbortController): void {
    this.#lock = abort;
  }

  spent(sentAt: number): void {
    if (this.#budget) spend(this.#budget, sentAt);
  }

  keepsTime(delayMs: number | undefined): boolean {
    if (this.isWorker) this.#due = delayMs === undefined ? Infinity : this.#mono + delayMs;
    else if (delayMs !== undefined) claimNextTimer((timer) => (this.#timer = timer));
    return this.isWorker;
  }

  /** Handles the loss of the refresher's instance, if it is lost. */
  instanceLost(error?: TokenError): void {
    if (this.#refresher?.isLost) this.#lose(error ?? refused(undefined));
  }

  /** Calls the refresher, which reports the results to this driver. */
  #handle(tell: (refresher: Refresher) => void): void {
    const refresher = this.#refresher;
    // One that has not started, or is closed, handles no events.
    if (!refresher || this.#isClosed) return;
    this.#depth++;
    try {
      outside(() => tell(refresher));
    } catch (cause) {
      this.#lose(cause instanceof TokenError ? cause : refused(cause));
    } finally {
      this.#depth--;
    }
    if (this.#isClosed && this.#depth === 0) this.#free();
  }

  /** Frees a closed refresher when none of its calls is on the stack. */
  #free(): void {
    this.#refresher?.free();
    this.#refresher = undefined;
  }

  /** Creates the refresher, unless there is one. A failed attempt leaves only its error. */
  #begin(): void {
    if (this.#refresher || this.status === 'closed') return;
    try {
      outside(() => this.#makeRefresher());
    } catch (cause) {
      this.#refresher = undefined;
      throw this.#cannotBegin(cause instanceof TokenError ? cause : refused(cause));
    }
  }

  #makeRefresher(): void {
    this.#settings ??= this.#prepare();
    watchInstances();
    const host = hostOf(weakly<Driver>(this), ++this.refreshers);
    this.#refresher = new Refresher(host, this.#settings.refresher);
    this.#isUntold = false;
    this.status = 'idle';
    const now = performance.now();
    this.#refresher.begin((this.#budget?.requests ?? []).map((sentAt) => now - sentAt));
  }

  /** The module's instance is lost, and the refresher with it. The next call starts again. */
  #lose(error: TokenError): void {
    const callers = this.#release();
    this.#cannotBegin(error);
    for (const caller of callers) caller.reject(error);
    this.#hold();
  }

  /** Gives up the refresher and what only it could have released. Returns the callers, which are not settled. */
  #release(): Caller[] {
    const request = this.#request;
    this.#refresher = this.#request = undefined;
    this.refreshers++;
    attempt(() => request?.abort.abort());
    attempt(() => this.#lock?.abort());
    attempt(() => this.#channel?.close());
    const callers = [...this.#callers.values()];
    this.#callers.clear();
    return callers;
  }

  #cannotBegin(error: TokenError): TokenError {
    this.#isUntold ||= this.status !== 'failed';
    this.status = 'failed';
    this.lastError = error;
    // Something else may have happened by the time listeners are notified.
    const isOld = (): boolean => this.lastError !== error || this.status !== 'failed' || this.#refresher !== undefined;
    this.#startFailures.tell(isOld, () => {
      const isUntold = this.#isUntold;
      this.#isUntold = false;
      this.#emit('error', error);
      if (isUntold && this.status === 'failed') this.#emit('status', 'failed');
    });
    return error;
  }

  /** An event's actions have been carried out. */
  done(): void {
    this.#hold();
  }

  /** Keeps the driver alive while it has callers or listeners, and a server's process alive while it has callers. */
  #hold(): void {
    const isWaitedFor = this.#callers.size > 0;
    const isOpen = this.#refresher !== undefined && this.status !== 'closed';
    if (isOpen && (isWaitedFor || this.#isListenedTo)) wanted.add(this);
    else wanted.delete(this);
    refer(this.#timer, isWaitedFor);
  }
}
