//! Reads arguments of any kind. Exceptions from getters, proxies and revoked proxies are caught, so that none unwinds
//! through Rust.

use super::error::Thrown;
use js_sys::Reflect;
use wasm_bindgen::prelude::{JsValue, wasm_bindgen};
use zeroize::Zeroizing;

#[wasm_bindgen]
extern "C" {
    /// Throws for a revoked proxy.
    #[wasm_bindgen(catch, js_namespace = Array, js_name = isArray)]
    pub(super) fn is_array_or_throw(value: &JsValue) -> Result<bool, JsValue>;
}

/// Whether a value is an array. False for a revoked proxy.
pub(super) fn is_array(value: &JsValue) -> bool {
    is_array_or_throw(value).unwrap_or_default()
}

/// Describes the type of a value for errors.
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

/// Reads a string that may be a credential.
pub(super) fn text(what: &str, value: &JsValue) -> Result<Zeroizing<String>, Thrown> {
    value.as_string().map(Zeroizing::new).ok_or_else(|| wrong_type(what, "a string", value))
}

/// Reads a property, once. `what` is the argument that an error names.
pub(super) fn property(what: &str, object: &JsValue, name: &str) -> Result<JsValue, Thrown> {
    Reflect::get(object, &name.into()).map_err(|cause| unreadable(what, &cause))
}

/// Whether there is a property with this name, own or inherited.
pub(super) fn has_property(what: &str, object: &JsValue, name: &str) -> Result<bool, Thrown> {
    Reflect::has(object, &name.into()).map_err(|cause| unreadable(what, &cause))
}

/// The error for an argument that throws when it is read.
pub(super) fn unreadable(what: &str, cause: &JsValue) -> Thrown {
    Thrown::argument(&format!("{what}: expected plain data, found what cannot be read; see `cause`")).caused_by(cause)
}
