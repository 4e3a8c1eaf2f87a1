//! The one error of this layer.

use alloc::{borrow::Cow, string::String};
use core::fmt;

/// Why a credential was refused. Never holds the credential, nor a piece of it.
#[derive(Clone, PartialEq, Eq)]
pub struct TokenError {
    code: &'static str,
    message: Cow<'static, str>,
}

impl TokenError {
    pub(crate) fn new(code: &'static str, message: impl Into<Cow<'static, str>>) -> Self {
        TokenError { code, message: message.into() }
    }

    /// `ERR_TOKEN_MALFORMED`, with what should have stood there.
    pub(super) fn malformed(expected: &str, detail: &str) -> Self {
        let mut message = String::from("failed to parse token: expected ");
        message.push_str(expected);
        message.push_str(detail);
        message.push_str(", found something else; copy the whole credential again");
        TokenError::new("ERR_TOKEN_MALFORMED", message)
    }

    /// A stable code:
    ///
    /// - `ERR_TOKEN_EMPTY`: nothing but white space.
    /// - `ERR_TOKEN_MALFORMED`: neither an envelope nor a JWT, or a broken one.
    /// - `ERR_TOKEN_EXPIRY`: claim `exp` is no sane time.
    /// - `ERR_V2_KEY`: a v2 API key where a token or v1 key is meant.
    /// - `ERR_NOT_V2_KEY`: another credential where a v2 API key is meant.
    /// - `ERR_ENDPOINT_MISSING`: the credential carries no endpoint and none was given.
    /// - `ERR_ENDPOINT_INVALID`: an endpoint is no plain host name.
    /// - `ERR_ENDPOINT_NOT_ALLOWED`: an endpoint lies outside the allowed suffixes.
    pub fn code(&self) -> &'static str {
        self.code
    }

    /// What was expected, what was found, and what to do.
    pub fn message(&self) -> &str {
        &self.message
    }
}

impl fmt::Display for TokenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl fmt::Debug for TokenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code)?;
        f.write_str(": ")?;
        f.write_str(&self.message)
    }
}

impl core::error::Error for TokenError {}
