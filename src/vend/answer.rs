//! Every shape of answer, brought to one form.

use super::error::{VendError, Weight};
use super::find::{Found, Missing, search};
use super::grant::{Asked, Wanted};
use super::told::Says;
use crate::codec::json::Reader;
use crate::token::{
    self, DecodeOptions, Expected, Input, Secret, Settings, Token, TokenError, Version, Work, blank, key_version,
};
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
        let text = trim(body);
        let (weight, code, found) = match text.as_bytes().first() {
            Some(b'{' | b'[') => match search(text) {
                Ok(found) => return Ok(Answer(found)),
                Err(Missing::Broken) => (Weight::Malformed, "ERR_VEND_ANSWER", "broken JSON"),
                Err(Missing::Ambiguous) => {
                    (Weight::Malformed, "ERR_VEND_ANSWER", "two different ones, or two endpoints for one")
                }
                Err(Missing::Disabled) => {
                    (Weight::Terminal, "ERR_VEND_ANSWER", "that it gives none: `enabled` is false in its answer")
                }
                Err(Missing::Nothing) => {
                    (Weight::Malformed, "ERR_VEND_ANSWER", "JSON without `authToken`, `token` or `api_key`")
                }
            },
            Some(b'<') => (
                Weight::Passing,
                "ERR_VEND_HTML",
                "a web page with status 200: a captive portal, a login page, or a wrong URL",
            ),
            None => (Weight::Malformed, "ERR_VEND_ANSWER", "an empty answer"),
            Some(_) => {
                // A string of JSON may have escapes in it.
                let mut reader = Reader::new(text);
                let text = match reader.string() {
                    Ok(string) if reader.end().is_ok() => string.into_owned(),
                    _ => String::from(text),
                };
                let is_v2 = key_version(&text) == Some(Version::V2);
                return Ok(Answer(Found::new(Secret::new(text), is_v2)));
            }
        };
        Err(VendError::new(weight, code, found))
    }

    /// The token that the service's `RefreshAuthToken` takes, where it gave one.
    pub fn refresh_token(&self) -> Option<&Secret> {
        self.0.refresh_token.as_ref()
    }

    /// Decodes the answer's credential, and says in warnings where it is not what was `asked` for. Its own claims are the truth; what the
    /// answer says beside them fills gaps. `now` is in milliseconds since the epoch.
    ///
    /// # Errors
    /// As [`token::decode`], and `ERR_V2_KEY` for a v2 API key, which never belongs in a browser.
    pub fn into_token(self, options: &DecodeOptions, asked: &Asked, now: i64) -> Result<Token, TokenError> {
        let parts = asked.scope.as_ref().map(|scope| scope.parts()).unwrap_or_default();
        let wanted = Wanted { scope: &parts, expires_in: asked.expires_in, token_id: asked.token_id.as_deref() };
        self.token(options.settings(), &wanted, now)
    }

    /// The same, borrowed.
    pub(crate) fn token<'a>(
        &'a self,
        mut settings: Settings<'a>,
        wanted: &Wanted<'_>,
        now: i64,
    ) -> Result<Token, TokenError> {
        let Found { credential, is_v2, endpoint, told, .. } = &self.0;
        let credential = credential.reveal();
        // The app's own word on the endpoint goes before the answer's.
        if settings.hosts[0].is_none() && !endpoint.is_empty() {
            settings.hosts[0] = Some(endpoint);
        }
        let expected = if *is_v2 { Expected::Provider } else { Expected::Any };
        let mut token = token::read(Work::of(credential), Input::Text(credential.len()), &settings, expected, now)?;
        match told.says {
            Says::At(at) => token.merge_expiry(at, EXPIRY_TOLERANCE_MS),
            Says::In(life) => token.merge_expiry(now.saturating_add(life), EXPIRY_TOLERANCE_MS),
            Says::Unclear if token.expires_at().is_none() => token.remark(
                "WARN_EXPIRY_UNCLEAR",
                "The token does not say when it expires, and what the vending service's answer says about it is no time.",
            ),
            _ => {}
        }
        wanted.compare_all(&mut token, now);
        Ok(token)
    }
}

/// Without white space around it, and the marks without width that editors leave.
pub(super) fn trim(text: &str) -> &str {
    let (mut from, mut to) = (0, text.len());
    let piece = |from, to| text.as_bytes().get(from..to).unwrap_or_default();
    while from < to {
        match blank(piece(from, to)) {
            0 => break,
            length => from += length,
        }
    }
    // The longest blank has three bytes.
    while let Some(length) = (1..=3).find(|length| to >= from + length && blank(piece(to - length, to)) == *length) {
        to -= length;
    }
    text.get(from..to).unwrap_or_default()
}

impl fmt::Debug for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Answer([redacted])")
    }
}

#[cfg(test)]
mod tests;
