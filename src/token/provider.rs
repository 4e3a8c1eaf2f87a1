//! `CredentialProvider`, as in Momento's SDKs: it insists on an endpoint, and tells v1 from v2.

use super::decode::{Expected, decode_as};
use super::error::TokenError;
use super::model::Token;
use super::options::DecodeOptions;

/// `CredentialProvider.fromString`: a v1 key, disposable, legacy or session token, whose endpoints are known.
///
/// # Errors
/// `ERR_V2_KEY` for a v2 key; `ERR_ENDPOINT_MISSING` if no endpoint is known; otherwise as [`super::decode`].
pub fn from_string(credential: &str, options: &DecodeOptions, now: i64) -> Result<Token, TokenError> {
    decode_as(credential, options, Expected::Provider, now)
}

/// `CredentialProvider.fromDisposableToken`: as [`from_string`]; the SDK makes no difference either.
///
/// # Errors
/// As [`from_string`].
pub fn from_disposable_token(token: &str, options: &DecodeOptions, now: i64) -> Result<Token, TokenError> {
    from_string(token, options, now)
}

/// `CredentialProvider.fromApiKeyV2`: a v2 key and the base endpoint it belongs to.
///
/// # Errors
/// `ERR_NOT_V2_KEY` for any other credential; `ERR_TOKEN_EMPTY`, `ERR_ENDPOINT_MISSING` if one is blank.
pub fn from_api_key_v2(key: &str, endpoint: &str, now: i64) -> Result<Token, TokenError> {
    let options = DecodeOptions { endpoint: Some(String::from(endpoint)), ..DecodeOptions::default() };
    decode_as(key, &options, Expected::V2, now)
}
