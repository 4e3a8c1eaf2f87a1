//! The only folder that knows JavaScript: what the npm package's hand-written half calls.
//!
//! The boundary is crossed rarely, with strings. Every function here takes text that the package has
//! checked to be text and answers in JSON, errors included, as `{"error": {"code", "message"}}`: nothing throws
//! across the boundary, and no object is handed out but [`driver::Driver`], which the package keeps to itself.

#[cfg(feature = "refresh")]
mod driver;
mod face;
mod options;
#[cfg(feature = "refresh")]
mod page;
#[cfg(feature = "refresh")]
mod request;
#[cfg(feature = "refresh")]
mod timer;

#[cfg(feature = "refresh")]
pub use driver::{Handle, Host};

use crate::scope::TokenScope;
use crate::token;
use alloc::string::String;
use wasm_bindgen::prelude::wasm_bindgen;

/// `v1`, `v2`, `legacy`, `session` or `unknown`.
#[wasm_bindgen(js_name = keyVersion)]
pub fn key_version(credential: &str) -> String {
    token::key_version(credential).map_or("unknown", token::Version::name).into()
}

/// `decodeToken`; `options` as [`options::read`] takes them, `now` in milliseconds since the epoch.
#[wasm_bindgen(js_name = decodeToken)]
pub fn decode_token(credential: &str, options: &str, now: f64) -> String {
    face::token_or_error(options::read(options).and_then(|options| token::decode(credential, &options, now as i64)))
}

/// `CredentialProvider.fromString` and `fromDisposableToken`.
#[wasm_bindgen(js_name = fromString)]
pub fn from_string(credential: &str, options: &str, now: f64) -> String {
    face::token_or_error(
        options::read(options).and_then(|options| token::from_string(credential, &options, now as i64)),
    )
}

/// `CredentialProvider.fromApiKeyV2`.
#[wasm_bindgen(js_name = fromApiKeyV2)]
pub fn from_api_key_v2(key: &str, endpoint: &str, now: f64) -> String {
    face::token_or_error(token::from_api_key_v2(key, endpoint, now as i64))
}

/// `describeScope`: a scope as JSON in, a JSON list of sentences out.
#[wasm_bindgen(js_name = describeScope)]
pub fn describe_scope(scope: &str) -> String {
    match TokenScope::from_package(scope) {
        Ok(scope) => face::list(&scope.describe()),
        Err(error) => face::error(error.code(), &error.message()),
    }
}
