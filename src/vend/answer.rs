//! Reads a vending service's response, whatever its form.

use super::error::VendError;
use super::find::{Match, search};
use super::grant::{Asked, compare_all};
use super::text::{Content, strip_guard};
use crate::codec::json::{Json, parse};
use crate::token::{DecodeOptions, Expected, Secret, Token, TokenError, Warning, decode_as, key_version};
use std::fmt;
use zeroize::Zeroizing;

/// The longest response that is read, in bytes: a hundred times the size of the largest token.
pub const MAX_ANSWER_BYTES: usize = 256 * 1024;
/// A stated expiry that differs from the claim by more than this causes a warning, in milliseconds.
const EXPIRY_TOLERANCE_MS: i64 = 5_000;

/// A vending service's response.
///
/// The credential is the whole response, if that is text, or is searched for anywhere in its JSON. Its field usually
/// has a known name: `authToken`, `disposableToken`, `momentoToken`, `token` or `apiKey`, in that order of preference
/// and in any spelling (`auth_token`, `AuthToken`). Candidates, the best first:
///
/// 1. An envelope, v1 key or legacy token in a field with a known name. Outer objects precede inner ones.
/// 2. A v2 key, or anything that is not a credential, in a field with a known name: an error.
/// 3. An envelope, v1 key or legacy token in any other field, such as a claim of a user's document.
/// 4. Any other JWT in a field with a known name: a session token. JWTs in other fields belong to the app.
///
/// If there is none, strings that contain JSON are searched too, one level deep: JSON encoded twice, the `body`
/// returned by a Lambda function without proxy integration (whose `statusCode` must be a success), or an `AWSJSON` of
/// AppSync. A guard before the JSON, such as `)]}',`, is ignored.
///
/// Two different credentials of the same rank, depth and name are an error. The endpoint may be in the same object as
/// the credential or in an enclosing one, as a host or as a URL under `api.cache.`, `web.cache.` or `cache.`. Expiry
/// and refresh token must be in the same object.
///
/// ```
/// use momento_token_wasm::{token::DecodeOptions, vend::{Answer, Asked}};
///
/// let key = "e30.eyJ2ZXIiOjEsImV4cCI6MTgwMDAwMDAwMH0.c2ln";
/// let body = format!(r#"{{"api_key":"{key}","endpoint":"cell-1-us-east-2-1.prod.a.momentohq.com","valid_until":1800000000}}"#);
/// let token = Answer::read(&body)?.into_token(&DecodeOptions::default(), &Asked::default(), 1_799_999_000_000)?;
/// assert_eq!(token.expires_at(), Some(1_800_000_000_000));
/// assert_eq!(token.endpoint(), Some("cell-1-us-east-2-1.prod.a.momentohq.com"));
/// # Ok::<(), momento_token_wasm::vend::VendError>(())
/// ```
pub struct Answer {
    found: Match,
}

impl Answer {
    /// Reads the body of a successful response.
    ///
    /// # Errors
    /// `ERR_VEND_HTML` for a web page, `ERR_VEND_TOO_LARGE` for more than [`MAX_ANSWER_BYTES`], `ERR_VEND_ANSWER` for
    /// anything else without a token or with more than one.
    pub fn read(body: &str) -> Result<Self, VendError> {
        if body.len() > MAX_ANSWER_BYTES {
            return Err(VendError::TooLarge);
        }
        let text = strip_guard(body);
        let found = match text.chars().next() {
            None => return Err(VendError::Empty),
            Some('<') => return Err(VendError::WebPage),
            Some('{' | '[') => search(&parse(text).map_err(|_| VendError::BrokenJson)?)?,
            Some(_) => match parse(text) {
                Ok(Json::String(text)) => Self::read_string(text)?,
                _ => Match::bare(text, key_version(text)),
            },
        };
        Ok(Answer { found })
    }

    /// Reads a response that is a JSON string: a credential, or JSON as text.
    fn read_string(text: Zeroizing<String>) -> Result<Match, VendError> {
        let version = key_version(&text);
        if version.is_none() && !matches!(Content::of(&text), Content::Plain) {
            return search(&Json::String(text));
        }
        Ok(Match::bare(&text, version))
    }

    /// The token for the service's `RefreshAuthToken`, if the response contains one.
    pub fn refresh_token(&self) -> Option<&Secret> {
        self.found.refresh_token.as_ref()
    }

    /// The token's life as stated in the response, in milliseconds from when it was sent.
    #[cfg(all(target_arch = "wasm32", feature = "source"))]
    pub(crate) fn stated_life(&self) -> Option<i64> {
        self.found.lifetime
    }

    /// When the token expires as stated in the response, in milliseconds since the epoch.
    #[cfg(all(target_arch = "wasm32", feature = "source"))]
    pub(crate) fn stated_expiry(&self) -> Option<i64> {
        match self.found.expiry {
            Some(super::expiry::Expiry::At(ms)) => Some(ms),
            _ => None,
        }
    }

    /// Decodes the credential, and adds a warning if it is not what was `asked` for. The credential's claims take
    /// precedence over other statements in the response. `now` is in milliseconds since the epoch.
    ///
    /// # Errors
    /// As for [`token::decode`](crate::token::decode), and `ERR_V2_KEY` for a v2 API key, which does not belong in a
    /// browser.
    pub fn into_token(self, options: &DecodeOptions, asked: &Asked, now: i64) -> Result<Token, TokenError> {
        self.token(options.clone(), asked, now, now)
    }

    /// Like [`Answer::into_token`], but with two clocks. `now` is the server's time as far as known; `local` is the
    /// client's time, from which a stated lifetime counts if there is no claim to compare it with.
    pub(crate) fn token(
        &self,
        mut options: DecodeOptions,
        asked: &Asked,
        now: i64,
        local: i64,
    ) -> Result<Token, TokenError> {
        let Match { credential, is_v2_key, endpoint, expiry, .. } = &self.found;
        // The app's endpoint takes precedence over the response's.
        if options.endpoint.is_none() {
            options.endpoint.clone_from(endpoint);
        }
        let expected = if *is_v2_key { Expected::Provider } else { Expected::Any };
        let mut token = decode_as(credential.reveal(), &options, expected, now)?;
        let claimed = token.expires_at();
        let from = if claimed.is_none() { local } else { now };
        match expiry.map(|expiry| expiry.resolve(from)) {
            Some(Some(at)) => token.merge_expiry(at, EXPIRY_TOLERANCE_MS),
            Some(None) if claimed.is_none() => token.warn(Warning {
                code: "WARN_EXPIRY_UNCLEAR",
                message: "The token does not say when it expires, and what the vending service's answer says about it is no time.".into(),
            }),
            _ => {}
        }
        compare_all(&mut token, asked, now);
        Ok(token)
    }
}

impl fmt::Debug for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Answer([redacted])")
    }
}

#[cfg(test)]
mod tests;
