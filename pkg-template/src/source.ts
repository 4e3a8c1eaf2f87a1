// TokenSource: the face of the driver (src/js/driver.rs), which decides when to fetch. Here are promises, events and the token in hand.
import type * as Face from '../index.js';
import { Driver, type Host } from 'wasm-glue';
import { TokenError, argumentError } from './error.js';
import { prepareVend } from './request.js';
import { type Read, cutter, readToken } from './block.js';
import { makeToken, writeOptions } from './token.js';
import { wasm } from './wasm.js';

const DEFAULT_MIN_VALIDITY_MS = 10_000;
const DEFAULT_TIMEOUT_MS = 10_000;
/** Where the two clocks disagree by more than this since then, only the machine can tell how old the token is. */
const CLOCK_TOLERANCE_MS = 1_000;

interface Held {
  token: Face.Token;
  /** Milliseconds it was good for when the machine last looked, at most half a minute ago unless the timers are late. */
  life: number;
  /** Wall and monotonic clock at that moment. */
  wall: number;
  mono: number;
}

interface Caller {
  resolve(token: Face.Token): void;
  reject(reason: unknown): void;
}

export class TokenSource extends EventTarget implements Face.TokenSource {
  readonly #open: ReturnType<typeof prepareVend>;
  readonly #isFunction: boolean;
  readonly #settings: readonly [decode: string | undefined, from: number, to: number, timeout: number];
  #driver: Driver | undefined;
  #held: Held | undefined;
  #status: Face.TokenSource['status'] = 'idle';
  #lastError: TokenError | undefined;
  #refreshAt = NaN;
  readonly #callers = new Map<number, Caller>();
  #lastCall = 0;
  /** Loops over tokens, woken by each. */
  readonly #loops = new Set<() => void>();

  constructor(options: Face.TokenSourceOptions) {
    super();
    if (typeof options !== 'object' || options === null) throw argumentError('options', 'an object', options);
    this.#open = prepareVend(options);
    this.#isFunction = typeof options.vend === 'function';
    const [from, to] = checkWindow(options.refreshWindow);
    this.#settings = [writeOptions(options.decode), from, to, checkTimeout(options.requestTimeoutMs)];
    const start = options.start ?? 'now';
    if (start !== 'now' && start !== 'on-demand') throw argumentError('start', "'now' or 'on-demand'", start);
    if (start === 'now') this.#drive().start();
  }

  async getToken(options: { minValidityMs?: number; forceRefresh?: boolean; signal?: AbortSignal } = {}): Promise<Face.Token> {
    if (typeof options !== 'object' || options === null) throw argumentError('options', 'an object', options);
    const { minValidityMs: min = DEFAULT_MIN_VALIDITY_MS, forceRefresh: force = false, signal } = options;
    if (typeof min !== 'number' || Number.isNaN(min)) throw argumentError('minValidityMs', 'milliseconds', min);
    if (typeof force !== 'boolean') throw argumentError('forceRefresh', 'a boolean', force);
    if (signal !== undefined && typeof signal?.throwIfAborted !== 'function') throw argumentError('signal', 'an AbortSignal', signal);
    signal?.throwIfAborted();
    if (!force && this.#held && !clocksDisagree(this.#held) && lifeLeft(this.#held) >= Math.max(min, 1)) return this.#held.token;
    if (this.#status === 'closed') throw closed();
    const driver = this.#drive();
    const call = (this.#lastCall = (this.#lastCall + 1) >>> 0);
    return new Promise((resolve, reject) => {
      const onAbort = (): void => {
        if (this.#callers.delete(call)) driver.abandon(call);
        reject(signal?.reason);
      };
      const settle = <T>(settled: (value: T) => void) => (value: T): void => {
        signal?.removeEventListener('abort', onAbort);
        settled(value);
      };
      this.#callers.set(call, { resolve: settle(resolve), reject: settle(reject) });
      signal?.addEventListener('abort', onAbort, { once: true });
      driver.get(call, Math.min(Math.max(min, 0), Number.MAX_SAFE_INTEGER), force);
    });
  }

  get current(): Face.Token | undefined {
    return this.#held && lifeLeft(this.#held) > 0 ? this.#held.token : undefined;
  }

  get status(): Face.TokenSource['status'] {
    return this.#status;
  }

  get lastError(): TokenError | undefined {
    return this.#lastError;
  }

  get refreshAt(): Date | undefined {
    return Number.isNaN(this.#refreshAt) ? undefined : new Date(this.#refreshAt);
  }

  reportRejected(token: Face.Token): void {
    if (this.#held?.token === token) this.#driver?.rejected();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Face.Token, void, void> {
    let last: Face.Token | undefined;
    // Whoever loops over tokens wants them: that is demand enough.
    if (this.#status === 'idle') this.#drive().start();
    while (this.#status !== 'closed') {
      const token = this.current;
      if (token && token !== last) {
        last = token;
        yield token;
        continue;
      }
      let wake: (() => void) | undefined;
      try {
        await new Promise<void>((resolve) => this.#loops.add((wake = resolve)));
      } finally {
        if (wake) this.#loops.delete(wake);
      }
    }
  }

  close(): void {
    if (this.#status === 'closed') return;
    if (this.#driver) return this.#driver.close();
    this.#status = 'closed';
    this.#announce('closed');
  }

  [Symbol.dispose](): void {
    this.close();
  }

  #drive(): Driver {
    if (this.#driver) return this.#driver;
    wasm();
    return (this.#driver = new Driver(this.#host(), ...this.#settings));
  }

  #host(): Host {
    return {
      open: (reason, signal) => this.#open(reason as Face.VendContext['reason'], signal),
      isFunction: () => this.#isFunction,
      install: (text, table, life) => this.#install(makeToken(readToken({ cut: cutter(text), length: text.length, table: table.slice(4) }) as Read), life),
      drop: () => {
        this.#held = undefined;
      },
      report: (code, message, status, retryAt, cause) => {
        this.#lastError = new TokenError(code as Face.TokenErrorCode, message, {
          cause,
          ...(status > 0 && { status }),
          ...(!Number.isNaN(retryAt) && { willRetryAt: new Date(retryAt) }),
        });
        this.#emit('error', this.#lastError);
      },
      settle: (call, outcome) => this.#settle(call, outcome),
      outlook: (status, refreshAt) => {
        this.#status = status as Face.TokenSource['status'];
        this.#refreshAt = refreshAt;
      },
      // A listener may have changed it again: then this one is no news any more.
      statusChanged: (status) => status === this.#status && this.#announce(this.#status),
      life: (life) => {
        if (this.#held) this.#held = hold(this.#held.token, life);
      },
    };
  }

  #install(token: Face.Token, life: number): void {
    this.#held = hold(token, life);
    this.#lastError = undefined;
    this.#emit('token', token);
    for (const warning of token.warnings) this.#emit('warning', warning);
    this.#wakeLoops();
  }

  #settle(call: number, outcome: number): void {
    const caller = this.#callers.get(call);
    this.#callers.delete(call);
    if (!caller) return;
    if (outcome === 0 && this.#held) caller.resolve(this.#held.token);
    else if (outcome === 2) {
      caller.reject(
        new TokenError('ERR_TOKEN_TOO_SHORT', 'expected a token with at least `minValidityMs` left, found that even a fresh one has less; ask for less, or mint for longer'),
      );
    } else caller.reject(outcome === 3 ? closed() : this.#lastError);
  }

  #announce(status: Face.TokenSource['status']): void {
    if (status === 'closed') this.#held = undefined;
    this.#emit('status', status);
    if (status === 'closed') this.#wakeLoops();
  }

  #wakeLoops(): void {
    const loops = [...this.#loops];
    this.#loops.clear();
    for (const wake of loops) wake();
  }

  #emit<K extends keyof Face.TokenSourceEvents>(type: K, detail: Face.TokenSourceEvents[K]['detail']): void {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}

const hold = (token: Face.Token, life: number): Held => ({ token, life, wall: Date.now(), mono: performance.now() });

/** How long it is good for by the clock that is the further on. */
const lifeLeft = ({ life, wall, mono }: Held): number => life - Math.max(Date.now() - wall, performance.now() - mono);

const clocksDisagree = ({ wall, mono }: Held): boolean => Math.abs(Date.now() - wall - (performance.now() - mono)) > CLOCK_TOLERANCE_MS;

const closed = (): TokenError => new TokenError('ERR_CLOSED', 'expected an open TokenSource, found one that was closed');

function checkWindow(window: unknown = [0.6, 0.8]): readonly [number, number] {
  const [from, to] = Array.isArray(window) ? (window as unknown[]) : [];
  // The machine keeps shares in 32 bits: what rounds to 0 or 1 there is none.
  if (typeof from !== 'number' || typeof to !== 'number' || !(Math.fround(from) > 0 && from <= to && Math.fround(to) < 1)) {
    throw new TokenError('ERR_ARGUMENT', 'refreshWindow: expected two shares of the lifetime, 0 < from <= to < 1');
  }
  return [from, to];
}

function checkTimeout(timeout: unknown = DEFAULT_TIMEOUT_MS): number {
  if (typeof timeout !== 'number' || !(timeout >= 1_000 && timeout <= 600_000)) {
    throw new TokenError('ERR_ARGUMENT', 'requestTimeoutMs: expected 1000 (1 s) to 600000 (10 min) milliseconds');
  }
  return timeout;
}
