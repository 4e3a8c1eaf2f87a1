//! Plain JavaScript objects, read and made property by property.

use js_sys::Object;
use wasm_bindgen::{JsCast, JsValue, prelude::wasm_bindgen};

#[wasm_bindgen]
extern "C" {
    /// A plain object that the package made: nothing but its properties is read, and that runs no code of an app's.
    pub(crate) type Properties;

    #[wasm_bindgen(method, indexing_getter)]
    pub(crate) fn get(this: &Properties, name: &str) -> JsValue;

    #[wasm_bindgen(method, indexing_setter)]
    fn set(this: &Properties, name: &str, value: JsValue);
}

impl Properties {
    /// A number; `None` for anything else.
    pub(crate) fn number(&self, name: &str) -> Option<f64> {
        self.get(name).as_f64()
    }

    /// A string; `None` for anything else.
    pub(crate) fn text(&self, name: &str) -> Option<String> {
        self.get(name).as_string()
    }
}

/// A plain object that only this crate has seen so far, so that nothing can refuse a property.
pub(crate) struct Plain(Properties);

impl Plain {
    pub(crate) fn new() -> Self {
        Plain(Object::new().unchecked_into())
    }

    /// Adds a property. `None` is `undefined`.
    pub(crate) fn with(self, name: &str, value: impl Into<JsValue>) -> Self {
        self.0.set(name, value.into());
        self
    }
}

impl From<Plain> for JsValue {
    fn from(object: Plain) -> Self {
        object.0.into()
    }
}
