//! `AbortController`. The app can add listeners to its signal, and in some environments `abort` throws what they throw.

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
        // An exception of the app's listeners does not concern the source.
        let _ = self.try_abort();
    }
}
