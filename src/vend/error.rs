//! The error of reading a vending service's response.

use super::status;
use crate::token::TokenError;
use std::{error, fmt};

/// Why a vending service's response yields no token.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum VendError {
    /// The HTTP status is not a success.
    Http {
        /// The status.
        status: u16,
    },
    /// The HTTP status is a success, but the JSON has a `statusCode` that is not, as returned by a Lambda function
    /// without proxy integration.
    StatusCode {
        /// The `statusCode`.
        status: u16,
    },
    /// The response is longer than [`MAX_ANSWER_BYTES`](super::MAX_ANSWER_BYTES).
    TooLarge,
    /// The response is a web page.
    WebPage,
    /// The response is empty.
    Empty,
    /// The response begins like JSON but is invalid.
    BrokenJson,
    /// The response has two credentials, or two endpoints for one, of equal rank.
    Ambiguous,
    /// The service refuses to issue a token: `enabled` is `false`.
    Disabled,
    /// The response is JSON without a credential.
    NoToken(InnerText),
    /// The response's credential was rejected.
    Token(TokenError),
}

/// The most informative text in a response's JSON without a credential.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum InnerText {
    /// No informative text.
    #[default]
    None,
    /// JSON, which was searched too.
    Json,
    /// Text that begins like JSON but is invalid.
    Broken,
    /// JSON as text nested in JSON as text, which is not searched.
    TooDeep,
    /// A web page.
    WebPage,
}

/// Whether to retry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Retry {
    /// The failure may be temporary: retry later.
    Later,
    /// A retry does not help until the user, the service or the app changes something.
    Never,
    /// The response contains no readable token: retry, since the service may be fixed, but only a few times.
    Malformed,
}

impl VendError {
    /// `ERR_VEND_TOO_LARGE`, for a response longer than [`MAX_ANSWER_BYTES`](super::MAX_ANSWER_BYTES).
    pub fn too_large() -> Self {
        VendError::TooLarge
    }

    /// A stable code:
    ///
    /// - `ERR_VEND_HTTP`: an HTTP status that is not a success.
    /// - `ERR_VEND_HTML`: a web page with status 200, as captive portals and login pages send.
    /// - `ERR_VEND_ANSWER`: a response without a token, or with two of them.
    /// - `ERR_VEND_TOO_LARGE`: a response of more than 256 KB.
    /// - and the codes of [`TokenError`], for a response whose credential is rejected.
    pub fn code(&self) -> &'static str {
        match self {
            VendError::Http { .. } => "ERR_VEND_HTTP",
            VendError::WebPage => "ERR_VEND_HTML",
            VendError::TooLarge => "ERR_VEND_TOO_LARGE",
            VendError::StatusCode { .. }
            | VendError::Empty
            | VendError::BrokenJson
            | VendError::Ambiguous
            | VendError::Disabled
            | VendError::NoToken(_) => "ERR_VEND_ANSWER",
            VendError::Token(error) => error.code(),
        }
    }

    /// The unsuccessful status: that of the HTTP response, or the `statusCode` returned by a Lambda function.
    pub fn status(&self) -> Option<u16> {
        match self {
            VendError::Http { status } | VendError::StatusCode { status } => Some(*status),
            _ => None,
        }
    }

    /// What was expected, what was found, and what to do.
    pub fn message(&self) -> String {
        self.to_string()
    }

    /// Whether to retry.
    pub fn retry(&self) -> Retry {
        match self {
            VendError::Http { status } | VendError::StatusCode { status } if status::is_final(*status) => Retry::Never,
            VendError::Http { .. } | VendError::StatusCode { .. } | VendError::WebPage => Retry::Later,
            VendError::TooLarge
            | VendError::Empty
            | VendError::BrokenJson
            | VendError::Ambiguous
            | VendError::NoToken(_) => Retry::Malformed,
            VendError::Disabled => Retry::Never,
            // A malformed credential may be temporary, but a v2 key or a foreign endpoint is sent on purpose.
            VendError::Token(error) if error.is_malformed() => Retry::Malformed,
            VendError::Token(_) => Retry::Never,
        }
    }

    /// Whether a retry would not help: the service refuses, or its credential is not acceptable.
    pub fn is_terminal(&self) -> bool {
        self.retry() == Retry::Never
    }
}

impl From<TokenError> for VendError {
    fn from(error: TokenError) -> Self {
        VendError::Token(error)
    }
}

impl fmt::Display for VendError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let VendError::Token(error) = self {
            return write!(f, "the vending service's answer: {error}");
        }
        f.write_str("expected a token from the vending service, found ")?;
        match self {
            VendError::Http { status } => write!(f, "HTTP status {status}{}", status::advice(*status)),
            VendError::StatusCode { status } => write!(
                f,
                "status {status}{}; it is the `statusCode` in a successful answer, as of a Lambda function without proxy integration",
                status::advice(*status)
            ),
            VendError::TooLarge => {
                f.write_str("an answer of more than 256 KB; is the vending service's URL right?")
            }
            VendError::WebPage => f.write_str(
                "a web page with status 200: a sign-in page (the user's session may have ended), a captive portal, or a wrong URL",
            ),
            VendError::Empty => f.write_str("an empty answer"),
            VendError::BrokenJson => f.write_str("broken JSON"),
            VendError::Ambiguous => f.write_str("two different ones, or two endpoints for one"),
            VendError::Disabled => f.write_str("that it gives none: `enabled` is false in its answer"),
            VendError::NoToken(text) => f.write_str(match text {
                InnerText::None => "JSON without `authToken`, `token` or `api_key`",
                InnerText::Json => "JSON without `authToken`, `token` or `api_key`, also in the text in it that is JSON",
                InnerText::Broken => {
                    "JSON without `authToken`, `token` or `api_key`, and a text in it that begins as JSON but is broken"
                }
                InnerText::TooDeep => {
                    "JSON without `authToken`, `token` or `api_key`, and text within a text that is JSON; only one text deep is searched"
                }
                InnerText::WebPage => {
                    "JSON with a web page in it as text: an error page, or a sign-in page (the user's session may have ended)"
                }
            }),
            VendError::Token(_) => Ok(()),
        }
    }
}

impl fmt::Debug for VendError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {self}", self.code())
    }
}

impl error::Error for VendError {
    fn source(&self) -> Option<&(dyn error::Error + 'static)> {
        match self {
            VendError::Token(error) => Some(error),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::token::{DecodeOptions, decode};
    use std::error::Error;

    #[test]
    fn token_error_is_the_source() {
        let error = decode("none", &DecodeOptions::default(), 0).unwrap_err();
        let vend = VendError::from(error.clone());
        assert_eq!((vend.code(), vend.retry(), vend.status()), (error.code(), Retry::Malformed, None));
        assert_eq!(vend.message(), format!("the vending service's answer: {}", error.message()));
        assert_eq!(vend.source().unwrap().to_string(), error.message());
        assert!(VendError::Empty.source().is_none());
    }

    #[test]
    fn retry_depends_on_the_cause() {
        for (error, code, retry) in [
            (VendError::Http { status: 401 }, "ERR_VEND_HTTP", Retry::Never),
            (VendError::Http { status: 503 }, "ERR_VEND_HTTP", Retry::Later),
            (VendError::StatusCode { status: 403 }, "ERR_VEND_ANSWER", Retry::Never),
            (VendError::StatusCode { status: 500 }, "ERR_VEND_ANSWER", Retry::Later),
            (VendError::WebPage, "ERR_VEND_HTML", Retry::Later),
            (VendError::TooLarge, "ERR_VEND_TOO_LARGE", Retry::Malformed),
            (VendError::Empty, "ERR_VEND_ANSWER", Retry::Malformed),
            (VendError::BrokenJson, "ERR_VEND_ANSWER", Retry::Malformed),
            (VendError::Ambiguous, "ERR_VEND_ANSWER", Retry::Malformed),
            (VendError::Disabled, "ERR_VEND_ANSWER", Retry::Never),
            (VendError::NoToken(InnerText::WebPage), "ERR_VEND_ANSWER", Retry::Malformed),
        ] {
            assert_eq!((error.code(), error.retry()), (code, retry), "{error}");
            assert_eq!(error.is_terminal(), retry == Retry::Never);
            assert_eq!(format!("{error:?}"), format!("{code}: {error}"));
        }
    }
}
