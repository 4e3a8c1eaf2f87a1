//! The exports for JavaScript: for the npm package's TypeScript, or for users of the output of `wasm-pack build`.
//!
//! Arguments are read strictly (`reader`, `options`, `value`). Results are plain objects, created by serde or property
//! by property (`plain`, `scope`). Errors are thrown as an `Error` with a `code` (`error`).

/// Smaller and faster than the default allocator (docs/size.md).
#[cfg(not(target_feature = "atomics"))]
#[global_allocator]
static ALLOCATOR: talc::wasm::WasmDynamicTalc = talc::wasm::new_wasm_dynamic_allocator();

#[cfg(feature = "source")]
mod asked;
mod error;
mod options;
mod reader;
#[cfg(feature = "source")]
mod refresher;
mod scope;
#[cfg(feature = "standalone")]
pub mod standalone;
mod token;
mod value;

#[cfg(feature = "source")]
pub use refresher::{Host, Refresher, RefresherSettings};
pub use scope::{allows, covers, decode_permissions, describe_scope, encode_permissions, merge_scopes, parse_scope};
pub use token::{decode_token, from_api_key_v2, from_string, key_version};
