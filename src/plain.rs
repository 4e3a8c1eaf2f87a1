//! Plain JavaScript objects, read and created property by property.

use js_sys::Object;
use wasm_bindgen::{JsCast, JsValue, prelude::wasm_bindgen};

#[wasm_bindgen]
extern "C" {
    /// A plain object created by the package. Reading its properties does not run code of the app.
    pub(crate) type Properties;

    #[wasm_bindgen(method, indexing_getter)]
    pub(crate) fn get(this: &Properties, name: &str) -> JsValue;

    #[wasm_bindgen(method, indexing_setter)]
    fn set(this: &Properties, name: &str, value: JsValue);
}

impl Properties {
    /// Reads a number; `None` for anything else.
    pub(crate) fn number(&self, name: &str) -> Option<f64> {
        self.get(name).as_f64()
    }

    /// Reads a string; `None` for anything else.
    pub(crate) fn text(&self, name: &str) -> Option<String> {
        self.get(name).as_string()
    }
}

/// A plain object under construction. No other code has seen it, so setting a property cannot fail.
pub(crate) struct Plain(Properties);

impl Plain {
    pub(crate) fn new() -> Self {
        Plain(Object::new().unchecked_into())
    }

    /// Adds a property. `None` becomes `undefined`.
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
