//! The three encodings a credential is wrapped in, read strictly: base64, JSON and protobuf.
//!
//! They know nothing of tokens. Each refuses what a strict reader of its format refuses, says where,
//! and never panics, recurses without bound or copies input into an error.

pub(crate) mod base64;
pub(crate) mod json;
pub(crate) mod proto;
pub(crate) mod quote;
