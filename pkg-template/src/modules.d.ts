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
  export function scope(job: string, grants: string, action: string, limit: number): string;

  /** The package's side of one call (`Desk` in src/js/mod.rs, which says what each does). */
  export interface Desk {
    fill(buffer: Uint8Array): number;
    take(text: Uint8Array, table: Uint32Array): void;
  }

  export function readAnswer(desk: Desk, length: number, options: string | undefined, status: number, now: number): number;

  /** The refresh machine, in numbers (src/js/refresher.rs). */
  export class Refresher {
    constructor(windowFrom: number, windowTo: number, timeout: number, shared: boolean, seed: number, wall: number, mono: number);
    handle(event: number, a: number, b: number, c: number, wall: number, mono: number): Float64Array;
    free(): void;
  }
}
