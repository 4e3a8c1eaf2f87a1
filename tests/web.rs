//! WebAssembly in a browser: `TokenSource` for Rust, and what `wasm-pack build` exports. (The npm package's own half is
//! tested in tests/package.)
#![cfg(target_arch = "wasm32")]

use wasm_bindgen_test::wasm_bindgen_test_configure;

wasm_bindgen_test_configure!(run_in_browser);

#[path = "web/clock.rs"]
mod clock;
#[path = "web/given.rs"]
mod given;
#[path = "web/service.rs"]
mod service;
#[path = "web/source.rs"]
mod source;
#[path = "web/standalone.rs"]
mod standalone;
