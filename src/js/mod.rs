//! The only folder that knows JavaScript: what the npm package's hand-written half calls.
//!
//! The boundary is crossed rarely. A credential comes in through [`Desk::fill`] and a token goes out through [`Desk::take`], each a
//! view of memory that is wiped and freed before the call returns. Everything else is text that the package has checked to be
//! text. Errors are answers: nothing throws across the boundary, and no object is handed out but [`driver::Driver`], which the
//! package keeps to itself.

mod block;
#[cfg(feature = "refresh")]
mod driver;
mod options;
#[cfg(feature = "refresh")]
mod page;
#[cfg(feature = "refresh")]
mod request;
mod scope;
#[cfg(feature = "refresh")]
mod timer;

#[cfg(feature = "refresh")]
pub use driver::{Handle, Host};
pub use scope::scope;

use crate::codec::wipe::wipe;
use crate::token::{self, Credential};
use alloc::{string::String, vec, vec::Vec};
use block::Block;
use wasm_bindgen::prelude::wasm_bindgen;

#[wasm_bindgen]
extern "C" {
    /// The package's side of one call.
    pub type Desk;
    /// Puts the credential's UTF-8 into `buffer`; how many bytes of it. Less than zero, `-1 - count`, where the engine has taken
    /// its base64 away already. More than fit where there was no room for all of it: then it wants to be asked again.
    #[wasm_bindgen(method)]
    fn fill(this: &Desk, buffer: &mut [u8]) -> i32;
    /// Reads a [`Block`].
    #[wasm_bindgen(method)]
    pub(crate) fn take(this: &Desk, text: &[u8], table: &[u32]);
}

/// The credential at the desk, with at most `length` bytes if it is ASCII.
struct Input {
    buffer: Vec<u8>,
    filled: i32,
}

impl Input {
    fn read(desk: &Desk, length: usize) -> Self {
        let mut buffer = vec![0; length];
        let mut filled = desk.fill(&mut buffer);
        if filled > 0 && filled as usize > length {
            wipe(&mut buffer);
            buffer = vec![0; filled as usize];
            filled = desk.fill(&mut buffer);
        }
        Input { buffer, filled }
    }

    fn credential(&self) -> Credential<'_> {
        let count = if self.filled < 0 { -1 - self.filled } else { self.filled };
        let bytes = self.buffer.get(..count as usize).unwrap_or_default();
        match core::str::from_utf8(bytes) {
            _ if self.filled < 0 => Credential::Envelope(bytes),
            Ok(text) => Credential::Text(text),
            // The engine writes nothing else.
            Err(_) => Credential::Text(""),
        }
    }
}

impl Drop for Input {
    fn drop(&mut self) {
        wipe(&mut self.buffer);
    }
}

/// `v1`, `v2`, `legacy`, `session` or `unknown`, by number from 0.
#[wasm_bindgen(js_name = keyVersion)]
pub fn key_version(desk: &Desk, length: usize) -> u32 {
    token::version_of(Input::read(desk, length).credential()).map_or(4, |version| version as u32)
}

/// `decodeToken`; `options` as [`options::read`] takes them, `now` in milliseconds since the epoch.
#[wasm_bindgen(js_name = decodeToken)]
pub fn decode_token(desk: &Desk, length: usize, options: Option<String>, insist: bool, now: f64) {
    let input = Input::read(desk, length);
    let token = options::read(options.as_deref().unwrap_or_default())
        .and_then(|options| token::read(input.credential(), &options, insist, now as i64));
    let block = Block::of(token);
    let (text, table) = block.parts();
    desk.take(text, table);
}

/// `CredentialProvider.fromApiKeyV2`.
#[wasm_bindgen(js_name = fromApiKeyV2)]
pub fn from_api_key_v2(desk: &Desk, key: &str, endpoint: &str, now: f64) {
    let block = Block::of(token::from_api_key_v2(key, endpoint, now as i64));
    let (text, table) = block.parts();
    desk.take(text, table);
}
