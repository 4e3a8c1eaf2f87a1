//! Reading arguments of unknown origin. Whatever can throw, as getters, proxies and what is left of a revoked one do,
//! is caught: nothing is thrown past a Rust frame.

use super::error::Thrown;
use js_sys::Reflect;
use wasm_bindgen::prelude::{JsValue, wasm_bindgen};
use zeroize::Zeroizing;

#[wasm_bindgen]
extern "C" {
    /// Throws for a proxy that was revoked.
    #[wasm_bindgen(catch, js_namespace = Array, js_name = isArray)]
    pub(super) fn is_array_or_throw(value: &JsValue) -> Result<bool, JsValue>;
}

/// False for a proxy that was revoked as well.
pub(super) fn is_array(value: &JsValue) -> bool {
    is_array_or_throw(value).unwrap_or_default()
}

/// What kind of value an error found.
pub(super) fn kind_of(value: &JsValue) -> String {
    if value.is_null() {
        return "null".into();
    }
    if !value.is_object() {
        return value.js_typeof().as_string().unwrap_or_default();
    }
    String::from(if is_array(value) { "an array" } else { "an object" })
}

/// The error for an argument of a wrong type.
pub(super) fn wrong_type(what: &str, expected: &str, found: &JsValue) -> Thrown {
    Thrown::argument(&format!("{what}: expected {expected}, found {}", kind_of(found)))
}

/// A string that may be a credential.
pub(super) fn text(what: &str, value: &JsValue) -> Result<Zeroizing<String>, Thrown> {
    value.as_string().map(Zeroizing::new).ok_or_else(|| wrong_type(what, "a string", value))
}

/// Reads a property, once. `what` is the argument that an error names.
pub(super) fn property(what: &str, object: &JsValue, name: &str) -> Result<JsValue, Thrown> {
    Reflect::get(object, &name.into()).map_err(|cause| unreadable(what, &cause))
}

/// Whether there is such a property, own or inherited.
pub(super) fn has_property(what: &str, object: &JsValue, name: &str) -> Result<bool, Thrown> {
    Reflect::has(object, &name.into()).map_err(|cause| unreadable(what, &cause))
}

/// The error for an argument that throws when it is read.
pub(super) fn unreadable(what: &str, cause: &JsValue) -> Thrown {
    Thrown::argument(&format!("{what}: expected plain data, found what cannot be read; see `cause`")).caused_by(cause)
}
