//! The only folder that knows JavaScript: what the npm package's hand-written half calls.
//!
//! The boundary is crossed rarely, and only by numbers: the package puts text straight into memory that it has been
//! given, and reads what comes out of it where it lies ([`block`]). Errors are answers: nothing throws across the
//! boundary, and no object is handed out but
//! [`Refresher`], which the package keeps to itself.

#[cfg(feature = "refresh")]
mod answer;
mod block;
#[expect(dead_code, reason = "the typed exports throw it")]
mod error;
mod options;
#[cfg(feature = "refresh")]
mod refresher;
mod scope;
mod token;
mod value;

#[cfg(feature = "refresh")]
pub use answer::read_answer;
#[cfg(feature = "refresh")]
pub use refresher::Refresher;
pub use scope::scope;
pub use token::{decode_token, from_api_key_v2, from_string, key_version};
