// TokenSource, the public API. It checks arguments and provides promises, events and loops. driver.ts carries out what
// the machine decides.
import type * as Face from '../../index.js';
import type { Budget } from './budget.js';
import { disposes } from '../common/dispose.js';
import { type Caller, Driver, type Settings } from './driver.js';
import { type TokenError, check, isObject, reads, wrong } from '../common/error.js';
import { copyOptions } from '../token/options.js';
import { isSignal, reasonOf } from '../common/recognize.js';
import { prepareVend } from './request.js';
import { closed } from './trouble.js';
import { outside } from './zone.js';

const DEFAULT_MIN_VALIDITY_MS = 10_000;
const DEFAULT_TIMEOUT_MS = 10_000;

export class TokenSource extends EventTarget implements Face.TokenSource {
  declare readonly [Symbol.dispose]: () => void;
  readonly #driver: Driver;
  /** The latest token that calls resolved with, and the promise that pending calls without options share. */
  #given: { token: Face.Token; promise: Promise<Face.Token> } | undefined;
  #waiting: Promise<Face.Token> | undefined;
  /** The loops over tokens. Each function checks whether its loop can go on. */
  readonly #loops = new Set<() => void>();

  /** `budget` is used by the package's own bindings. */
  constructor(options: Face.TokenSourceOptions, budget?: Budget) {
    super();
    disposes(this, () => this.close());
    const [prepare, start] = reading(() => readOptions(options));
    const driver = new Driver(
      prepare,
      (type, detail) => {
        this.dispatchEvent(new CustomEvent(type, { detail }));
        // In a Worker each loop polls by itself: a promise of one request must not be settled by another.
        if (!driver.isWorker) for (const look of this.#loops) look();
      },
      budget,
    );
    this.#driver = driver;
    // A Worker may not send requests while it starts up.
    if (start !== 'now' || driver.isWorker) return;
    try {
      driver.start();
    } catch {
      // The error is in `lastError`, and listeners are notified.
    }
  }

  getToken(options?: { minValidityMs?: number; forceRefresh?: boolean; signal?: AbortSignal }): Promise<Face.Token> {
    try {
      return this.#get(options);
    } catch (error) {
      return Promise.reject(error);
    }
  }

  /**
   * Returns the same promise for the same answer, since React's `use` would wait forever if each render got a new one.
   * A rejected promise is not kept.
   */
  #get(options: Parameters<Face.TokenSource['getToken']>[0]): Promise<Face.Token> {
    const { min, force, signal } = reading(() => readCall(options === undefined ? {} : options));
    if (signal?.aborted) throw reasonOf(signal);
    const driver = this.#driver;
    const token = force ? undefined : driver.inHand(min);
    if (token && driver.isWorker) {
      const renewal = driver.renew();
      // Do not await a promise that belongs to another request.
      return renewal ? renewal.then(() => driver.inHand(min) ?? this.#get(options)) : Promise.resolve(token);
    }
    if (token) {
      if (this.#given?.token !== token) this.#given = { token, promise: Promise.resolve(token) };
      return this.#given.promise;
    }
    if (driver.status === 'closed') throw closed();
    const isPlain = options === undefined && !driver.isWorker;
    if (isPlain && this.#waiting) return this.#waiting;
    let [resolve, reject]: [(token: Face.Token) => void, (reason: unknown) => void] = [() => {}, () => {}];
    const promise = new Promise<Face.Token>((...both) => ([resolve, reject] = both));
    if (isPlain) this.#waiting = promise;
    const over = (): void => {
      signal?.removeEventListener('abort', onAbort);
      if (isPlain) this.#waiting = undefined;
    };
    const caller: Caller = {
      resolve: (given) => {
        over();
        if (isPlain) this.#given = { token: given, promise };
        resolve(given);
      },
      reject: (reason) => {
        over();
        reject(reason);
      },
    };
    let call: number | undefined;
    const onAbort = (): void => {
      if (call !== undefined) driver.abandon(call);
      reject(signal && reasonOf(signal));
    };
    outside(() => signal?.addEventListener('abort', onAbort, { once: true }));
    try {
      call = driver.get(caller, min, force);
    } catch (error) {
      caller.reject(error);
    }
    return promise;
  }

  get current(): Face.Token | undefined {
    return this.#driver.current;
  }

  get status(): Face.TokenSource['status'] {
    return this.#driver.status;
  }

  get lastError(): TokenError | undefined {
    return this.#driver.lastError;
  }

  get refreshAt(): Date | undefined {
    const { refreshAt } = this.#driver;
    return Number.isNaN(refreshAt) ? undefined : new Date(refreshAt);
  }

  reportRejected(token: Face.Token): void {
    this.#driver.rejected(token);
  }

  override addEventListener(
    type: string,
    listener: EventListenerOrEventListenerObject | null,
    options?: boolean | AddEventListenerOptions,
  ): void {
    super.addEventListener(type, listener, options);
    this.#driver.listen();
  }

  /** Written by hand, because a generator's `return()` has no effect while it awaits. */
  [Symbol.asyncIterator](): AsyncIterableIterator<Face.Token, undefined, undefined> {
    type Result = IteratorResult<Face.Token, undefined>;
    const driver = this.#driver;
    const loops = this.#loops;
    const waiting: ((result: Result) => void)[] = [];
    let last: Face.Token | undefined;
    let over = false;
    const look = (): void => {
      over ||= driver.status === 'closed';
      const token = driver.current;
      if (!over && token && token !== last) waiting.shift()?.({ value: (last = token), done: false });
      if (over) for (const resolve of waiting.splice(0)) resolve({ value: undefined, done: true });
      if (waiting.length === 0) loops.delete(look);
    };
    return {
      next: () =>
        new Promise<Result>((resolve) => {
          let settled = false;
          // A loop over tokens starts the source. If that fails, the promise rejects.
          if (!over) {
            driver.attend(() => {
              look();
              return settled;
            });
          }
          driver.listen();
          waiting.push((result) => {
            settled = true;
            resolve(result);
          });
          loops.add(look);
          look();
        }),
      return: async () => {
        over = true;
        look();
        return { value: undefined, done: true };
      },
      [Symbol.asyncIterator]() {
        return this;
      },
    };
  }

  close(): void {
    this.#driver.close();
  }
}

/** Reads an app's argument. If one of its getters throws, that is an `ERR_ARGUMENT`. */
const reading = <T>(read: () => T): T =>
  reads(read, 'options: expected what can be read, found what cannot; see `cause`');

/** The returned function checks the rest, which requires WebAssembly. */
function readOptions(options: Face.TokenSourceOptions): readonly [prepare: () => Settings, start: 'now' | 'on-demand'] {
  check(isObject(options), 'options', 'an object', options);
  const { start = 'now', shareAcrossTabs: share = false } = options;
  check(start === 'now' || start === 'on-demand', 'start', "'now' or 'on-demand'", start);
  check(
    share === false || (typeof share === 'string' && share !== ''),
    'shareAcrossTabs',
    'a name that is not empty, or false',
    share,
  );
  const prepare = prepareVend(options, share !== false);
  const decode = copyOptions(options.decode);
  const window = checkWindow(options.refreshWindow);
  const settings = { share: share || undefined, window, requestTimeoutMs: checkTimeout(options.requestTimeoutMs) };
  const finish = (): Settings => {
    const vend = prepare();
    const reading = { decode, ...vend.asked };
    const identity = JSON.stringify([vend.identity(), reading]);
    return { vend, refresher: { ...settings, ...reading, renews: vend.renews, identity } };
  };
  return [finish, start];
}

function readCall(options: { minValidityMs?: number; forceRefresh?: boolean; signal?: AbortSignal }) {
  check(isObject(options), 'options', 'an object', options);
  const { minValidityMs: min = DEFAULT_MIN_VALIDITY_MS, forceRefresh: force = false, signal } = options;
  check(typeof min === 'number' && !Number.isNaN(min), 'minValidityMs', 'milliseconds', min);
  check(typeof force === 'boolean', 'forceRefresh', 'a boolean', force);
  check(signal === undefined || isSignal(signal), 'signal', 'an AbortSignal', signal);
  return { min, force, signal };
}

function checkWindow(window: unknown = [0.6, 0.8]): readonly [number, number] {
  const [from, to] = Array.isArray(window) ? (window as unknown[]) : [];
  // The machine stores fractions as 32-bit floats: a value that rounds to 0 or 1 is out of range.
  if (
    typeof from !== 'number' ||
    typeof to !== 'number' ||
    !(Math.fround(from) > 0 && from <= to && Math.fround(to) < 1)
  ) {
    throw wrong('refreshWindow: expected two shares of the lifetime, 0 < from <= to < 1');
  }
  return [from, to];
}

function checkTimeout(timeout: unknown = DEFAULT_TIMEOUT_MS): number {
  if (typeof timeout !== 'number' || !(timeout >= 1_000 && timeout <= 600_000)) {
    throw wrong('requestTimeoutMs: expected 1000 (1 s) to 600000 (10 min) milliseconds');
  }
  return timeout;
}
