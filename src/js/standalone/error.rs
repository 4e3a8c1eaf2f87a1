//! Errors as JavaScript sees them: each a `TokenError` with a `code`.

use crate::js::error::Thrown;
use wasm_bindgen::prelude::{JsValue, wasm_bindgen};

#[wasm_bindgen(module = "/src/js/standalone/values.js")]
extern "C" {
    #[wasm_bindgen(js_name = toTokenError)]
    fn to_token_error(error: &JsValue) -> JsValue;

    // Exports of values.js that the module re-exports. They are declared as functions because wasm-bindgen would
    // declare types for anything else, and types.d.ts has better ones.
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

/// A `TokenError`, which an export throws.
#[derive(Debug)]
pub struct Refused(JsValue);

impl From<Thrown> for Refused {
    fn from(thrown: Thrown) -> Self {
        Refused(to_token_error(&thrown.into()))
    }
}

/// Converts an error thrown by an export for the npm package.
impl From<JsValue> for Refused {
    fn from(error: JsValue) -> Self {
        Refused(to_token_error(&error))
    }
}

impl From<Refused> for JsValue {
    fn from(refused: Refused) -> Self {
        refused.0
    }
}
