//! Decodes credential strings into [`Token`]s.
//!
//! Momento has four kinds of credential, which differ in their form:
//!
//! | version | looks like | carries |
//! | --- | --- | --- |
//! | v1 | base64 of `{"endpoint", "api_key"}`; or the inner JWT alone, with `ver` 1 | endpoint, expiry, scope |
//! | v2 | JWT with claim `t` = `"g"` | nothing of use here: its rights are a role kept by the server |
//! | legacy | JWT with claims `c` and `cp` | cache and control endpoints |
//! | session | any other JWT | expiry |
//!
//! Decoding does not verify the signature. The current time is used only for warnings.
//!
//! Each step has its own module: `sanitize` removes what surrounds a pasted credential, `envelope` and `jwt` parse the
//! two encodings, `claims` gives the claims their types, `parsed` combines these three, `endpoint` decides where the
//! credential may be sent, `warning` reports what is unusual, and `decode` runs the steps in order.

mod claims;
mod decode;
mod endpoint;
mod envelope;
mod error;
mod jwt;
mod limits;
mod model;
mod options;
mod parsed;
mod provider;
mod sanitize;
mod secret;
mod version;
mod warning;

#[cfg(any(feature = "refresh", all(target_arch = "wasm32", feature = "js")))]
pub(crate) use decode::{Expected, decode_as};
pub use decode::{decode, key_version};
pub use endpoint::{DEFAULT_ENDPOINT_SUFFIX, Endpoints};
pub use error::TokenError;
pub use limits::{MAX_CREDENTIAL_CHARS, MAX_DISPOSABLE_LIFE_MS};
pub use model::Token;
pub use options::{DecodeOptions, Overrides};
pub use provider::{from_api_key_v2, from_disposable_token, from_string};
#[cfg(feature = "refresh")]
pub(crate) use sanitize::is_blank;
pub use secret::Secret;
pub use version::Version;
pub use warning::Warning;
