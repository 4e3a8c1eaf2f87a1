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
#[expect(missing_docs, reason = "wasm_bindgen adds items without to an enum of words")]
mod refresher;
mod scope;

#[cfg(feature = "refresh")]
pub use answer::read_answer;
#[cfg(feature = "refresh")]
pub use refresher::{JsAnswer, JsStep, RefreshFailure, Refresher};
pub use scope::scope;

use crate::token::{self, Expected, Input, Work};
use wasm_bindgen::prelude::wasm_bindgen;

/// A credential's form alone: `v1`, `v2`, `legacy`, `session` or `unknown`, by number from 0.
const KEY_VERSION: u32 = 3;

/// Reads a credential, which stands in front of `input` with `filled` bytes (`-1 - filled`: an envelope out of its
/// base64), with
/// [`room`](Work::room) behind it. `options` bytes of what [`options::read`] takes follow it. `now` is in milliseconds since the epoch.
///
/// The `job` is 0 for `decodeToken`, 1 and 2 for `CredentialProvider`'s `fromString` and `fromApiKeyV2` (whose endpoint
/// is an option), which all give where the [`block`]'s table is; and [`KEY_VERSION`].
#[wasm_bindgen]
pub fn decode(input: Vec<u8>, filled: i32, options: u32, job: u32, now: f64) -> u32 {
    let length = (if filled < 0 { -1 - filled } else { filled }) as usize;
    let form = if filled < 0 { Input::Envelope(length) } else { Input::Text(length) };
    // What is decoded goes where they stand.
    let written = Vec::from(input.get(length..length + options as usize).unwrap_or_default());
    let work = Work::new(input);
    let expected = match job {
        0 => Expected::Any,
        1 => Expected::Provider,
        KEY_VERSION => return token::version_of(work, form).map_or(4, |version| version as u32),
        _ => Expected::V2,
    };
    block::hand_over(block::of(token::read(work, form, &options::read(&written), expected, now as i64)))
}
