//! Decodes a string into a [`Token`].

use super::claims::Expiry;
use super::endpoint::{self, Destination};
use super::error::{ErrorKind, TokenError};
use super::model::Token;
use super::options::DecodeOptions;
use super::parsed::Parsed;
use super::version::Version;
use super::warning::Facts;
use crate::scope::Grant;

/// Which credentials are accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Expected {
    /// Any credential.
    Any,
    /// Those accepted by [`from_string`](super::from_string).
    Provider,
    /// Those accepted by [`from_api_key_v2`](super::from_api_key_v2). The options contain the endpoint.
    V2,
}

/// Decodes a credential of any kind, even if it has expired. `now`, in milliseconds since the epoch, is used only for
/// warnings.
///
/// # Errors
/// See [`TokenError::code`].
pub fn decode(credential: &str, options: &DecodeOptions, now: i64) -> Result<Token, TokenError> {
    decode_as(credential, options, Expected::Any, now)
}

/// The kind of a credential, by its form alone; `None` if the text is not a credential.
pub fn key_version(credential: &str) -> Option<Version> {
    Parsed::parse(credential).ok().map(|parsed| parsed.version)
}

/// Like [`decode`], but accepts only `expected` credentials.
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

#[cfg(test)]
mod tests;
