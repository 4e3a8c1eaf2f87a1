// What tools/pkg.mjs puts in place when it bundles the package.
declare module 'wasm-text' {
  const text: string;
  export default text;
}

/** What the module imports of wasm-bindgen's glue. */
declare module 'wasm-imports' {
  const functions: WebAssembly.ModuleImports;
  export default functions;
}

/** wasm-bindgen's glue; see src/js in the crate. */
declare module 'wasm-glue' {
  export function __wbg_set_wasm(exports: WebAssembly.Exports): void;

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
