//! Every shape of answer, brought to one form.

use super::error::VendError;
use crate::codec::json::{Kind, Malformed, Reader};
use crate::token::{DecodeOptions, Secret, Token, TokenError, Version, decode, key_version};
use alloc::string::String;

/// A body's expiry that differs from the claim by more than this is worth a warning, in milliseconds.
const EXPIRY_TOLERANCE_MS: i64 = 5_000;
/// Above this a count is one of milliseconds: as seconds it would lie beyond the year 5000.
const FIRST_MILLISECONDS: i64 = 100_000_000_000;

/// What a vending service answered.
#[derive(Debug)]
pub struct Answer {
    credential: Secret,
    endpoint: Option<String>,
    expires_at: Option<i64>,
}

impl Answer {
    /// Reads the body of a successful answer: `{authToken, expiresAt}`, `{authToken, endpoint, expiresAt}`, or the token as text.
    ///
    /// # Errors
    /// `ERR_VEND_HTML` for a web page, `ERR_VEND_ANSWER` for anything else that holds no token.
    pub fn read(body: &str) -> Result<Self, VendError> {
        let text = body.trim_matches(|character: char| character.is_whitespace() || character == '\u{feff}');
        match text.as_bytes().first() {
            None => Err(VendError::passing(
                "ERR_VEND_ANSWER",
                "expected a token from the vending service, found an empty answer",
            )),
            Some(b'<') => Err(VendError::passing(
                "ERR_VEND_HTML",
                "expected a token from the vending service, found a web page with status 200: a captive portal, a login page, or a wrong URL",
            )),
            Some(b'{') => Self::read_object(text),
            _ => Ok(Answer { credential: Secret::new(String::from(text)), endpoint: None, expires_at: None }),
        }
    }

    fn read_object(text: &str) -> Result<Self, VendError> {
        let (mut credential, mut endpoint, mut expires_at) = (None, None, None);
        let mut reader = Reader::new(text);
        let read = reader.object(|reader, name| {
            let repeated = match (name, reader.kind()?) {
                ("authToken", Kind::String) => credential.replace(reader.string()?.into_owned()).is_some(),
                ("endpoint", Kind::String) => endpoint.replace(reader.string()?.into_owned()).is_some(),
                ("expiresAt", Kind::Number) => {
                    expires_at = reader.number()?.scaled(3).and_then(to_epoch_ms);
                    false
                }
                _ => {
                    reader.skip()?;
                    false
                }
            };
            // Two tokens in one answer: which is meant is anyone's guess.
            if repeated {
                return Err(Malformed { at: 0, expected: "each field once" });
            }
            Ok::<_, Malformed>(())
        });
        if read.and_then(|()| reader.end()).is_err() {
            return Err(VendError::passing(
                "ERR_VEND_ANSWER",
                "expected JSON or a token as text from the vending service, found broken JSON",
            ));
        }
        let Some(credential) = credential else {
            return Err(VendError::passing(
                "ERR_VEND_ANSWER",
                "expected `authToken` in the vending service's answer, found JSON without it",
            ));
        };
        Ok(Answer { credential: Secret::new(credential), endpoint, expires_at })
    }

    /// Decodes the answer's credential. Its own claims are the truth; what the answer says beside them fills gaps.
    ///
    /// # Errors
    /// As [`decode`], and `ERR_V2_KEY` for a v2 API key, which never belongs in a browser.
    pub fn into_token(self, options: &DecodeOptions, now: i64) -> Result<Token, TokenError> {
        let credential = self.credential.reveal();
        if key_version(credential) == Some(Version::V2) {
            return crate::token::from_disposable_token(credential, options, now);
        }
        // The app's own word on the endpoint goes before the answer's.
        let options = DecodeOptions { endpoint: options.endpoint.clone().or(self.endpoint), ..options.clone() };
        let mut token = decode(credential, &options, now)?;
        if let Some(told) = self.expires_at {
            token.merge_expiry(told, EXPIRY_TOLERANCE_MS);
        }
        Ok(token)
    }
}

/// Seconds or milliseconds since the epoch, told apart by their size; the argument is the count times 1000.
fn to_epoch_ms(scaled: i64) -> Option<i64> {
    let at = if scaled / 1000 >= FIRST_MILLISECONDS { scaled / 1000 } else { scaled };
    (at > 0).then_some(at)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codec::base64;
    use std::format;

    const NOW: i64 = 1_735_689_600_000;

    fn jwt(claims: &str) -> String {
        let part = |text: &str| String::from(base64::encode(text.as_bytes()).trim_end_matches('='));
        [&part("{}"), ".", &part(claims), ".c2ln"].concat()
    }

    fn envelope(claims: &str) -> String {
        base64::encode(format!(r#"{{"endpoint":"a.momentohq.com","api_key":"{}"}}"#, jwt(claims)).as_bytes())
    }

    fn token(body: &str) -> Result<Token, VendError> {
        Ok(Answer::read(body)?.into_token(&DecodeOptions::default(), NOW)?)
    }

    #[test]
    fn known_shapes() {
        let envelope = envelope(r#"{"ver":1,"exp":1735689900}"#);
        for body in [
            format!(r#"{{"authToken":"{envelope}","expiresAt":1735689900}}"#),
            format!(r#"{{"authToken":"{envelope}","endpoint":"a.momentohq.com","expiresAt":1735689900,"more":{{}}}}"#),
            format!(r#"{{"authToken":"{envelope}","expiresAt":1735689900000}}"#),
            format!(" {envelope}\n"),
            format!("\"{envelope}\""),
        ] {
            let token = token(&body).unwrap();
            assert_eq!(token.expires_at(), Some(1_735_689_900_000));
            assert_eq!(token.endpoint(), Some("a.momentohq.com"));
            assert_eq!(token.warnings(), [], "{body}");
        }
    }

    #[test]
    fn the_claim_is_the_truth_about_expiry_and_the_body_a_fallback() {
        let limited = envelope(r#"{"ver":1,"exp":1735689900}"#);
        let differing = token(&format!(r#"{{"authToken":"{limited}","expiresAt":1735689999}}"#)).unwrap();
        assert_eq!(differing.expires_at(), Some(1_735_689_900_000));
        assert_eq!(differing.warnings()[0].code, "WARN_EXPIRY_DISAGREES");
        let silent = jwt(r#"{"sub":"s","c":"c.momentohq.com","cp":"cp.momentohq.com"}"#);
        let told = token(&format!(r#"{{"authToken":"{silent}","expiresAt":1735689999}}"#)).unwrap();
        assert_eq!(told.expires_at(), Some(1_735_689_999_000));
        let zero = token(&format!(r#"{{"authToken":"{silent}","expiresAt":0}}"#)).unwrap();
        assert_eq!(zero.expires_at(), None);
    }

    #[test]
    fn a_bare_key_takes_the_endpoint_beside_it() {
        let key = jwt(r#"{"ver":1,"exp":1735689900}"#);
        let token = token(&format!(r#"{{"authToken":"{key}","endpoint":"b.momentohq.com"}}"#)).unwrap();
        assert_eq!(token.endpoint(), Some("b.momentohq.com"));
    }

    #[test]
    fn what_is_no_token_is_named() {
        let v2 = jwt(r#"{"t":"g"}"#);
        for (body, code, terminal) in [
            ("", "ERR_VEND_ANSWER", false),
            ("<!doctype html><p>Log in", "ERR_VEND_HTML", false),
            ("{\"authToken\":", "ERR_VEND_ANSWER", false),
            ("{\"authToken\":null}", "ERR_VEND_ANSWER", false),
            ("{\"authToken\":\"a\",\"authToken\":\"b\"}", "ERR_VEND_ANSWER", false),
            ("{\"error\":\"no\"}", "ERR_VEND_ANSWER", false),
            ("Internal error", "ERR_TOKEN_MALFORMED", false),
            (&v2, "ERR_V2_KEY", true),
        ] {
            let error = token(body).unwrap_err();
            assert_eq!((error.code(), error.is_terminal()), (code, terminal), "{body}");
        }
    }
}
