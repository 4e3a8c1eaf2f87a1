//! A parsed credential.

use super::claims::Claims;
use super::envelope::Envelope;
use super::error::{ErrorKind, TokenError};
use super::jwt;
use super::limits::MAX_CREDENTIAL_CHARS;
use super::sanitize::{is_blank, sanitize};
use super::version::Version;
use crate::codec::base64;
use zeroize::Zeroizing;

/// A parsed credential whose endpoints have not been checked.
pub(super) struct Parsed {
    pub(super) version: Version,
    /// The envelope's endpoint, as received.
    pub(super) endpoint: Option<String>,
    /// The JWT.
    pub(super) key: Zeroizing<String>,
    pub(super) claims: Claims,
}

impl Parsed {
    pub(super) fn parse(credential: &str) -> Result<Self, TokenError> {
        let trimmed = credential.trim_matches(is_blank);
        // A text has no more characters than bytes, so characters rarely have to be counted.
        if trimmed.len() > MAX_CREDENTIAL_CHARS && trimmed.chars().count() > MAX_CREDENTIAL_CHARS {
            return Err(ErrorKind::TooLong.into());
        }
        // Most credentials are plain base64. Otherwise there may be something around it.
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

    /// Parses a credential for [`from_api_key_v2`](super::from_api_key_v2). As in the SDK, any invalid key gives the
    /// same error.
    pub(super) fn parse_v2(key: &str, endpoint: Option<&str>) -> Result<Self, TokenError> {
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

    pub(super) fn refuse_v2(self) -> Result<Self, TokenError> {
        if self.version == Version::V2 { Err(ErrorKind::V2Key.into()) } else { Ok(self) }
    }
}
