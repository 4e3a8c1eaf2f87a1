//! `AbortController`. Listeners of its signal are the app's, and in some environments an error of theirs is thrown at
//! whoever aborts.

use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;
use web_sys::AbortSignal;

#[wasm_bindgen]
extern "C" {
    #[derive(Clone)]
    pub(crate) type AbortController;

    #[wasm_bindgen(constructor, catch)]
    pub(super) fn new() -> Result<AbortController, JsValue>;

    #[wasm_bindgen(method, getter)]
    pub(super) fn signal(this: &AbortController) -> AbortSignal;

    #[wasm_bindgen(method, catch, js_name = abort)]
    fn try_abort(this: &AbortController) -> Result<(), JsValue>;
}

impl AbortController {
    pub(super) fn abort(&self) {
        // What a listener throws is the app's own business.
        let _ = self.try_abort();
    }
}
