//! Every shape of answer, brought to one form.

use super::error::{Missing, VendError};
use super::find::{Found, base_of, search};
use super::grant::{Asked, Wanted};
use super::place::{self, Place, json_of, kind_of, text_at};
use super::told::UNCLEAR;
use crate::codec::json::Reader;
use crate::token::{self, DecodeOptions, Expected, Secret, Token, TokenError, Version, Warning, is_blank, key_version};
use std::fmt;

/// The longest answer that is read, in bytes: a hundred times what the largest token takes.
pub const MAX_ANSWER_BYTES: usize = 256 * 1024;
/// A body's expiry that differs from the claim by more than this is worth a warning, in milliseconds.
const EXPIRY_TOLERANCE_MS: i64 = 5_000;

/// What a vending service answered.
///
/// The credential is the answer itself, where that is text, or stands somewhere in its JSON, most often under a known
/// name: `authToken`, `disposableToken`, `momentoToken`, `token` or `apiKey`, in that order, and in any spelling
/// (`auth_token`, `AuthToken`).
///
/// 1. An envelope, a v1 key or a legacy token under a known name counts first. Higher objects go before those within
///    them.
/// 2. A v2 key, or what is no credential, under a known name is an error.
/// 3. Then an envelope, v1 key or legacy token under any other name, as in a claim of a user's document.
/// 4. Then some other JWT under a known name: a session token. Under other names a JWT is an app's own affair.
///
/// Where the answer itself holds none, strings that are JSON in their turn are searched as if that stood in their
/// place, one such text deep: JSON encoded twice, the `body` that a Lambda function answers without proxy integration
/// (whose `statusCode` must be a success), an `AWSJSON` of AppSync. A guard before JSON, as `)]}',`, is passed over.
///
/// Two different credentials of the same rank, depth and name are an error. Its endpoint may stand beside it, or in an
/// object around it, as a host or as a URL under `api.cache.`, `web.cache.` or `cache.`; when it expires, and its
/// refresh token, beside it alone.
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
    /// [`content`] of the body.
    text: Secret,
    found: Found,
    refresh_token: Option<Secret>,
}

impl Answer {
    /// Reads the body of a successful answer.
    ///
    /// # Errors
    /// `ERR_VEND_HTML` for a web page, `ERR_VEND_TOO_LARGE` for more than [`MAX_ANSWER_BYTES`], `ERR_VEND_ANSWER` for
    /// anything else that holds no token, or more than one.
    pub fn read(body: &str) -> Result<Self, VendError> {
        let text = content(body)?;
        let mut found = Found::NOTHING;
        found.read(text)?;
        Ok(Answer { text: Secret::new(String::from(text)), found, refresh_token: found.refresh_token(text) })
    }

    /// The token that the service's `RefreshAuthToken` takes, where it gave one.
    pub fn refresh_token(&self) -> Option<&Secret> {
        self.refresh_token.as_ref()
    }

    /// Decodes the answer's credential, and says in warnings where it is not what was `asked` for. Its own claims are
    /// the truth; what the answer says beside them fills gaps. `now` is in milliseconds since the epoch.
    ///
    /// # Errors
    /// As [`token::decode`], and `ERR_V2_KEY` for a v2 API key, which never belongs in a browser.
    pub fn into_token(self, options: &DecodeOptions, asked: &Asked, now: i64) -> Result<Token, TokenError> {
        let parts = asked.scope.as_ref().map(|scope| scope.parts()).unwrap_or_default();
        let expires_in = asked.expires_in.unwrap_or(i64::MAX);
        let wanted = Wanted { scope: &parts, expires_in, token_id: asked.token_id.as_deref() };
        self.found.token(self.text.reveal(), options.clone(), &wanted, now, now)
    }
}

/// What is read of a body.
pub(crate) fn content(body: &str) -> Result<&str, Missing> {
    if body.len() > MAX_ANSWER_BYTES { Err(Missing::TooLarge) } else { Ok(json_of(body)) }
}

impl Found {
    /// Finds it in the [`content`] of a body.
    pub(crate) fn read(&mut self, text: &str) -> Result<(), Missing> {
        match text.as_bytes().first() {
            Some(b'{' | b'[') => search(text, self),
            Some(b'<') => Err(Missing::WebPage),
            None => Err(Missing::Empty),
            Some(_) => {
                // A string of JSON may have escapes in it.
                let mut reader = Reader::new(text);
                let is_string = reader.string().is_ok() && reader.end().is_ok();
                self.credential = if is_string { Place::At(0) } else { Place::Whole };
                let credential = text_at(text, self.credential);
                let version = key_version(credential.reveal());
                if is_string && version.is_none() && kind_of(json_of(credential.reveal())) != place::Kind::Other {
                    return search(text, self);
                }
                self.is_v2 = version == Some(Version::V2);
                Ok(())
            }
        }
    }

    /// What it says about the life of its token, beside what the token says: how long that is, and when it ends.
    #[cfg_attr(not(all(target_arch = "wasm32", feature = "js")), allow(dead_code, reason = "only the refresher asks"))]
    pub(crate) fn life(&self) -> [Option<i64>; 2] {
        [self.length.length(), self.told.expiry()]
    }

    pub(crate) fn refresh_token(&self, text: &str) -> Option<Secret> {
        Some(text_at(text, self.refresh_token)).filter(|token| !token.reveal().is_empty())
    }

    /// See [`Answer::into_token`]; `text` is where it was found. A length of life counts from `wall`, the reader's own
    /// clock, and all else is held against `now`.
    pub(crate) fn token(
        &self,
        text: &str,
        options: DecodeOptions,
        wanted: &Wanted<'_>,
        now: i64,
        wall: i64,
    ) -> Result<Token, TokenError> {
        let credential = text_at(text, self.credential);
        let endpoint = text_at(text, self.endpoint);
        let endpoint = base_of(endpoint.reveal());
        let mut options = options;
        // The app's own word on the endpoint goes before the answer's.
        if options.endpoint.is_none() && !endpoint.is_empty() {
            options.endpoint = Some(String::from(endpoint));
        }
        let expected = if self.is_v2 { Expected::Provider } else { Expected::Any };
        let mut token = token::decode_as(credential.reveal(), &options, expected, now);
        if let Ok(token) = &mut token {
            let from = if token.expires_at().is_none() { wall } else { now };
            if let Some(at) = self.told.at(from) {
                token.merge_expiry(at, EXPIRY_TOLERANCE_MS);
            } else if self.told == UNCLEAR && token.expires_at().is_none() {
                token.warn(Warning {
                    code: "WARN_EXPIRY_UNCLEAR",
                    message: "The token does not say when it expires, and what the vending service's answer says about it is no time.".into(),
                });
            }
            wanted.compare_all(token, now);
        }
        token
    }
}

/// Without white space around it, and the marks without width that editors leave.
pub(super) fn trim(text: &str) -> &str {
    text.trim_matches(is_blank)
}

impl fmt::Debug for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Answer([redacted])")
    }
}

#[cfg(test)]
mod tests;
