//! The embedded signer: tokens that are well-formed, but that only this process stands behind.
//!
//! Everything that reads a token (the SDKs, `decodeToken`, a refresher) works with them; Momento's servers, which check
//! the signature, refuse them. That is what a demo or a test without an account needs.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use serde::Serialize;
use sha2::Sha256;

use super::{Minted, Order, Renewal, envelope};
use crate::config::{Config, secret};

/// As answers carry it in `X-Token-Issuer`.
pub(super) const NAME: &str = "embedded";

pub(super) const NOTICE: &str = "tokens are well-formed but signed by this process itself: Momento's servers will refuse them \
     (for development and demos)";

const SECRET: &str = "VENDING_SIGNING_SECRET";

/// RFC 7518, section 3.2: an HS256 key is at least as long as the hash.
const SECRET_BYTES: usize = 32;

/// Signs with HMAC-SHA256. Holds the keyed state, not the key, and has no `Debug`.
#[derive(Clone)]
pub(crate) struct Signer {
    mac: Hmac<Sha256>,
    endpoint: String,
}

#[derive(Serialize)]
struct Header {
    alg: &'static str,
}

#[derive(Serialize)]
struct Claims<'a> {
    sub: &'static str,
    ver: u8,
    p: String,
    exp: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<&'a str>,
}

impl Signer {
    /// With the secret from the environment; without one, with a random secret that dies with the process.
    pub(crate) fn from_env(config: &Config) -> Result<Self, String> {
        match secret(SECRET)? {
            Some(secret) if secret.len() < SECRET_BYTES => Err(format!(
                "{SECRET} is too short for HS256: expected {SECRET_BYTES} bytes or more, found {}",
                secret.len()
            )),
            Some(secret) => Ok(Self::new(secret.as_bytes(), &config.endpoint)),
            None => {
                let mut secret = [0; SECRET_BYTES];
                getrandom::fill(&mut secret)
                    .map_err(|e| format!("the system has no random bytes for a signing secret: {e}"))?;
                Ok(Self::new(&secret, &config.endpoint))
            }
        }
    }

    fn new(secret: &[u8], endpoint: &str) -> Self {
        Self { mac: Hmac::new_from_slice(secret).expect("HMAC takes keys of any length"), endpoint: endpoint.into() }
    }

    /// A token that lives `order.ttl` seconds from `now`.
    pub(crate) fn mint(&self, order: &Order, now: u64) -> Minted {
        let expires_at = now.saturating_add(order.ttl.into());
        let api_key = self.sign(&Claims {
            sub: "vending-embedded-signer",
            ver: 1,
            p: order.scope.encode(),
            exp: expires_at,
            id: order.token_id.as_deref(),
        });
        Minted {
            issuer: NAME,
            token: envelope::seal(&self.endpoint, &api_key),
            endpoint: self.endpoint.clone(),
            expires_at,
            renewal: Renewal::Again,
        }
    }

    fn sign(&self, claims: &Claims<'_>) -> String {
        let mut jwt = format!("{}.{}", part(&Header { alg: "HS256" }), part(claims));
        let mut mac = self.mac.clone();
        mac.update(jwt.as_bytes());
        jwt.push('.');
        URL_SAFE_NO_PAD.encode_string(mac.finalize().into_bytes(), &mut jwt);
        jwt
    }
}

fn part(value: &impl Serialize) -> String {
    URL_SAFE_NO_PAD.encode(serde_json::to_vec(value).expect("strings and numbers are always JSON"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use momento_token_wasm::scope::TokenScope;

    fn order(token_id: Option<&str>) -> Order {
        let scope = r#"{"permissions":[{"role":"readonly","cache":"demo"}]}"#;
        Order { scope: TokenScope::from_json(scope).unwrap(), ttl: 60, token_id: token_id.map(Into::into) }
    }

    #[test]
    fn signs_as_hs256_does() {
        // From another implementation: Python's hmac, over the same bytes.
        let signer = Signer::new(b"0123456789abcdef0123456789abcdef", "cell.example.momentohq.com");
        let jwt = signer.sign(&Claims { sub: "s", ver: 1, p: "CAA=".into(), exp: 1_800_000_000, id: Some("ann") });
        assert_eq!(
            jwt,
            "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJzIiwidmVyIjoxLCJwIjoiQ0FBPSIsImV4cCI6MTgwMDAwMDAwMCwiaWQiOiJhbm4ifQ.AavJXcATqz66W9J6KiMWMY0YrhWonN3F_OHZsFHfq4I"
        );
    }

    #[test]
    fn the_key_decides_the_signature() {
        let token = |secret: &[u8]| Signer::new(secret, "a.example").mint(&order(None), 0).token;
        assert_eq!(token(&[1; 32]), token(&[1; 32]));
        assert_ne!(token(&[1; 32]), token(&[2; 32]));
    }

    #[test]
    fn a_token_lives_as_long_as_ordered() {
        let minted = Signer::new(&[0; 32], "a.example").mint(&order(Some("ann")), 1_700_000_000);
        assert_eq!((minted.expires_at, minted.endpoint.as_str()), (1_700_000_060, "a.example"));
    }
}
