//! `CredentialProvider`, as in Momento's SDKs: requires an endpoint and distinguishes v1 from v2.

use super::decode::{Expected, decode_as};
use super::error::TokenError;
use super::model::Token;
use super::options::DecodeOptions;

/// `CredentialProvider.fromString`: decodes a v1 key or a disposable, legacy or session token whose endpoints are
/// known.
///
/// # Errors
/// `ERR_V2_KEY` for a v2 key; `ERR_ENDPOINT_MISSING` if no endpoint is known; otherwise as for [`super::decode`].
pub fn from_string(credential: &str, options: &DecodeOptions, now: i64) -> Result<Token, TokenError> {
    decode_as(credential, options, Expected::Provider, now)
}

/// `CredentialProvider.fromDisposableToken`: the same as [`from_string`], as in the SDK.
///
/// # Errors
/// As for [`from_string`].
pub fn from_disposable_token(token: &str, options: &DecodeOptions, now: i64) -> Result<Token, TokenError> {
    from_string(token, options, now)
}

/// `CredentialProvider.fromApiKeyV2`: decodes a v2 key with its base endpoint.
///
/// # Errors
/// `ERR_NOT_V2_KEY` for any other credential; `ERR_TOKEN_EMPTY`, `ERR_ENDPOINT_MISSING` if one is blank.
pub fn from_api_key_v2(key: &str, endpoint: &str, now: i64) -> Result<Token, TokenError> {
    let options = DecodeOptions { endpoint: Some(String::from(endpoint)), ..DecodeOptions::default() };
    decode_as(key, &options, Expected::V2, now)
}
