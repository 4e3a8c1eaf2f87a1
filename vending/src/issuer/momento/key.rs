//! `MOMENTO_API_KEY`: which keys can mint, and where.

use momento_token_wasm::token::{self, DecodeOptions, Endpoints, Token, Version};

use crate::clock::epoch_seconds;
use crate::config::secret;

/// A key that may be able to mint. Whether it is, only Momento knows.
pub(super) struct Key(Token);

impl Key {
    /// Reads a v1 key, which knows its endpoint, or a v2 key, which has it in `MOMENTO_ENDPOINT` beside it.
    ///
    /// `elsewhere`: a token service was named, so that the key need not know any.
    pub(super) fn read(key: &str, elsewhere: bool) -> Result<Self, String> {
        let endpoint = secret("MOMENTO_ENDPOINT")?;
        Self::check(key, endpoint, elsewhere, epoch_seconds())
    }

    fn check(key: &str, endpoint: Option<String>, elsewhere: bool, now: u64) -> Result<Self, String> {
        let now = i64::try_from(now.saturating_mul(1000)).unwrap_or(i64::MAX);
        let options = DecodeOptions { endpoint, ..DecodeOptions::default() };
        let token = token::decode(key, &options, now).map_err(|e| format!("MOMENTO_API_KEY: {e}"))?;
        match token.version() {
            Version::V1 | Version::V2 => {}
            other => return Err(format!("MOMENTO_API_KEY is a {} token; expected a v1 or v2 API key", other.name())),
        }
        if token.expires_at().is_some_and(|at| at <= now) {
            return Err("MOMENTO_API_KEY has expired; create a new key in the Momento console".into());
        }
        if token.endpoint().is_none() && !elsewhere {
            return Err(
                "MOMENTO_API_KEY does not say where it belongs; set MOMENTO_ENDPOINT to the key's endpoint".into()
            );
        }
        Ok(Self(token))
    }

    /// As the service takes it.
    pub(super) fn secret(&self) -> &str {
        self.0.credential().reveal()
    }

    /// Where the key's own token service is.
    pub(super) fn token_service(&self) -> Result<String, String> {
        Ok(format!("https://{}", self.endpoints()?.token))
    }

    /// Where its auth service is, which makes tokens that can be refreshed.
    pub(super) fn auth_service(&self) -> Result<String, String> {
        Ok(format!("https://{}", self.endpoints()?.control))
    }

    fn endpoints(&self) -> Result<&Endpoints, String> {
        let endpoints = self.0.endpoints();
        endpoints.ok_or_else(|| "MOMENTO_API_KEY does not say where it belongs; set MOMENTO_ENDPOINT".into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use base64::Engine as _;
    use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};

    const CELL: &str = "cell-1.prod.a.momentohq.com";

    fn jwt(claims: &str) -> String {
        let part = |json: &str| URL_SAFE_NO_PAD.encode(json);
        format!("{}.{}.{}", part(r#"{"alg":"HS256"}"#), part(claims), part("signature"))
    }

    fn v1(claims: &str) -> String {
        STANDARD.encode(format!(r#"{{"endpoint":"{CELL}","api_key":"{}"}}"#, jwt(claims)))
    }

    fn check(key: &str, endpoint: Option<&str>) -> Result<String, String> {
        Key::check(key, endpoint.map(Into::into), false, 1_700_000_000)?.token_service()
    }

    #[test]
    fn a_v1_key_knows_its_endpoint() {
        let key = v1(r#"{"sub":"a","ver":1,"p":"CAA="}"#);
        assert_eq!(check(&key, None).as_deref(), Ok("https://token.cell-1.prod.a.momentohq.com"));
        let auth_service = Key::check(&key, None, false, 0).unwrap_or_else(|e| panic!("{e}")).auth_service();
        assert_eq!(auth_service.as_deref(), Ok("https://control.cell-1.prod.a.momentohq.com"));
        assert_eq!(Key::check(&key, None, false, 0).ok().unwrap().secret(), jwt(r#"{"sub":"a","ver":1,"p":"CAA="}"#));
    }

    #[test]
    fn a_v2_key_needs_one() {
        let key = jwt(r#"{"t":"g","jti":"id"}"#);
        assert!(check(&key, None).unwrap_err().contains("MOMENTO_ENDPOINT"));
        assert_eq!(check(&key, Some(CELL)).as_deref(), Ok("https://token.cell-1.prod.a.momentohq.com"));
        assert!(Key::check(&key, None, true, 0).is_ok());
    }

    #[test]
    fn other_credentials_are_refused_without_being_shown() {
        let legacy = jwt(r#"{"sub":"a","cp":"control.momentohq.com","c":"cache.momentohq.com"}"#);
        let expired = v1(r#"{"sub":"a","ver":1,"p":"CAA=","exp":1600000000}"#);
        for (key, words) in [(legacy.as_str(), "legacy"), (&expired, "expired"), ("eyJsecret", "MOMENTO_API_KEY")] {
            let told = check(key, None).unwrap_err();
            assert!(told.contains(words) && !told.contains("eyJ"), "{told}");
        }
        assert!(check(&jwt(r#"{"t":"g","jti":"id"}"#), Some("evil.example")).is_err());
    }
}
