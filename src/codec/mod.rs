//! Strict readers of the three encodings used in credentials: base64, JSON and protobuf.
//!
//! They are independent of tokens. Each rejects what a strict reader of its format rejects and reports the position.
//! None panics, recurses without limit or copies input into an error.

pub(crate) mod base64;
pub(crate) mod json;
pub(crate) mod proto;
pub(crate) mod quote;
