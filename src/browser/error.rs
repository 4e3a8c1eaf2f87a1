//! The error type of a source.

use crate::refresh::PolicyError;
use crate::scope::ScopeError;
use crate::vend::VendError;
use std::error::Error;
use std::fmt;
use std::sync::Arc;
#[cfg(target_arch = "wasm32")]
use {super::cause::Cause, wasm_bindgen::JsValue};

/// Why a [`TokenSource`](super::TokenSource) cannot be built, or has no token. It never quotes a credential.
#[derive(Clone)]
pub struct SourceError {
    kind: Arc<Kind>,
    retry_at: Option<i64>,
    #[cfg(target_arch = "wasm32")]
    #[cfg_attr(not(feature = "js"), expect(dead_code, reason = "read for JavaScript"))]
    cause: Option<Cause>,
}

/// What went wrong.
#[cfg_attr(not(target_arch = "wasm32"), expect(dead_code, reason = "made by the driver alone"))]
pub(super) enum Kind {
    /// An option is invalid.
    Argument(&'static str),
    /// The refresh window or the request timeout is invalid.
    Policy(PolicyError),
    /// The scope cannot be requested.
    Scope(ScopeError),
    /// The source is closed.
    Closed,
    /// The target is not wasm32.
    #[cfg(not(target_arch = "wasm32"))]
    Elsewhere,
    /// The source was made on another thread.
    OtherThread,
    /// The vending service did not answer in time.
    Timeout,
    /// The token had expired when it arrived.
    Expired,
    /// Even a new token is not valid for as long as the caller requires.
    TooShort,
    /// The request, or its response, did not get through.
    Unreachable {
        /// Whether the URL is at the page's own origin.
        is_own: bool,
        /// The name of the JavaScript error.
        name: String,
    },
    /// The response was cut off.
    CutOff {
        /// The name of the JavaScript error.
        name: String,
    },
    /// A redirect was not followed.
    Redirect(&'static str),
    /// The app's function failed.
    Function(Box<dyn Error + Send + Sync>),
    /// The app's JavaScript function threw or rejected.
    #[cfg(all(target_arch = "wasm32", feature = "standalone"))]
    Threw,
    /// The value that the function returned is not an answer.
    NoAnswer,
    /// Reading the answer threw. `status` is the HTTP status, if it was read before that and is not a success.
    Unreadable { status: Option<u16> },
    /// The function returned a `Response` whose body has already been read.
    BodyUsed,
    /// The answer contains no usable token.
    Vend(VendError),
    /// An error from the npm package's TypeScript, or from an app's function that it called.
    #[cfg(all(target_arch = "wasm32", feature = "js"))]
    Host { code: String, message: String, status: Option<u16> },
    /// A sibling tab's request failed.
    Sibling { code: String, message: String, status: Option<u16> },
}

impl SourceError {
    /// Returns a stable error code, the same as in the npm package:
    ///
    /// - `ERR_ARGUMENT`: an option is invalid.
    /// - `ERR_SCOPE_INVALID` and `ERR_SCOPE_LIMIT`: the scope cannot be requested.
    /// - `ERR_CLOSED`: the source is closed.
    /// - `ERR_SERVER_RENDER`: the target is not wasm32, so no token is requested.
    /// - `ERR_THREAD`: the source belongs to another thread.
    /// - `ERR_VEND_TIMEOUT`: the vending service did not answer in time.
    /// - `ERR_VEND_EXPIRED`: the token had expired when it arrived.
    /// - `ERR_TOKEN_TOO_SHORT`: even a new token is not valid for as long as the caller requires.
    /// - `ERR_VEND_NETWORK`: the vending service could not be reached, or its response was cut off.
    /// - `ERR_VEND_REDIRECT`: a redirect was not followed.
    /// - `ERR_VEND_FUNCTION`: the app's function failed, or did not return an answer.
    /// - any code of [`VendError`].
    pub fn code(&self) -> &str {
        match &*self.kind {
            Kind::Argument(_) | Kind::Policy(_) => "ERR_ARGUMENT",
            Kind::Scope(error) => error.code(),
            Kind::Closed => "ERR_CLOSED",
            #[cfg(not(target_arch = "wasm32"))]
            Kind::Elsewhere => "ERR_SERVER_RENDER",
            Kind::OtherThread => "ERR_THREAD",
            Kind::Timeout => "ERR_VEND_TIMEOUT",
            Kind::Expired => "ERR_VEND_EXPIRED",
            Kind::TooShort => "ERR_TOKEN_TOO_SHORT",
            Kind::Unreachable { .. } | Kind::CutOff { .. } => "ERR_VEND_NETWORK",
            Kind::Redirect(_) => "ERR_VEND_REDIRECT",
            Kind::Function(_) | Kind::NoAnswer | Kind::Unreadable { .. } | Kind::BodyUsed => "ERR_VEND_FUNCTION",
            #[cfg(all(target_arch = "wasm32", feature = "standalone"))]
            Kind::Threw => "ERR_VEND_FUNCTION",
            Kind::Vend(error) => error.code(),
            #[cfg(all(target_arch = "wasm32", feature = "js"))]
            Kind::Host { code, .. } => code,
            Kind::Sibling { code, .. } => code,
        }
    }

    /// Returns the HTTP status of the vending service's response, if it is not a success (2xx).
    pub fn status(&self) -> Option<u16> {
        match &*self.kind {
            Kind::Vend(error) => error.status(),
            #[cfg(all(target_arch = "wasm32", feature = "js"))]
            Kind::Host { status, .. } => *status,
            Kind::Sibling { status, .. } | Kind::Unreadable { status } => *status,
            _ => None,
        }
    }

    /// Returns when the source retries on its own, by the client's clock (ms since the Unix epoch), or `None` if no
    /// retry is scheduled.
    pub fn will_retry_at(&self) -> Option<i64> {
        self.retry_at
    }

    #[cfg(target_arch = "wasm32")]
    pub(super) fn kind(&self) -> &Kind {
        &self.kind
    }

    /// Sets the time of the next attempt.
    #[cfg(target_arch = "wasm32")]
    pub(super) fn with_retry_at(self, retry_at: Option<i64>) -> Self {
        SourceError { retry_at, ..self }
    }

    /// Sets the value that JavaScript threw.
    #[cfg(target_arch = "wasm32")]
    pub(crate) fn caused_by(self, cause: JsValue) -> Self {
        SourceError { cause: Some(Cause::new(cause)), ..self }
    }

    /// An error for the value that a JavaScript function threw or rejected with.
    #[cfg(all(target_arch = "wasm32", feature = "standalone"))]
    pub(crate) fn threw(cause: JsValue) -> Self {
        SourceError::from(Kind::Threw).caused_by(cause)
    }

    /// Returns the value that JavaScript threw. On any thread but its own, this is `None`.
    #[cfg(all(target_arch = "wasm32", feature = "standalone"))]
    pub(crate) fn cause(&self) -> Option<JsValue> {
        self.cause.as_ref()?.value()
    }

    /// Takes the value that JavaScript threw. A thrown `Error` can retain everything on its call stack, and a value
    /// that Rust keeps is never garbage-collected.
    #[cfg(all(target_arch = "wasm32", feature = "js"))]
    pub(crate) fn take_cause(&self) -> Option<JsValue> {
        self.cause.as_ref()?.take()
    }

    /// Returns the message for JavaScript callers, which names the options as they are called there.
    #[cfg(all(target_arch = "wasm32", feature = "js"))]
    pub(crate) fn message_for_js(&self) -> String {
        match &*self.kind {
            Kind::Timeout => {
                "expected an answer from the vending service in time, found none; see `requestTimeoutMs`".into()
            }
            Kind::TooShort => "expected a token with at least `minValidityMs` left, found that even a fresh one has less; ask for less, or mint for longer".into(),
            Kind::Unreachable { is_own, .. } => format!("{}; see `cause`", no_way(*is_own)),
            Kind::CutOff { .. } => format!("{CUT_OFF}; see `cause`"),
            Kind::Redirect(found) => format!("{}, or set `vend.allowRedirects`", not_followed(found)),
            Kind::Vend(VendError::TooLarge) => "expected a token from the vending service, found an answer of more than 256 KB; is its URL right?".into(),
            _ => self.to_string(),
        }
    }
}

const CUT_OFF: &str = "expected the whole answer of the vending service, found it cut off";

fn no_way(is_own: bool) -> String {
    let redirect = if is_own {
        "a redirect away from the page's origin (the user's session may have ended)"
    } else {
        "a redirect of its preflight"
    };
    format!(
        "expected an answer from the vending service, found no way to it: offline, blocked by CORS or by a Content Security Policy (`connect-src`), {redirect}, or a wrong URL"
    )
}

fn not_followed(found: &str) -> String {
    format!(
        "expected an answer from the vending service, found {found}, which was not followed: the user's session may have ended; if not, name the final URL"
    )
}

impl From<Kind> for SourceError {
    fn from(kind: Kind) -> Self {
        SourceError {
            kind: Arc::new(kind),
            retry_at: None,
            #[cfg(target_arch = "wasm32")]
            cause: None,
        }
    }
}

impl From<VendError> for SourceError {
    fn from(error: VendError) -> Self {
        Kind::Vend(error).into()
    }
}

impl From<ScopeError> for SourceError {
    fn from(error: ScopeError) -> Self {
        Kind::Scope(error).into()
    }
}

impl fmt::Display for SourceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &*self.kind {
            Kind::Argument(message) => f.write_str(message),
            Kind::Policy(error) => error.fmt(f),
            Kind::Scope(error) => error.fmt(f),
            Kind::Closed => f.write_str("expected an open TokenSource, found one that was closed"),
            #[cfg(not(target_arch = "wasm32"))]
            Kind::Elsewhere => f.write_str(
                "expected a browser, found another target than wasm32, where no token is requested; ask where the page runs",
            ),
            Kind::OtherThread => {
                f.write_str("expected the thread that made the TokenSource, found another; make one on each thread")
            }
            Kind::Timeout => f.write_str(
                "expected an answer from the vending service in time, found none; see `request_timeout`",
            ),
            Kind::Expired => f.write_str(
                "expected a valid token from the vending service, found one that had expired as far as clocks tell; let pages read its time (`Access-Control-Expose-Headers: Date, Age`), or have it send the seconds left as `expiresIn`, and no cache or service worker keep its answers",
            ),
            Kind::TooShort => f.write_str(
                "expected a token with at least `min_validity` left, found that even a fresh one has less; ask for less, or mint for longer",
            ),
            Kind::Unreachable { is_own, name } => write!(f, "{}{}", no_way(*is_own), in_parentheses(name)),
            Kind::CutOff { name } => write!(f, "{CUT_OFF}{}", in_parentheses(name)),
            Kind::Redirect(found) => write!(f, "{}, or see `allow_redirects`", not_followed(found)),
            Kind::Function(_) => {
                f.write_str("expected the vend function to give an answer, found that it failed; see the error's source")
            }
            #[cfg(all(target_arch = "wasm32", feature = "standalone"))]
            Kind::Threw => {
                f.write_str("expected the vend function to return a token, found that it threw; see `cause`")
            }
            Kind::NoAnswer | Kind::Unreadable { .. } => f.write_str(
                "expected the vend function to return a token as text, an object or a Response, found something else",
            ),
            Kind::BodyUsed => f.write_str("expected a Response whose body nobody has read, found one that was read"),
            Kind::Vend(error) => error.fmt(f),
            #[cfg(all(target_arch = "wasm32", feature = "js"))]
            Kind::Host { message, .. } => f.write_str(message),
            Kind::Sibling { message, .. } => f.write_str(message),
        }
    }
}

/// The name of an error, to append to a message; empty if the name is.
fn in_parentheses(name: &str) -> String {
    if name.is_empty() { String::new() } else { format!(" ({name})") }
}

impl fmt::Debug for SourceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {self}", self.code())
    }
}

impl Error for SourceError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match &*self.kind {
            // Their own messages are already this error's message.
            Kind::Policy(error) => error.source(),
            Kind::Scope(error) => error.source(),
            Kind::Vend(error) => error.source(),
            Kind::Function(error) => Some(&**error),
            _ => None,
        }
    }
}
