// What tools/pkg.mjs puts in place when it bundles the package.

/** The module where the host compiles it ahead of time and no bytes at run time (then the text below is empty): the file, imported. */
declare module 'wasm-given' {
  export const given: WebAssembly.Module | undefined;
}

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

  /** The refresh machine, in numbers (src/js/refresher.rs). */
  export class Refresher {
    constructor(windowFrom: number, windowTo: number, timeout: number, shared: boolean, seed: number, wall: number, mono: number);
    /** Where in memory its answer is. */
    handle(event: number, a: number, b: number, c: number, wall: number, mono: number): number;
    free(): void;
  }
}
