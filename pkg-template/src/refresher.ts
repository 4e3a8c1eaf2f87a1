// The crate's refresh machine (src/js/refresher.rs), of one instance of the module. That file has the types of what it
// says.
import type { Core, RefreshStep, Refresher } from 'wasm-glue';
import { call, isLost, refused } from './wasm.js';

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

/** A machine, which ends with the instance that it lives in. */
export class Machine {
  readonly #core: Core;
  readonly #refresher: Refresher;

  constructor({ window, timeout, isShared }: Settings) {
    // The module has no source of random numbers: each client would renew its token at the same moment. 53 bits are what
    // Math.random has.
    const seed = Math.random() * 2 ** 53;
    [this.#core, this.#refresher] = call(
      (core) => [core, new core.Refresher(...window, timeout, isShared, seed, ...readClocks())] as const,
    );
  }

  /** Throws `ERR_WASM` where its instance is lost. */
  tell(say: Say, now: Now): RefreshStep {
    if (isLost(this.#core)) throw refused(undefined);
    return call(() => say(this.#refresher, now));
  }

  free(): void {
    this.#refresher.free();
  }
}

/** What is not known is NaN elsewhere. */
export const known = (value: number): number | undefined => (Number.isNaN(value) ? undefined : value);
