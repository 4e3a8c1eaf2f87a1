// Drives a source: the crate (src/js/refresher.rs) decides, fetches and shares; here are callers, listeners, what the app
// handed in, and how long all of that lives.
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

/** Where the two clocks disagree by more than this since then, only the machine can tell how old the token is. */
const CLOCK_TOLERANCE_MS = 1_000;

export interface Settings {
  vend: Vend;
  refresher: RefresherSettings;
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

/** A request under way. */
interface Request {
  readonly id: number;
  readonly reason: RefreshReason;
  readonly abort: AbortController;
  /** In a Worker: whose request it belongs to. */
  readonly visit: Visit | undefined;
}

/**
 * What the crate calls. It holds on to a driver weakly: a source that an app has dropped is collected. A refresher that
 * the driver has no more, since its instance ended, is not heard.
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

/** Does what may throw in an environment that replaces parts of the platform. */
function attempt(act: () => void): void {
  try {
    act();
  } catch {
    // There is nothing more that could be done.
  }
}

/** Drivers that someone waits for or listens to: they live until that ends, whoever else has dropped them. */
const wanted = new Set<Driver>();

let isWatching = false;

/** Where an instance ends, the drivers in use learn of it at once, and the others when they are used. */
function watchInstances(): void {
  if (isWatching) return;
  isWatching = true;
  onLost((error) => {
    for (const driver of [...wanted]) driver.instanceLost(error);
  });
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
  /** Undefined before it has begun, once it is closed, and where its instance of the module has ended. */
  #refresher: Refresher | undefined;
  /** So many calls of the refresher are under way, one within the other. */
  #depth = 0;
  /** So many refreshers have been made: the last one alone is heard. */
  refreshers = 0;
  /** Of the last refresher: what nobody else can give up once its instance has ended. */
  #channel: BroadcastChannel | undefined;
  #lock: AbortController | undefined;
  #isListenedTo = false;
  /** The timer that the crate has set last. */
  #timer: unknown;
  #request: Request | undefined;
  #token: Face.Token | undefined;
  /** The last token in hand, where there is none any more. */
  #dropped: Face.Token | undefined;
  /** For how long the token was good at the last event, at most half a minute ago unless timers are late, and the clocks then. */
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

  get #isClosed(): boolean {
    return this.status === 'closed';
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
    this.instanceLost(refused(undefined));
    if (this.#refresher) return;
    this.#begin();
    this.#handle((refresher) => refresher.start());
  }

  /** The number to abandon it by. Throws as `start` does. */
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
   * In a Worker: does what a timer would have done by now. Where that sends a request, it is this call's own and would
   * end with it, so there is a promise to wait for.
   */
  renew(): Promise<void> | undefined {
    if (!this.isWorker || performance.now() < this.#due) return undefined;
    const { visit, end } = this.#visits.begin(
      () => this.#tick(),
      () => true,
    );
    return this.#request?.visit === visit ? end : undefined;
  }

  /** For a loop that waits: begins as `start` does, and in a Worker looks after the source until it is over. */
  attend(isOver: () => boolean): void {
    if (!this.isWorker) return this.start();
    this.#begin();
    this.#visits.begin(() => this.#handle((refresher) => refresher.start()), isOver);
  }

  /** In a Worker: what each call that waits does now and then. */
  #look(): void {
    if (performance.now() >= this.#due) this.#tick();
    const request = this.#request;
    // The request whose fetch it was is gone: here it is sent once more.
    if (request && this.#visits.isGone(request.visit)) this.#send(request.id, request.reason);
  }

  #tick(): void {
    this.#handle((refresher) => refresher.tick());
  }

  abandon(call: number): void {
    if (this.#callers.delete(call)) this.#handle((refresher) => refresher.abandon(call));
  }

  rejected(token: Face.Token): void {
    // A token may expire before its refusal is reported: the machine must not count it as one that was good.
    if (token !== this.#token && (token !== this.#dropped || this.#left() > 0)) return;
    this.#handle((refresher) => refresher.rejected());
  }

  /** Someone listens: the driver is to live until it is closed. */
  listen(): void {
    this.instanceLost(refused(undefined));
    this.#isListenedTo = true;
    this.#hold();
  }

  close(): void {
    if (this.#refresher) return this.#handle((refresher) => refresher.close());
    if (this.status === 'closed') return;
    this.status = 'closed';
    this.#emit('status', 'closed');
  }

  open(reason: RefreshReason, refreshToken: string | undefined): Promise<Opened> | undefined {
    return this.#request && this.#settings?.vend.open(reason, this.#request.abort.signal, refreshToken);
  }

  /** At once, for listeners to see. */
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
    // Nobody waits for it, as after a rejection.
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

  /** In a Worker, only where its own request is handled; elsewhere its answer is just not heard. */
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

  /** An instance of the module has ended. */
  instanceLost(error: TokenError): void {
    if (this.#refresher?.isLost) this.#lose(error);
  }

  /** Tells the refresher something, which calls back what comes of it. */
  #handle(tell: (refresher: Refresher) => void): void {
    const refresher = this.#refresher;
    // One that has not begun has nothing to learn yet, and one that was closed never.
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

  /** Lets go of a refresher that was closed, once it is at rest. */
  #free(): void {
    this.#refresher?.free();
    this.#refresher = undefined;
  }

  /** Makes the refresher, unless there is one. Nothing is kept of an attempt that fails but its error. */
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

  /** The module's instance has ended, and the refresher with it: the next call begins anew. */
  #lose(error: TokenError): void {
    const request = this.#request;
    this.#refresher = this.#request = undefined;
    this.refreshers++;
    attempt(() => request?.abort.abort());
    attempt(() => this.#lock?.abort());
    attempt(() => this.#channel?.close());
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
    const isOld = (): boolean => this.lastError !== error || this.status !== 'failed' || this.#refresher !== undefined;
    this.#startFailures.tell(isOld, () => {
      const isUntold = this.#isUntold;
      this.#isUntold = false;
      this.#emit('error', error);
      if (isUntold && this.status === 'failed') this.#emit('status', 'failed');
    });
    return error;
  }

  /** An event's actions are carried out. */
  done(): void {
    this.#hold();
  }

  /** Lives on while someone waits or listens; and a server's process lives on for the timer while someone waits. */
  #hold(): void {
    const isWaitedFor = this.#callers.size > 0;
    const isOpen = this.#refresher !== undefined && this.status !== 'closed';
    if (isOpen && (isWaitedFor || this.#isListenedTo)) wanted.add(this);
    else wanted.delete(this);
    refer(this.#timer, isWaitedFor);
  }
}
