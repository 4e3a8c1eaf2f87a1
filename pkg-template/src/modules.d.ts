// What tools/pkg.mjs puts in place when it bundles the package.
declare module 'wasm-hex' {
  const hex: string;
  export default hex;
}

/** wasm-bindgen's glue; see src/js in the crate. Every text answer is JSON. */
declare module 'wasm-glue' {
  export function __wbg_set_wasm(exports: WebAssembly.Exports): void;
  export function keyVersion(credential: string): 'v1' | 'v2' | 'legacy' | 'session' | 'unknown';
  export function decodeToken(credential: string, options: string, now: number): string;
  export function fromString(credential: string, options: string, now: number): string;
  export function fromApiKeyV2(key: string, endpoint: string, now: number): string;
  export function describeScope(scope: string): string;

  /** What one source offers its driver (`Host` in src/js/driver.rs, which says what each does). */
  export interface Host {
    open(reason: string, signal: AbortSignal): Promise<unknown>;
    isFunction(): boolean;
    install(token: string, life: number): void;
    drop(): void;
    report(code: string, message: string, status: number, retryAt: number, cause: unknown): void;
    settle(call: number, outcome: number): void;
    outlook(status: string, refreshAt: number): void;
    statusChanged(status: string): void;
    life(life: number): void;
  }
  export class Driver {
    constructor(host: Host, decode: string, windowFrom: number, windowTo: number, timeout: number);
    start(): void;
    get(call: number, minValidity: number, force: boolean): void;
    abandon(call: number): void;
    rejected(): void;
    close(): void;
    free(): void;
  }
}
