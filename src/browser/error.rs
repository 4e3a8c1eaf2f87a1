//! The one error of this layer.

use crate::refresh::PolicyError;
use crate::scope::ScopeError;
use crate::vend::VendError;
use std::error::Error;
use std::fmt;
use std::sync::Arc;
#[cfg(target_arch = "wasm32")]
use {super::cause::Cause, wasm_bindgen::JsValue};

/// Why a [`TokenSource`](super::TokenSource) cannot be made, or gives no token. It quotes no credential.
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
    /// An option that makes no sense.
    Argument(&'static str),
    /// A window or a timeout that makes no sense.
    Policy(PolicyError),
    /// A scope that cannot be asked for.
    Scope(ScopeError),
    /// The source is closed.
    Closed,
    /// This is no browser.
    #[cfg(not(target_arch = "wasm32"))]
    Elsewhere,
    /// The source was made on another thread.
    OtherThread,
    /// There was no answer in time.
    Timeout,
    /// The answer's token had expired.
    Expired,
    /// Even a fresh token is good for less than was asked for.
    TooShort,
    /// There was no way to the vending service, or none back.
    Unreachable {
        /// It is at the page's own origin.
        is_own: bool,
        /// The name of what JavaScript threw.
        name: String,
    },
    /// The answer ended before its end.
    CutOff {
        /// The name of what JavaScript threw.
        name: String,
    },
    /// A redirect was not followed.
    Redirect(&'static str),
    /// The app's function failed.
    Function(Box<dyn Error + Send + Sync>),
    /// The app's function, one in JavaScript, threw or rejected.
    #[cfg(all(target_arch = "wasm32", feature = "standalone"))]
    Threw,
    /// What was given is no answer.
    NoAnswer,
    /// What was given threw when it was read. The status of the answer, if it is not a success, was read before.
    Unreadable { status: Option<u16> },
    /// What was given is a Response whose body somebody has read.
    BodyUsed,
    /// The answer gives no token.
    Vend(VendError),
    /// What the npm package's TypeScript refused, or an app's function that it called.
    #[cfg(all(target_arch = "wasm32", feature = "js"))]
    Host { code: String, message: String, status: Option<u16> },
    /// A sibling's request failed.
    Sibling { code: String, message: String, status: Option<u16> },
}

impl SourceError {
    /// A stable code, as in the npm package:
    ///
    /// - `ERR_ARGUMENT`: an option that makes no sense.
    /// - `ERR_SCOPE_INVALID` and `ERR_SCOPE_LIMIT`: a scope that cannot be asked for, or written as JSON.
    /// - `ERR_CLOSED`: the source is closed.
    /// - `ERR_SERVER_RENDER`: this is no browser, so nothing is requested.
    /// - `ERR_THREAD`: the source was made on another thread.
    /// - `ERR_VEND_TIMEOUT`: no answer in time.
    /// - `ERR_VEND_EXPIRED`: a token that had expired when it arrived.
    /// - `ERR_TOKEN_TOO_SHORT`: even a fresh token is good for less than was asked for.
    /// - `ERR_VEND_NETWORK`: no way to the vending service, or an answer that was cut off.
    /// - `ERR_VEND_REDIRECT`: a redirect that was not followed.
    /// - `ERR_VEND_FUNCTION`: the app's function failed, or what it gave is no answer.
    /// - and the codes of [`VendError`].
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

    /// The HTTP status, if it is not a success.
    pub fn status(&self) -> Option<u16> {
        match &*self.kind {
            Kind::Vend(error) => error.status(),
            #[cfg(all(target_arch = "wasm32", feature = "js"))]
            Kind::Host { status, .. } => *status,
            Kind::Sibling { status, .. } | Kind::Unreadable { status } => *status,
            _ => None,
        }
    }

    /// When the source tries again by itself, by the client's clock (ms since the epoch); `None` if it does not before
    /// something happens.
    pub fn will_retry_at(&self) -> Option<i64> {
        self.retry_at
    }

    #[cfg(target_arch = "wasm32")]
    pub(super) fn kind(&self) -> &Kind {
        &self.kind
    }

    /// With the time of the next attempt.
    #[cfg(target_arch = "wasm32")]
    pub(super) fn with_retry_at(self, retry_at: Option<i64>) -> Self {
        SourceError { retry_at, ..self }
    }

    /// With what JavaScript threw.
    #[cfg(target_arch = "wasm32")]
    pub(crate) fn caused_by(self, cause: JsValue) -> Self {
        SourceError { cause: Some(Cause::new(cause)), ..self }
    }

    /// What a function in JavaScript threw or rejected with.
    #[cfg(all(target_arch = "wasm32", feature = "standalone"))]
    pub(crate) fn threw(cause: JsValue) -> Self {
        SourceError::from(Kind::Threw).caused_by(cause)
    }

    /// What JavaScript threw; `None` on another thread than its own as well.
    #[cfg(all(target_arch = "wasm32", feature = "standalone"))]
    pub(crate) fn cause(&self) -> Option<JsValue> {
        self.cause.as_ref()?.value()
    }

    /// What JavaScript threw. From now on only the caller has it: an error that was thrown holds on to everything that
    /// was called then, and what Rust keeps is never collected.
    #[cfg(all(target_arch = "wasm32", feature = "js"))]
    pub(crate) fn take_cause(&self) -> Option<JsValue> {
        self.cause.as_ref()?.take()
    }

    /// The message for callers in JavaScript, which names their options.
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

/// Behind a message, the name of an error, unless it has none.
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
            // What these say is what this one says.
            Kind::Policy(error) => error.source(),
            Kind::Scope(error) => error.source(),
            Kind::Vend(error) => error.source(),
            Kind::Function(error) => Some(&**error),
            _ => None,
        }
    }
}
