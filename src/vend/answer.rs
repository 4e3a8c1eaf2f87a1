//! Every shape of answer, brought to one form.

use super::error::VendError;
use super::find::{Found, Outcome, search};
use super::grant::Asked;
use super::told::{Expiry, Told};
use crate::codec::json::Reader;
use crate::token::{DecodeOptions, Secret, Token, TokenError, Version, decode, key_version};
use alloc::string::String;
use core::fmt;

/// The longest answer that is read, in bytes: a hundred times what the largest token takes.
pub const MAX_ANSWER_BYTES: usize = 256 * 1024;
/// A body's expiry that differs from the claim by more than this is worth a warning, in milliseconds.
const EXPIRY_TOLERANCE_MS: i64 = 5_000;

/// What a vending service answered.
///
/// The credential is the answer itself, where that is text, or stands somewhere in its JSON, most often under a known name: `authToken`,
/// `disposableToken`, `momentoToken`, `token` or `apiKey`, in that order, and in any spelling (`auth_token`, `AuthToken`).
///
/// 1. An envelope, a v1 key or a legacy token under a known name counts first. Higher objects go before those within them.
/// 2. A v2 key, or what is no credential, under a known name is an error.
/// 3. Then an envelope, v1 key or legacy token under any other name, as in a claim of a user's document.
/// 4. Then some other JWT under a known name: a session token. Under other names a JWT is an app's own affair.
///
/// Two different credentials of the same rank, depth and name are an error. Its endpoint may stand beside it, or in an object around it, as a
/// host or as a URL under `api.cache.`, `web.cache.` or `cache.`; when it expires, and its refresh token, beside it alone.
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
pub struct Answer(Found);

impl Answer {
    /// Reads the body of a successful answer.
    ///
    /// # Errors
    /// `ERR_VEND_HTML` for a web page, `ERR_VEND_TOO_LARGE` for more than [`MAX_ANSWER_BYTES`], `ERR_VEND_ANSWER` for anything else
    /// that holds no token, or more than one.
    pub fn read(body: &str) -> Result<Self, VendError> {
        if body.len() > MAX_ANSWER_BYTES {
            return Err(VendError::too_large());
        }
        let text = body.trim_matches(|character: char| character.is_whitespace() || character == '\u{feff}');
        match text.as_bytes().first() {
            None => Err(VendError::answer("expected a token from the vending service, found an empty answer")),
            Some(b'<') => Err(VendError::passing(
                "ERR_VEND_HTML",
                "expected a token from the vending service, found a web page with status 200: a captive portal, a login page, or a wrong URL",
            )),
            Some(b'{' | b'[') => Self::read_json(text),
            // A string of JSON may have escapes in it.
            Some(b'"') => {
                let mut reader = Reader::new(text);
                let string = reader.string().ok().filter(|_| reader.end().is_ok());
                Ok(Self::of_text(string.as_deref().unwrap_or(text)))
            }
            _ => Ok(Self::of_text(text)),
        }
    }

    fn of_text(text: &str) -> Self {
        Answer(Found {
            credential: Secret::new(String::from(text)),
            is_v2: key_version(text) == Some(Version::V2),
            endpoint: None,
            told: Told::default(),
            refresh_token: None,
        })
    }

    fn read_json(text: &str) -> Result<Self, VendError> {
        match search(text) {
            Ok(Outcome::Found(found)) => Ok(Answer(found)),
            Ok(Outcome::Ambiguous) => Err(VendError::answer(
                "expected one token in the vending service's answer, found two different ones, or two endpoints for it",
            )),
            Ok(Outcome::Disabled) => Err(VendError::terminal(
                "ERR_VEND_ANSWER",
                "expected a token from the vending service, found that it gives none: `enabled` is false in its answer",
            )),
            Ok(Outcome::Nothing) => Err(VendError::answer(
                "expected `authToken`, `token` or `api_key` in the vending service's answer, found JSON without a token",
            )),
            Err(_) => {
                Err(VendError::answer("expected JSON or a token as text from the vending service, found broken JSON"))
            }
        }
    }

    /// The token that the service's `RefreshAuthToken` takes, where it gave one.
    pub fn refresh_token(&self) -> Option<&Secret> {
        self.0.refresh_token.as_ref()
    }

    /// Decodes the answer's credential, and says in warnings where it is not what was `asked` for. Its own claims are the truth; what the
    /// answer says beside them fills gaps. `now` is in milliseconds since the epoch.
    ///
    /// # Errors
    /// As [`decode`], and `ERR_V2_KEY` for a v2 API key, which never belongs in a browser.
    pub fn into_token(self, options: &DecodeOptions, asked: &Asked, now: i64) -> Result<Token, TokenError> {
        let Found { credential, is_v2, endpoint, told, .. } = self.0;
        let credential = credential.reveal();
        if is_v2 {
            return crate::token::from_disposable_token(credential, options, now);
        }
        // The app's own word on the endpoint goes before the answer's.
        let options = DecodeOptions { endpoint: options.endpoint.clone().or(endpoint), ..options.clone() };
        let mut token = decode(credential, &options, now)?;
        let at = match told.expiry {
            Expiry::At(at) => Some(at),
            Expiry::In(life) => Some(now.saturating_add(life)),
            Expiry::Nothing | Expiry::Unclear => None,
        };
        if let Some(at) = at {
            token.merge_expiry(at, EXPIRY_TOLERANCE_MS);
        } else if matches!(told.expiry, Expiry::Unclear) && token.expires_at().is_none() {
            token.remark(
                "WARN_EXPIRY_UNCLEAR",
                "The token does not say when it expires, and what the vending service's answer says about it is no time.",
            );
        }
        asked.compare_all(&mut token, now);
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
