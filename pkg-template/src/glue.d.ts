// wasm-bindgen's glue, imported as `wasm-glue`, with the types that wasm-bindgen generates (`make pkg`). tools/glue.mjs
// turns it into a function, so that each instance has its own glue.
import type * as core from '../../target/wasm-pack/whole/momento_token_wasm.js';

export type * from '../../target/wasm-pack/whole/momento_token_wasm.js';

/** The crate's exports (src/js). */
export type Core = typeof core;

export interface Glue {
  readonly core: Core;
  readonly imports: WebAssembly.ModuleImports;
  /** Sets the instance's exports, which the glue calls. */
  attach(exports: WebAssembly.Exports): void;
}

/**
 * Creates the glue for one instance. Everything that the engine calls goes through `guard`: the closures of timers,
 * listeners and promises, and the finalizers that free their memory. If `guard` returns 0, it is as if Rust had
 * returned nothing.
 */
export function bind(guard: (run: () => unknown) => unknown): Glue;
