//! What JavaScript calls: the npm package's hand-written half, or whoever uses what `wasm-pack build` makes.
//!
//! Each export is typed and does one thing. What an app hands in is read strictly (`reader`, `options`, `value`); what
//! goes out is a plain object, made by serde or property by property (`plain`, `scope`). Errors are thrown as an `Error`
//! with a `code` (`error`).

/// Smaller and faster than the default allocator (docs/size.md).
#[cfg(not(target_feature = "atomics"))]
#[global_allocator]
static ALLOCATOR: talc::wasm::WasmDynamicTalc = talc::wasm::new_wasm_dynamic_allocator();

#[cfg(feature = "refresh")]
mod answer;
mod error;
mod options;
mod reader;
#[cfg(feature = "refresh")]
#[expect(missing_docs, reason = "wasm-bindgen adds to an enum of strings what it does not document")]
mod refresher;
mod scope;
#[cfg(feature = "standalone")]
pub mod standalone;
mod token;
mod value;

#[cfg(feature = "refresh")]
pub use answer::read_answer;
#[cfg(feature = "refresh")]
pub use refresher::{JsAnswer, JsStep, RefreshFailure, Refresher};
pub use scope::{allows, covers, decode_permissions, describe_scope, encode_permissions, merge_scopes, parse_scope};
pub use token::{decode_token, from_api_key_v2, from_string, key_version};
