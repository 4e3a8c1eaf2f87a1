//! Plain objects, made property by property.

use js_sys::Object;
use wasm_bindgen::{JsCast, JsValue, prelude::wasm_bindgen};

#[wasm_bindgen]
extern "C" {
    type Properties;

    #[wasm_bindgen(method, indexing_setter)]
    fn set(this: &Properties, name: &str, value: JsValue);
}

/// A plain object that only this crate has seen so far, so that nothing can refuse a property.
pub(super) struct Plain(Properties);

impl Plain {
    pub(super) fn new() -> Self {
        Plain(Object::new().unchecked_into())
    }

    /// Adds a property. `None` is `undefined`.
    pub(super) fn with(self, name: &str, value: impl Into<JsValue>) -> Self {
        self.0.set(name, value.into());
        self
    }
}

impl From<Plain> for JsValue {
    fn from(object: Plain) -> Self {
        object.0.into()
    }
}
