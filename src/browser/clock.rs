//! The wall clock and the monotonic clock.

use crate::refresh::Now;
use js_sys::Date;
use wasm_bindgen::prelude::wasm_bindgen;

#[wasm_bindgen]
extern "C" {
    /// Milliseconds since the page's time origin (High Resolution Time, section 8.1).
    #[wasm_bindgen(js_namespace = performance, js_name = now)]
    fn performance_now() -> f64;
}

/// Reads both clocks.
pub(super) fn now() -> Now {
    Now { wall: wall(), mono: performance_now() as i64 }
}

/// Reads the wall clock: milliseconds since the Unix epoch.
pub(super) fn wall() -> i64 {
    Date::now() as i64
}
