//! Momento credentials in the browser: decodes them, describes what they permit, and keeps them fresh.
//!
//! The crate is published as the npm package `momento-token-wasm` for JavaScript (see `pkg-template/`). As a Rust
//! library it offers the same functions to front ends and services:
//!
//! - [`TokenSource`] holds a valid token and renews it before it expires (feature `source`).
//! - [`token`] decodes a credential string into a [`token::Token`]: version, endpoints, expiry, scope.
//! - [`scope`] is the model of what a token permits, with its protobuf and JSON forms and `covers`.
//! - [`refresh`] decides when to fetch the next token: a state machine without I/O, timers or clocks (feature
//!   `refresh`).
//! - [`vend`] normalizes the responses of vending services (feature `refresh`).
//!
//! Signatures are not verified: only Momento's servers can do that. Decoding returns what a token *claims*.
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
