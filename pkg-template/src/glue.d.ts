// wasm-bindgen's glue, which code imports as `wasm-glue`: with the types that wasm-bindgen wrote (`make pkg` makes them).
export * from '../../target/wasm-pack/whole/momento_token_wasm.js';
/** Puts the instance's exports in place, which the glue calls. */
export function __wbg_set_wasm(exports: WebAssembly.Exports): void;
