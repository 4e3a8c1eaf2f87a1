// A source's driver in the crate (src/js/refresher.rs), bound to the instance of the module that created it.
import type { Core, RefreshReason, RefresherHost, RefresherSettings } from 'wasm-glue';
import { call, isLost, refused } from '../wasm.js';

type CoreRefresher = InstanceType<Core['Refresher']>;

/** Every method throws `ERR_WASM` if the instance is lost. */
export class Refresher {
  readonly #core: Core;
  readonly #refresher: CoreRefresher;

  constructor(host: RefresherHost, settings: RefresherSettings) {
    [this.#core, this.#refresher] = call((core) => [core, new core.Refresher(host, settings)] as const);
  }

  /** Whether the instance is lost. */
  get isLost(): boolean {
    return isLost(this.#core);
  }

  /** `sent` has the ages (ms) of earlier requests that count toward the limit. */
  begin(sent: readonly number[]): void {
    this.#call((refresher) => refresher.begin(Float64Array.from(sent)));
  }

  start(): void {
    this.#call((refresher) => refresher.start());
  }

  get(call: number, minValidityMs: number, force: boolean): void {
    this.#call((refresher) => refresher.get(call, minValidityMs, force));
  }

  abandon(call: number): void {
    this.#call((refresher) => refresher.abandon(call));
  }

  rejected(): void {
    this.#call((refresher) => refresher.rejected());
  }

  tick(): void {
    this.#call((refresher) => refresher.tick());
  }

  send(request: number, reason: RefreshReason): void {
    this.#call((refresher) => refresher.send(request, reason));
  }

  receive(request: number): void {
    this.#call((refresher) => refresher.receive(request));
  }

  close(): void {
    this.#call((refresher) => refresher.close());
  }

  free(): void {
    this.#refresher.free();
  }

  #call(run: (refresher: CoreRefresher) => void): void {
    if (this.isLost) throw refused(undefined);
    call(() => run(this.#refresher));
  }
}
