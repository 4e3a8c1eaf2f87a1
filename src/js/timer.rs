//! One timer, cancelled when dropped.

use alloc::boxed::Box;
use wasm_bindgen::{JsValue, closure::Closure, prelude::wasm_bindgen};

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_name = setTimeout)]
    fn set_timeout(run: &Closure<dyn FnMut()>, delay: i32) -> JsValue;
    #[wasm_bindgen(js_name = clearTimeout)]
    fn clear_timeout(id: &JsValue);
}

/// A timer that is set.
#[must_use = "dropping it cancels it"]
pub(super) struct Timer {
    id: JsValue,
    /// Kept for as long as JavaScript may call it.
    _run: Closure<dyn FnMut()>,
}

impl Timer {
    /// Calls `run` once, `delay` milliseconds from now; the machine asks for half a minute at most.
    pub(super) fn new(delay: i32, run: impl FnMut() + 'static) -> Self {
        let run = Closure::wrap(Box::new(run) as Box<dyn FnMut()>);
        Timer { id: set_timeout(&run, delay), _run: run }
    }
}

impl Drop for Timer {
    fn drop(&mut self) {
        clear_timeout(&self.id);
    }
}
