// wasm-bindgen's glue, which code imports as `wasm-glue`: with the types that wasm-bindgen wrote (`make pkg` makes them).
// tools/glue.mjs makes a function of it, so that each instance has glue of its own.
import type * as core from '../../target/wasm-pack/whole/momento_token_wasm.js';

export type * from '../../target/wasm-pack/whole/momento_token_wasm.js';

/** What the crate exports (src/js). */
export type Core = typeof core;

export interface Glue {
  readonly core: Core;
  readonly imports: WebAssembly.ModuleImports;
  /** Puts the instance's exports in place, which the glue calls. */
  attach(exports: WebAssembly.Exports): void;
}

/**
 * Makes glue for one instance. What the engine calls by itself is called through `guard`: closures, in timers, listeners
 * and promises, and what frees their memory. Where that gives 0, it is as if Rust had returned nothing.
 */
export function bind(guard: (run: () => unknown) => unknown): Glue;
