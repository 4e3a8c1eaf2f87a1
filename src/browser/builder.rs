//! Builds a source, and checks its options.

use super::error::{Kind, SourceError};
use super::options::Options;
use super::vend::{Credentials, Given, Vend, VendContext, VendRequest};
use crate::refresh::Policy;
use crate::scope::{MAX_PERMISSIONS, TokenScope};
use crate::token::{DecodeOptions, MAX_DISPOSABLE_LIFE_MS, key_version};
use crate::vend::Asked;
use std::error::Error;
use std::fmt;
use std::future::Future;
use std::rc::Rc;
use std::time::Duration;

/// The longest `tokenId` that Momento's SDK accepts, in UTF-16 code units.
const MAX_TOKEN_ID_UNITS: usize = 64;

/// Configures a [`TokenSource`](super::TokenSource). Options are checked by [`build`](TokenSourceBuilder::build).
#[must_use = "a builder does nothing until `build` is called"]
pub struct TokenSourceBuilder {
    vend: Vend,
    asked: Asked,
    expires_in: Option<Duration>,
    decode: DecodeOptions,
    window: (f32, f32),
    request_timeout: Duration,
    share: Option<String>,
}

impl fmt::Debug for TokenSourceBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TokenSourceBuilder").finish_non_exhaustive()
    }
}

impl TokenSourceBuilder {
    pub(crate) fn new(vend: Vend) -> Self {
        let policy = Policy::default();
        TokenSourceBuilder {
            vend,
            asked: Asked::default(),
            expires_in: None,
            decode: DecodeOptions::default(),
            window: policy.window(),
            request_timeout: Duration::from_millis(policy.request_timeout().unsigned_abs()),
            share: None,
        }
    }

    pub(super) fn request(url: String) -> Self {
        let headers = Vec::new();
        Self::new(Vend::Request(VendRequest {
            url,
            is_post: false,
            headers,
            credentials: None,
            allow_redirects: false,
        }))
    }

    pub(super) fn function<F, A, E>(vend: F) -> Self
    where
        F: Fn(VendContext) -> A + 'static,
        A: Future<Output = Result<String, E>> + 'static,
        E: Into<Box<dyn Error + Send + Sync>>,
    {
        Self::new(Vend::Function(Rc::new(move |context| {
            let answer = vend(context);
            let failed = |error: E| SourceError::from(Kind::Function(error.into()));
            Box::pin(async move { answer.await.map(Given::Text).map_err(failed) })
        })))
    }

    /// Sets the permissions to request. The vending service decides what to grant: a token that grants something else
    /// has a [warning](crate::token::Token::warnings).
    pub fn scope(mut self, scope: TokenScope) -> Self {
        self.asked.scope = Some(scope);
        self
    }

    /// Sets the token lifetime to request: whole seconds, at most 25 hours.
    pub fn expires_in(mut self, life: Duration) -> Self {
        self.expires_in = Some(life);
        self
    }

    /// Sets the `tokenId` to request, at most 64 characters. Momento shows it to the subscribers who receive the
    /// messages that are published with the token.
    pub fn token_id(mut self, id: impl Into<String>) -> Self {
        self.asked.token_id = Some(id.into());
        self
    }

    /// Shares tokens between tabs of the same origin that use the same `name` and make the same request to the same
    /// vending service: only one of them sends the request. For a function, only the requested scope, lifetime and
    /// `tokenId` and the decode options are compared.
    pub fn share_across_tabs(mut self, name: impl Into<String>) -> Self {
        self.share = Some(name.into());
        self
    }

    /// Sets how tokens are decoded.
    pub fn decode(mut self, options: DecodeOptions) -> Self {
        self.decode = options;
        self
    }

    /// Sets when a token is renewed, in fractions of its lifetime: 0 < `from` <= `to` < 1. The default is 0.6 to 0.8.
    pub fn refresh_window(mut self, from: f32, to: f32) -> Self {
        self.window = (from, to);
        self
    }

    /// Sets how long a request may take: 1 second to 10 minutes. The default is 10 seconds.
    pub fn request_timeout(mut self, timeout: Duration) -> Self {
        self.request_timeout = timeout;
        self
    }

    /// Sends POST requests. The parameters are then JSON in the body instead of a query string, and the refresh token
    /// that the vending service returned, if any, is sent with them.
    ///
    /// This option and the next three apply to URLs. They have no effect if a function supplies the tokens.
    pub fn post(self) -> Self {
        self.with_request(|request| request.is_post = true)
    }

    /// Adds a header to every request. An invalid name or value (RFC 9110) makes `build` fail with `ERR_ARGUMENT`.
    pub fn header(self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.with_request(|request| request.headers.push((name.into(), value.into())))
    }

    /// Sets whether requests carry cookies. By default, only requests to the page's own origin do.
    pub fn credentials(self, credentials: Credentials) -> Self {
        self.with_request(|request| request.credentials = Some(credentials))
    }

    /// Sets whether redirects to any origin are followed. By default, they are followed only within the page's own
    /// origin: otherwise, anyone able to redirect a request could choose the token that the app uses.
    pub fn allow_redirects(self, allow: bool) -> Self {
        self.with_request(|request| request.allow_redirects = allow)
    }

    fn with_request(mut self, change: impl FnOnce(&mut VendRequest)) -> Self {
        if let Vend::Request(request) = &mut self.vend {
            change(request);
        }
        self
    }

    pub(super) fn check(self) -> Result<Options, SourceError> {
        let TokenSourceBuilder { vend, mut asked, expires_in, decode, window, request_timeout, share } = self;
        if let Vend::Request(VendRequest { url, headers, .. }) = &vend {
            if url.is_empty() {
                return Err(argument("vend: expected a URL, found an empty text"));
            }
            // It would be requested as a relative URL, and end up in logs.
            if key_version(url).is_some() {
                return Err(argument(
                    "vend: expected a URL, found what looks like a credential; a token that is in hand needs no source",
                ));
            }
            if !headers.iter().all(|(name, value)| is_header_name(name) && is_header_value(value)) {
                return Err(argument("header: expected names and values that HTTP has, found others"));
            }
        }
        asked.expires_in = expires_in.map(check_life).transpose()?;
        if asked.token_id.as_ref().is_some_and(|id| id.encode_utf16().count() > MAX_TOKEN_ID_UNITS) {
            return Err(argument("token_id: expected at most 64 characters, found more"));
        }
        if share.as_ref().is_some_and(String::is_empty) {
            return Err(argument("share_across_tabs: expected a name, found an empty text"));
        }
        let scope_json = asked.scope.as_ref().map(write_scope).transpose()?;
        let timeout = i64::try_from(request_timeout.as_millis()).unwrap_or(i64::MAX);
        let policy = Policy::new(window, timeout).map_err(Kind::Policy)?;
        Ok(Options { asked, scope_json, decode, policy, share, vend })
    }
}

/// Whether this is a `token` (RFC 9110, section 5.6.2).
fn is_header_name(name: &str) -> bool {
    let is_token_byte = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    !name.is_empty() && name.bytes().all(is_token_byte)
}

/// Whether this is a field value (RFC 9110, section 5.5). As in the Fetch standard, each character is one byte.
fn is_header_value(value: &str) -> bool {
    value.chars().all(|char| char <= '\u{ff}' && !matches!(char, '\0' | '\r' | '\n'))
}

/// Returns the lifetime in milliseconds.
fn check_life(life: Duration) -> Result<i64, SourceError> {
    let ms = i64::try_from(life.as_millis()).unwrap_or(i64::MAX);
    if life.is_zero() || life.subsec_nanos() != 0 || ms > MAX_DISPOSABLE_LIFE_MS {
        return Err(argument("expires_in: expected whole seconds, 1 to 90000 (25 hours), found another life"));
    }
    Ok(ms)
}

fn write_scope(scope: &TokenScope) -> Result<String, SourceError> {
    scope.check_limit(MAX_PERMISSIONS)?;
    scope.to_json().ok_or_else(|| argument("scope: expected keys that are text, which JSON can carry, found bytes"))
}

fn argument(message: &'static str) -> SourceError {
    Kind::Argument(message).into()
}
