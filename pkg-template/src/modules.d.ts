// What tools/pkg.mjs puts in place when it bundles the package.
declare module 'wasm-hex' {
  const hex: string;
  export default hex;
}

/** wasm-bindgen's glue; see src/js in the crate. */
declare module 'wasm-glue' {
  export function __wbg_set_wasm(exports: WebAssembly.Exports): void;
  export function keyVersion(desk: Desk, length: number): number;
  export function decodeToken(desk: Desk, length: number, options: string | undefined, insist: boolean, now: number): void;
  export function fromApiKeyV2(desk: Desk, key: string, endpoint: string, now: number): void;
  export function scope(desk: Pick<Desk, 'take'>, job: number, grants: string, action: string, limit: number): void;

  /** The package's side of one call (`Desk` in src/js/mod.rs, which says what each does). */
  export interface Desk {
    fill(buffer: Uint8Array): number;
    take(text: Uint8Array, table: Uint32Array): void;
  }

  /** What one source offers its driver (`Host` in src/js/driver.rs, which says what each does). */
  export interface Host {
    open(reason: string, signal: AbortSignal): Promise<unknown>;
    isFunction(): boolean;
    install(text: Uint8Array, table: Uint32Array, life: number): void;
    drop(): void;
    report(code: string, message: string, status: number, retryAt: number, cause: unknown): void;
    settle(call: number, outcome: number): void;
    outlook(status: string, refreshAt: number): void;
    statusChanged(status: string): void;
    life(life: number): void;
  }
  export class Driver {
    constructor(host: Host, decode: string | undefined, windowFrom: number, windowTo: number, timeout: number);
    start(): void;
    get(call: number, minValidity: number, force: boolean): void;
    abandon(call: number): void;
    rejected(): void;
    close(): void;
    free(): void;
  }
}
