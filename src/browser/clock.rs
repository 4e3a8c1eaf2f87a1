//! The two clocks of a page.

use crate::refresh::Now;
use js_sys::Date;
use wasm_bindgen::prelude::wasm_bindgen;

#[wasm_bindgen]
extern "C" {
    /// Milliseconds since an origin of the page's own (High Resolution Time, 8.1).
    #[wasm_bindgen(js_namespace = performance, js_name = now)]
    fn performance_now() -> f64;
}

/// What both show, read together.
pub(super) fn now() -> Now {
    Now { wall: wall(), mono: performance_now() as i64 }
}

/// The wall clock: milliseconds since the epoch.
pub(super) fn wall() -> i64 {
    Date::now() as i64
}
