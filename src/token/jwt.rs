//! A JSON Web Token in compact form (RFC 7519): three base64 parts separated by dots. Header and payload are JSON
//! objects. The signature must be present, but cannot be verified here.

use super::claims::Claims;
use crate::codec::base64;
use crate::codec::json::{self, Malformed, Object, Repeated};
use std::error::Error;
use std::fmt;
use zeroize::Zeroizing;

/// Why a JWT was rejected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum JwtError {
    /// More or fewer than three parts.
    Parts,
    /// A part is not base64.
    Base64,
    /// The signature is empty.
    Signature,
    /// Header or payload is not a JSON object.
    Json(Malformed),
    RepeatedClaim,
}

/// Parses a JWT.
pub(super) fn parse(jwt: &str) -> Result<Claims, JwtError> {
    let mut parts = jwt.split('.');
    let (Some(header), Some(payload), Some(signature), None) = (parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return Err(JwtError::Parts);
    };
    object(header)?;
    let payload = object(payload)?;
    if decode(signature)?.is_empty() {
        return Err(JwtError::Signature);
    }
    Ok(Claims::read(payload)?)
}

fn object(part: &str) -> Result<Object, JwtError> {
    Ok(json::parse_object(&decode(part)?)?)
}

fn decode(part: &str) -> Result<Zeroizing<Vec<u8>>, JwtError> {
    base64::decode_secret(part).ok_or(JwtError::Base64)
}

impl From<Malformed> for JwtError {
    fn from(malformed: Malformed) -> Self {
        JwtError::Json(malformed)
    }
}

impl From<Repeated> for JwtError {
    fn from(_: Repeated) -> Self {
        JwtError::RepeatedClaim
    }
}

/// Says what the JWT should have contained.
impl fmt::Display for JwtError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            JwtError::Parts => "three parts between dots",
            JwtError::Base64 => "base64 between its dots",
            JwtError::Signature => "a signature",
            JwtError::Json(malformed) => malformed.expected(),
            JwtError::RepeatedClaim => "each claim once",
        })
    }
}

impl Error for JwtError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            JwtError::Json(malformed) => Some(malformed),
            _ => None,
        }
    }
}
