//! Errors as JavaScript sees them: each a `TokenError` with a `code`.

use crate::scope::ScopeError;
use crate::token::TokenError;
use wasm_bindgen::prelude::{JsValue, wasm_bindgen};

#[wasm_bindgen(module = "/src/js/standalone/values.js")]
extern "C" {
    #[wasm_bindgen(js_name = makeError)]
    fn make_error(code: &str, message: &str, cause: &JsValue) -> JsValue;

    // Exports of values.js that are the module's own as well. They are declared as functions because wasm-bindgen
    // declares the types of anything else, and types.d.ts has better ones.
    #[wasm_bindgen(js_name = TokenError, reexport, skip_typescript)]
    fn token_error_class();
    #[wasm_bindgen(js_name = AllCaches, reexport, skip_typescript)]
    fn all_caches();
    #[wasm_bindgen(js_name = AllTopics, reexport, skip_typescript)]
    fn all_topics();
    #[wasm_bindgen(js_name = AllCacheItems, reexport, skip_typescript)]
    fn all_cache_items();
    #[wasm_bindgen(js_name = AllFunctions, reexport, skip_typescript)]
    fn all_functions();
    #[wasm_bindgen(js_name = CacheRole, reexport, skip_typescript)]
    fn cache_role();
    #[wasm_bindgen(js_name = TopicRole, reexport, skip_typescript)]
    fn topic_role();
    #[wasm_bindgen(js_name = FunctionRole, reexport, skip_typescript)]
    fn function_role();
    #[wasm_bindgen(js_name = AllDataReadWrite, reexport, skip_typescript)]
    fn all_data_read_write();
}

pub(super) fn of_token(error: &TokenError) -> JsValue {
    make_error(error.code(), error.message(), &JsValue::UNDEFINED)
}

/// An error of this code.
pub(super) fn of_code(code: &str, message: &str) -> JsValue {
    make_error(code, message, &JsValue::UNDEFINED)
}

pub(super) fn of_scope(error: &ScopeError) -> JsValue {
    make_error(error.code(), &error.message(), &JsValue::UNDEFINED)
}

/// A wrong argument: `ERR_ARGUMENT`.
pub(super) fn argument(what: &str, expected: &str, found: &JsValue) -> JsValue {
    argument_message(&format!("{what}: expected {expected}, found {}", kind_of(found)))
}

pub(super) fn argument_message(message: &str) -> JsValue {
    of_code("ERR_ARGUMENT", message)
}

/// An argument that throws when it is read.
pub(super) fn unreadable(what: &str, cause: &JsValue) -> JsValue {
    let message = format!("{what}: expected plain data, found what cannot be read; see `cause`");
    make_error("ERR_ARGUMENT", &message, cause)
}

/// What kind of value an error found.
fn kind_of(value: &JsValue) -> String {
    if value.is_null() {
        "null".into()
    } else if js_sys::Array::is_array(value) {
        "an array".into()
    } else if value.is_object() {
        "an object".into()
    } else {
        value.js_typeof().as_string().unwrap_or_default()
    }
}
