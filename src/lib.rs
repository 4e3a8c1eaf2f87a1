//! Momento credentials in the browser: decode them, say what they may do, and keep them fresh.
//!
//! The crate has two faces. As the npm package `momento-token-wasm` it is imported and called from
//! JavaScript (see `pkg-template/`); as a Rust library it gives the same core to front ends and services:
//!
//! - [`TokenSource`]: a valid token in hand, re-fetched ahead of expiry (feature `source`).
//! - [`token`]: a credential string in, a [`token::Token`] out: version, endpoints, expiry, scope.
//! - [`scope`]: what a token may do: the model, its protobuf and JSON forms, and `covers`.
//! - [`refresh`]: *when* to fetch the next token: a state machine without I/O, timers or clocks (feature `refresh`).
//! - [`vend`]: what vending services answer, brought to one form (feature `refresh`).
//!
//! Nothing here checks a signature: only Momento's servers can. Decoding tells what a token *says*.
//!
//! ```
//! use momento_token_wasm::token::{self, DecodeOptions};
//!
//! let error = token::decode("not a token", &DecodeOptions::default(), 0).unwrap_err();
//! assert_eq!(error.code(), "ERR_TOKEN_MALFORMED");
//! ```

#[cfg(feature = "source")]
pub mod browser;
mod codec;
#[cfg(all(target_arch = "wasm32", feature = "js"))]
pub mod js;
#[cfg(all(target_arch = "wasm32", feature = "source"))]
mod plain;
#[cfg(feature = "refresh")]
pub mod refresh;
pub mod scope;
pub mod token;
#[cfg(feature = "refresh")]
pub mod vend;

#[cfg(feature = "source")]
pub use browser::TokenSource;

/// The README's Rust compiles.
#[cfg(all(doctest, feature = "source"))]
#[doc = include_str!("../README.md")]
struct Readme;
