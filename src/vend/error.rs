//! The one error of this layer.

use super::place::Kind;
use super::status::refused_within;
use crate::codec::json::push;
use crate::token::TokenError;
use std::fmt;

/// Why a vend brought no token.
#[derive(Clone, PartialEq, Eq)]
pub struct VendError {
    code: &'static str,
    message: String,
    weight: Weight,
    status: Option<u16>,
}

/// What an answer is that holds no token, or none to choose.
#[derive(Clone, Copy)]
pub(crate) enum Missing {
    /// Of more bytes than are read.
    TooLarge,
    WebPage,
    Empty,
    /// No JSON, although it begins so.
    Broken,
    /// Two credentials, or two endpoints for one, and nothing to choose by.
    Ambiguous,
    /// The service says no: `enabled` is `false`, and there is no token.
    Disabled,
    /// The `statusCode` in it is this one, and no success.
    Refused(u16),
    /// No credential; this is the most telling kind of text that was seen.
    Nothing(Kind),
}

impl From<Missing> for VendError {
    #[cold]
    fn from(missing: Missing) -> Self {
        let (weight, code, found) = match missing {
            Missing::Refused(status) => return refused_within(status),
            Missing::TooLarge => (
                Weight::Malformed,
                "ERR_VEND_TOO_LARGE",
                "an answer of more than 256 KB; is the vending service's URL right?",
            ),
            Missing::WebPage => (
                Weight::Passing,
                "ERR_VEND_HTML",
                "a web page with status 200: a sign-in page (the user's session may have ended), a captive portal, or a wrong URL",
            ),
            Missing::Empty => (Weight::Malformed, "ERR_VEND_ANSWER", "an empty answer"),
            Missing::Broken => (Weight::Malformed, "ERR_VEND_ANSWER", "broken JSON"),
            Missing::Ambiguous => {
                (Weight::Malformed, "ERR_VEND_ANSWER", "two different ones, or two endpoints for one")
            }
            Missing::Disabled => {
                (Weight::Terminal, "ERR_VEND_ANSWER", "that it gives none: `enabled` is false in its answer")
            }
            Missing::Nothing(kind) => (Weight::Malformed, "ERR_VEND_ANSWER", nothing_but(kind)),
        };
        VendError::new(weight, code, found)
    }
}

/// What an answer is whose most telling text is of this kind.
#[cold]
fn nothing_but(kind: Kind) -> &'static str {
    match kind {
        Kind::Other => "JSON without `authToken`, `token` or `api_key`",
        Kind::Json => "JSON without `authToken`, `token` or `api_key`, also in the text in it that is JSON",
        Kind::Broken => {
            "JSON without `authToken`, `token` or `api_key`, and a text in it that begins as JSON but is broken"
        }
        Kind::Deeper => {
            "JSON without `authToken`, `token` or `api_key`, and text within a text that is JSON; only one text deep is searched"
        }
        Kind::WebPage => {
            "JSON with a web page in it as text: an error page, or a sign-in page (the user's session may have ended)"
        }
    }
}

/// What a failure calls for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Weight {
    /// It may pass by itself.
    Passing = 0,
    /// Asking again does not mend it.
    Terminal = 1,
    /// The answer holds no token; the service may be mended.
    Malformed = 2,
}

impl VendError {
    /// Not inlined, for size: errors are made in many places.
    #[cold]
    #[inline(never)]
    pub(super) fn new(weight: Weight, code: &'static str, found: &str) -> Self {
        VendError {
            code,
            message: said("expected a token from the vending service, found ", found),
            weight,
            status: None,
        }
    }

    pub(super) fn with_status(self, status: u16) -> Self {
        VendError { status: Some(status), ..self }
    }

    /// An answer of more bytes than are read (see [`MAX_ANSWER_BYTES`](super::MAX_ANSWER_BYTES)): `ERR_VEND_TOO_LARGE`.
    pub fn too_large() -> Self {
        Missing::TooLarge.into()
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

    /// The status that is no success: the HTTP answer's, or the `statusCode` in the answer of a Lambda function.
    pub fn status(&self) -> Option<u16> {
        self.status
    }

    /// What was expected, what was found, and what to do.
    pub fn message(&self) -> &str {
        &self.message
    }

    /// Asking again by itself would not help: the service said no, or the answer is no token.
    pub fn is_terminal(&self) -> bool {
        self.weight == Weight::Terminal
    }

    #[cfg_attr(
        not(all(target_arch = "wasm32", feature = "js")),
        allow(dead_code, reason = "only `js` tells the three apart")
    )]
    pub(crate) fn weight(&self) -> Weight {
        self.weight
    }
}

/// A credential that the decoder refuses: a broken service may be mended, but a v2 key or a foreign endpoint is its
/// answer.
impl From<TokenError> for VendError {
    fn from(error: TokenError) -> Self {
        let message = said("the vending service's answer: ", &error.message());
        let weight = if error.is_malformed() { Weight::Malformed } else { Weight::Terminal };
        VendError { code: error.code(), message, weight, status: None }
    }
}

fn said(front: &str, rest: &str) -> String {
    let mut message = String::from(front);
    push(&mut message, rest);
    message
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

impl std::error::Error for VendError {}
