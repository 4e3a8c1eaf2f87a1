//! The one error of this layer.

use crate::token::TokenError;
use alloc::{borrow::Cow, string::String};
use core::fmt;

/// Why a vend brought no token.
#[derive(Clone, PartialEq, Eq)]
pub struct VendError {
    code: &'static str,
    message: Cow<'static, str>,
    terminal: bool,
}

impl VendError {
    /// A failure that may pass by itself.
    pub(crate) fn passing(code: &'static str, message: impl Into<Cow<'static, str>>) -> Self {
        VendError { code, message: message.into(), terminal: false }
    }

    /// An answer that holds no token; the service may be mended.
    pub(crate) fn answer(message: &'static str) -> Self {
        Self::passing("ERR_VEND_ANSWER", message)
    }

    /// An answer of more bytes than are read (see [`MAX_ANSWER_BYTES`](super::MAX_ANSWER_BYTES)): `ERR_VEND_TOO_LARGE`.
    pub fn too_large() -> Self {
        Self::passing(
            "ERR_VEND_TOO_LARGE",
            "expected a token from the vending service, found an answer of more than 256 KB; is the vending service's URL right?",
        )
    }

    /// A failure that asking again does not mend.
    pub(crate) fn terminal(code: &'static str, message: impl Into<Cow<'static, str>>) -> Self {
        VendError { code, message: message.into(), terminal: true }
    }

    /// A stable code:
    ///
    /// - `ERR_VEND_HTTP`: an HTTP status that is not a success.
    /// - `ERR_VEND_HTML`: a web page with status 200, as captive portals and login pages send.
    /// - `ERR_VEND_ANSWER`: an answer without a token, or with two of them.
    /// - `ERR_VEND_TOO_LARGE`: an answer of more than 256 KB.
    /// - and the codes of [`TokenError`], for an answer whose credential is refused.
    pub fn code(&self) -> &'static str {
        self.code
    }

    /// What was expected, what was found, and what to do.
    pub fn message(&self) -> &str {
        &self.message
    }

    /// Asking again by itself would not help: the service said no, or the answer is no token.
    pub fn is_terminal(&self) -> bool {
        self.terminal
    }
}

/// A credential that the decoder refuses: a broken service may be mended, but a v2 key or a foreign endpoint is its answer.
impl From<TokenError> for VendError {
    fn from(error: TokenError) -> Self {
        let terminal = matches!(error.code(), "ERR_V2_KEY" | "ERR_ENDPOINT_NOT_ALLOWED" | "ERR_ENDPOINT_INVALID");
        let message: String = ["the vending service's answer: ", error.message()].concat();
        VendError { code: error.code(), message: message.into(), terminal }
    }
}

impl fmt::Display for VendError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl fmt::Debug for VendError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code)?;
        f.write_str(": ")?;
        f.write_str(&self.message)
    }
}

impl core::error::Error for VendError {}
