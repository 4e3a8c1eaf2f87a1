// The crate's refresh machine (src/js/refresher.rs), of one instance of the module. That file has the types of what it
// says.
import type { RefreshStep, Refresher } from 'wasm-glue';
import { call, instance, refused } from './wasm.js';

export type { RefreshAction as Action, RefreshFailure as Failure, RefreshStep as Step } from 'wasm-glue';

/** What both clocks show, read together. */
export type Now = readonly [wall: number, mono: number];

export const readClocks = (): Now => [Date.now(), performance.now()];

/** Tells the machine of an event. */
export type Say = (refresher: Refresher, now: Now) => RefreshStep;

export interface Settings {
  /** The shares of a token's life between which it is renewed. */
  window: readonly [number, number];
  /** How long a request may take (ms). */
  timeout: number;
  /** It has siblings. */
  isShared: boolean;
}

/** A machine, and the instance that it lives in: it ends with that. */
export class Machine {
  readonly #refresher: Refresher;
  readonly #instance: number;

  constructor({ window, timeout, isShared }: Settings) {
    // The module has no source of random numbers: each client would renew its token at the same moment. 53 bits are what
    // Math.random has.
    const seed = Math.random() * 2 ** 53;
    this.#refresher = call((core) => new core.Refresher(...window, timeout, isShared, seed, ...readClocks()));
    this.#instance = instance();
  }

  /** Throws `ERR_WASM` where its instance has ended. */
  tell(say: Say, now: Now): RefreshStep {
    return call(() => {
      if (!this.#isAlive()) throw refused(undefined);
      return say(this.#refresher, now);
    });
  }

  free(): void {
    // The glue frees it once it is collected, and cannot be told not to.
    if (typeof FinalizationRegistry === 'function' && !FinalizationRegistry.prototype.unregister) return;
    if (this.#isAlive()) this.#refresher.free();
    // Its place in memory may be something else's by now: the glue only forgets it.
    else (this.#refresher as unknown as { __destroy_into_raw(): number }).__destroy_into_raw();
  }

  #isAlive(): boolean {
    return this.#instance === instance();
  }
}

/** What is not known is NaN elsewhere. */
export const known = (value: number): number | undefined => (Number.isNaN(value) ? undefined : value);
