//! From a string to a [`Token`].

use super::claims::{Claims, Expiry};
use super::endpoint::{self, Destination};
use super::envelope::Envelope;
use super::error::{ErrorKind, TokenError};
use super::jwt;
use super::model::{Token, Version};
use super::options::DecodeOptions;
use super::sanitize::{is_blank, sanitize};
use super::warning::Facts;
use crate::codec::base64;
use crate::scope::Grant;
use zeroize::Zeroizing;

/// The longest credential that is read, in characters, without white space around it. The largest of Momento's take a
/// few thousand.
pub const MAX_CREDENTIAL_CHARS: usize = 65_536;

/// Which credentials are accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Expected {
    /// Any credential.
    Any,
    /// What [`from_string`](super::from_string) takes.
    Provider,
    /// What [`from_api_key_v2`](super::from_api_key_v2) takes; the endpoint is among the options.
    V2,
}

/// Reads a credential of any kind; an expired one too. `now`, in milliseconds since the epoch, is for the warnings
/// alone.
///
/// # Errors
/// See [`TokenError::code`].
pub fn decode(credential: &str, options: &DecodeOptions, now: i64) -> Result<Token, TokenError> {
    decode_as(credential, options, Expected::Any, now)
}

/// What a credential is, by its form alone; `None` for what is no credential.
pub fn key_version(credential: &str) -> Option<Version> {
    Parsed::parse(credential).ok().map(|parsed| parsed.version)
}

/// As [`decode`], but accepts only what is `expected`.
///
/// # Errors
/// As [`decode`], [`from_string`](super::from_string) or [`from_api_key_v2`](super::from_api_key_v2).
pub(crate) fn decode_as(
    credential: &str,
    options: &DecodeOptions,
    expected: Expected,
    now: i64,
) -> Result<Token, TokenError> {
    let parsed = match expected {
        Expected::Any => Parsed::parse(credential)?,
        Expected::Provider => Parsed::parse(credential)?.refuse_v2()?,
        Expected::V2 => Parsed::parse_v2(credential, options.endpoint.as_deref())?,
    };
    let Destination { endpoint, endpoints } = endpoint::find(&parsed, options)?;
    let expires_at = match parsed.claims.expiry {
        Expiry::Never => None,
        Expiry::At(at) => Some(at),
        Expiry::Invalid => return Err(ErrorKind::Expiry.into()),
    };
    if expected == Expected::Provider && endpoints.is_none() {
        return Err(ErrorKind::EndpointMissing.into());
    }
    let Parsed { version, key, claims, .. } = parsed;
    let grant = claims.permissions.as_ref().map(|p| Grant::decode(p));
    let facts = Facts {
        version,
        is_v2_key: claims.is_v2,
        remaining: expires_at.map(|at| at.saturating_sub(now)),
        grant: grant.as_ref().map(|grant| grant.as_ref().map_err(Clone::clone)),
    };
    let (disposable, warnings) = (facts.is_disposable(), facts.warnings());
    Ok(Token {
        version,
        credential: key.into(),
        endpoint,
        endpoints,
        expires_at,
        #[cfg(feature = "refresh")]
        expiry_from_answer: false,
        issued_at: claims.issued_at,
        #[cfg(all(target_arch = "wasm32", feature = "js"))]
        permissions: claims.permissions.filter(|_| matches!(grant, Some(Ok(_)))),
        grant: grant.and_then(Result::ok),
        token_id: claims.token_id,
        subject: claims.subject,
        disposable,
        warnings,
    })
}

/// A credential taken apart, before its endpoints are checked.
pub(super) struct Parsed {
    pub(super) version: Version,
    /// The envelope's endpoint, as it was written.
    pub(super) endpoint: Option<String>,
    /// The JWT.
    key: Zeroizing<String>,
    pub(super) claims: Claims,
}

impl Parsed {
    fn parse(credential: &str) -> Result<Self, TokenError> {
        let trimmed = credential.trim_matches(is_blank);
        // No more bytes than that means no more characters: counting is for the rare case.
        if trimmed.len() > MAX_CREDENTIAL_CHARS && trimmed.chars().count() > MAX_CREDENTIAL_CHARS {
            return Err(ErrorKind::TooLong.into());
        }
        // Most credentials are base64 and nothing else. Whatever is not may have something around it.
        let json = match base64::decode_secret(trimmed) {
            Some(json) if !json.is_empty() => json,
            _ => {
                let text = sanitize(trimmed);
                if text.is_empty() {
                    return Err(ErrorKind::Empty.into());
                }
                if text.as_bytes().contains(&b'.') {
                    return Self::bare_jwt(text);
                }
                base64::decode_secret(&text).ok_or(ErrorKind::NoCredential)?
            }
        };
        let Envelope { endpoint, api_key } = Envelope::parse(&json).map_err(ErrorKind::Envelope)?;
        let claims = jwt::parse(&api_key).map_err(ErrorKind::JwtInEnvelope)?;
        Ok(Parsed { version: Version::V1, endpoint: Some(endpoint), key: api_key, claims })
    }

    fn bare_jwt(jwt: Zeroizing<String>) -> Result<Self, TokenError> {
        let claims = jwt::parse(&jwt).map_err(ErrorKind::Jwt)?;
        let version = if claims.is_v2 {
            Version::V2
        } else if claims.is_v1 {
            Version::V1
        } else if claims.cache_endpoint.is_some() || claims.control_endpoint.is_some() {
            Version::Legacy
        } else {
            Version::Session
        };
        Ok(Parsed { version, endpoint: None, key: jwt, claims })
    }

    /// What [`from_api_key_v2`](super::from_api_key_v2) takes. All that is wrong with the key itself is one error, as
    /// in the SDK.
    fn parse_v2(key: &str, endpoint: Option<&str>) -> Result<Self, TokenError> {
        let parsed = Self::parse(key);
        if parsed.as_ref().is_err_and(TokenError::is_empty) {
            return Err(ErrorKind::EmptyApiKey.into());
        }
        if endpoint.is_none_or(|endpoint| endpoint.trim_ascii().is_empty()) {
            return Err(ErrorKind::EndpointEmpty.into());
        }
        match parsed {
            Ok(parsed) if parsed.version == Version::V2 => Ok(parsed),
            _ => Err(ErrorKind::NotV2Key.into()),
        }
    }

    fn refuse_v2(self) -> Result<Self, TokenError> {
        if self.version == Version::V2 { Err(ErrorKind::V2Key.into()) } else { Ok(self) }
    }
}

#[cfg(test)]
mod tests;
