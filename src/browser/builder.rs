//! What a source is made of, checked.

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

/// The longest `tokenId` that the SDK takes, in UTF-16 code units.
const MAX_TOKEN_ID_UNITS: usize = 64;

/// Makes a [`TokenSource`](super::TokenSource). Nothing is checked before [`build`](TokenSourceBuilder::build).
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

    /// What the token should permit. The service decides; a token that permits something else has a
    /// [warning](crate::token::Token::warnings).
    pub fn scope(mut self, scope: TokenScope) -> Self {
        self.asked.scope = Some(scope);
        self
    }

    /// How long the token should live: whole seconds, at most 25 hours.
    pub fn expires_in(mut self, life: Duration) -> Self {
        self.expires_in = Some(life);
        self
    }

    /// What the token should carry as its `tokenId`, which Momento shows to whom messages of topics reach: at most 64
    /// characters.
    pub fn token_id(mut self, id: impl Into<String>) -> Self {
        self.asked.token_id = Some(id.into());
        self
    }

    /// Lets tabs of one origin that use this name, and ask the same of the same service, share their tokens: one of
    /// them sends the request. Where the service is asked by a function, only what is asked for is compared.
    pub fn share_across_tabs(mut self, name: impl Into<String>) -> Self {
        self.share = Some(name.into());
        self
    }

    /// How answers are decoded.
    pub fn decode(mut self, options: DecodeOptions) -> Self {
        self.decode = options;
        self
    }

    /// The shares of a token's life between which it is renewed: 0 < `from` <= `to` < 1. By default 0.6 to 0.8.
    pub fn refresh_window(mut self, from: f32, to: f32) -> Self {
        self.window = (from, to);
        self
    }

    /// How long a request may take: 1 s to 10 min, by default 10 s.
    pub fn request_timeout(mut self, timeout: Duration) -> Self {
        self.request_timeout = timeout;
        self
    }

    /// Asks by POST. What is asked for is then JSON in the body in place of parameters in the URL, and a refresh token
    /// that the service gave is sent along.
    ///
    /// This and the next three options are for a URL, and do nothing where a function asks.
    pub fn post(self) -> Self {
        self.with_request(|request| request.is_post = true)
    }

    /// Adds a header to each request. Names and values that HTTP does not have are `ERR_ARGUMENT`.
    pub fn header(self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.with_request(|request| request.headers.push((name.into(), value.into())))
    }

    /// Whether requests carry cookies. By default they do to the page's own origin.
    pub fn credentials(self, credentials: Credentials) -> Self {
        self.with_request(|request| request.credentials = Some(credentials))
    }

    /// Follows redirects to any origin. By default they are followed within the page's own origin: whoever can redirect
    /// a request could otherwise choose the token that an app uses.
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
            // It would be requested as a relative URL, and so end up in logs.
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

/// A token (RFC 9110, section 5.6.2).
fn is_header_name(name: &str) -> bool {
    let is_token_byte = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    !name.is_empty() && name.bytes().all(is_token_byte)
}

/// What a field's value may hold (RFC 9110, section 5.5), one byte a character, as the Fetch standard has it.
fn is_header_value(value: &str) -> bool {
    value.chars().all(|char| char <= '\u{ff}' && !matches!(char, '\0' | '\r' | '\n'))
}

/// In milliseconds.
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
