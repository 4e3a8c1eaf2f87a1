//! A vending service's answer in any of its shapes.

use super::error::VendError;
use super::find::{Match, search};
use super::grant::{Asked, compare_all};
use super::text::{Content, strip_guard};
use crate::codec::json::{Json, parse};
use crate::token::{DecodeOptions, Expected, Secret, Token, TokenError, Warning, decode_as, key_version};
use std::fmt;
use zeroize::Zeroizing;

/// The longest answer that is read, in bytes: a hundred times what the largest token takes.
pub const MAX_ANSWER_BYTES: usize = 256 * 1024;
/// An answer's expiry that differs from the claim by more than this is worth a warning, in milliseconds.
const EXPIRY_TOLERANCE_MS: i64 = 5_000;

/// What a vending service answered.
///
/// The credential is the answer itself, if that is text, or anywhere in its JSON. Most often it has a known name:
/// `authToken`, `disposableToken`, `momentoToken`, `token` or `apiKey`, in that order of preference and in any spelling
/// (`auth_token`, `AuthToken`). What is searched for, the best first:
///
/// 1. An envelope, a v1 key or a legacy token of a known name. Outer objects go before inner ones.
/// 2. A v2 key, or what is no credential, of a known name: an error.
/// 3. An envelope, a v1 key or a legacy token of any other name, as in a claim of a user's document.
/// 4. Any other JWT of a known name: a session token. JWTs of other names belong to the app.
///
/// If the answer itself holds none, strings that hold JSON are searched as if that JSON were in their place, one such
/// text deep: JSON encoded twice, the `body` that a Lambda function answers without proxy integration (whose
/// `statusCode` must be a success), an `AWSJSON` of AppSync. A guard in front of JSON, such as `)]}',`, is ignored.
///
/// Two different credentials of the same rank, depth and name are an error. The endpoint may be in the same object as
/// the credential or in one around it, as a host or as a URL under `api.cache.`, `web.cache.` or `cache.`. When it
/// expires, and its refresh token, must be in the same object.
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
    /// Reads the body of a successful answer.
    ///
    /// # Errors
    /// `ERR_VEND_HTML` for a web page, `ERR_VEND_TOO_LARGE` for more than [`MAX_ANSWER_BYTES`], `ERR_VEND_ANSWER` for
    /// anything else that holds no token, or more than one.
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

    /// Reads an answer that is a JSON string: a credential, or JSON as text.
    fn read_string(text: Zeroizing<String>) -> Result<Match, VendError> {
        let version = key_version(&text);
        if version.is_none() && !matches!(Content::of(&text), Content::Plain) {
            return search(&Json::String(text));
        }
        Ok(Match::bare(&text, version))
    }

    /// The token that the service's `RefreshAuthToken` takes, if it gave one.
    pub fn refresh_token(&self) -> Option<&Secret> {
        self.found.refresh_token.as_ref()
    }

    /// How long the token lives, as the answer states it, in milliseconds from when it was sent.
    #[cfg(all(target_arch = "wasm32", feature = "source"))]
    pub(crate) fn stated_life(&self) -> Option<i64> {
        self.found.lifetime
    }

    /// When the token expires, as the answer states it, in milliseconds since the epoch.
    #[cfg(all(target_arch = "wasm32", feature = "source"))]
    pub(crate) fn stated_expiry(&self) -> Option<i64> {
        match self.found.expiry {
            Some(super::expiry::Expiry::At(ms)) => Some(ms),
            _ => None,
        }
    }

    /// Decodes the answer's credential, and says in warnings if it is not what was `asked` for. The credential's claims
    /// are believed; what the answer says beside them fills gaps. `now` is in milliseconds since the epoch.
    ///
    /// # Errors
    /// As [`token::decode`](crate::token::decode), and `ERR_V2_KEY` for a v2 API key, which never belongs in a browser.
    pub fn into_token(self, options: &DecodeOptions, asked: &Asked, now: i64) -> Result<Token, TokenError> {
        self.token(options.clone(), asked, now, now)
    }

    /// As [`Answer::into_token`], of two clocks: `now` is the server's time as far as known. `local` is the client's
    /// own; a lifetime counts from that if there is no claim to compare it with.
    pub(crate) fn token(
        &self,
        mut options: DecodeOptions,
        asked: &Asked,
        now: i64,
        local: i64,
    ) -> Result<Token, TokenError> {
        let Match { credential, is_v2_key, endpoint, expiry, .. } = &self.found;
        // The app's own endpoint goes before the answer's.
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
