//! The one error of this layer.

use crate::codec::json::push;
use std::borrow::Cow;
use std::fmt;

/// Why a credential was refused. Never holds the credential, nor a piece of it.
///
/// It is one word, so that whatever may fail has little to pass on.
#[derive(Clone, PartialEq, Eq)]
pub struct TokenError(Box<Reason>);

#[derive(Clone, PartialEq, Eq)]
struct Reason {
    code: &'static str,
    message: Cow<'static, str>,
}

impl TokenError {
    #[inline(never)]
    pub(super) fn new(code: &'static str, message: &'static str) -> Self {
        TokenError(Box::new(Reason { code, message: Cow::Borrowed(message) }))
    }

    /// With a message that is put together of these.
    #[inline(never)]
    pub(super) fn of_pieces(code: &'static str, pieces: &[&str]) -> Self {
        let mut message = String::new();
        for piece in pieces {
            push(&mut message, piece);
        }
        TokenError(Box::new(Reason { code, message: Cow::Owned(message) }))
    }

    /// `ERR_TOKEN_MALFORMED`, with what should have stood there.
    pub(super) fn malformed(expected: &str, detail: &str) -> Self {
        let (before, behind) =
            ("failed to parse token: expected ", ", found something else; copy the whole credential again");
        TokenError::of_pieces("ERR_TOKEN_MALFORMED", &[before, expected, detail, behind])
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
        self.0.code
    }

    /// The credential is broken, rather than one of a kind that is refused.
    #[cfg(feature = "refresh")]
    pub(crate) fn is_malformed(&self) -> bool {
        matches!(self.code(), "ERR_TOKEN_EMPTY" | "ERR_TOKEN_MALFORMED" | "ERR_TOKEN_EXPIRY")
    }

    /// What was expected, what was found, and what to do.
    pub fn message(&self) -> &str {
        &self.0.message
    }
}

impl fmt::Display for TokenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.message())
    }
}

impl fmt::Debug for TokenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())?;
        f.write_str(": ")?;
        f.write_str(self.message())
    }
}

impl std::error::Error for TokenError {}
