//! The exports of a `wasm-pack build` of this crate: decoding and scopes, with the names and types of the npm package.
//!
//! The npm package is built without this folder. Its TypeScript is hand-written, and also keeps tokens fresh
//! (`pkg-template/`).

mod builders;
mod error;
mod provider;
mod scope;
#[cfg(feature = "source")]
mod source;
mod time;
mod token;

pub use builders::{DisposableTokenScopes, TokenScopes};
pub use error::Refused;
pub use provider::CredentialProvider;
pub use scope::{allows, covers, decode_permissions, describe_scope, encode_permissions, merge_scopes, parse_scope};
#[cfg(feature = "source")]
pub use source::JsTokenSource;
pub use token::{Token, decode_token, key_version};

use wasm_bindgen::prelude::wasm_bindgen;

/// The declarations of everything here, taken from `pkg-template/index.d.ts` by `tools/standalone-types.mjs`.
#[wasm_bindgen(typescript_custom_section)]
const TYPES: &str = include_str!("types.d.ts");
