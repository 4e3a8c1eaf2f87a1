//! A credential string in, a [`Token`] out.
//!
//! Momento has four kinds of credential, and a careful reader can tell them by their form alone:
//!
//! | version | looks like | carries |
//! | --- | --- | --- |
//! | v1 | base64 of `{"endpoint", "api_key"}`; or the inner JWT alone, with `ver` 1 | endpoint, expiry, scope |
//! | v2 | JWT with claim `t` = `"g"` | nothing of use here: its rights are a role kept by the server |
//! | legacy | JWT with claims `c` and `cp` | cache and control endpoints |
//! | session | any other JWT | expiry |
//!
//! Decoding checks no signature and needs no clock to read; `now` only serves the warnings.

mod claims;
mod decode;
mod endpoint;
mod error;
mod fields;
mod model;
mod paste;
mod provider;
mod secret;
mod warning;
mod work;

#[cfg(any(feature = "refresh", all(target_arch = "wasm32", feature = "js")))]
pub(crate) use decode::Expected;
#[cfg(feature = "refresh")]
pub(crate) use decode::decode_as;
pub use decode::{decode, key_version};
pub use endpoint::{DEFAULT_ENDPOINT_SUFFIX, Endpoints, Overrides};
pub use error::TokenError;
pub use model::{DecodeOptions, MAX_DISPOSABLE_LIFE_MS, Token, Version};
pub use provider::{from_api_key_v2, from_disposable_token, from_string};
pub use secret::{Credential, Secret};
pub use warning::Warning;
#[cfg(all(target_arch = "wasm32", feature = "js"))]
pub(crate) use {
    decode::{Input, read, version_of},
    model::Settings,
    warning::each_warning,
    work::Work,
};
