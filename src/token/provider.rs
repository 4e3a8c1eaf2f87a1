//! `CredentialProvider`, as Momento's SDKs have it: it insists on an endpoint, and tells v1 from v2.

use super::decode::{Credential, decode, key_version, read};
use super::error::TokenError;
use super::model::{DecodeOptions, Token, Version};
use super::paste::clean;
use alloc::string::String;

pub(super) const GOT_V2: &str = "Received a v2 API key. Are you using the correct key? Or did you mean to use `fromApiKeyV2()` or `fromEnvVarV2()` instead?";
const GOT_NO_V2: &str = "Received an invalid v2 API key. Are you using the correct key? Or did you mean to use `fromString()` with a legacy key instead?";

pub(super) const NO_ENDPOINT: &str = "Malformed token; unable to determine cache endpoint. Depending on the type of token you are using, you may need to specify the cacheEndpoint explicitly: give `endpoint` or `endpointOverrides`.";

/// `CredentialProvider.fromString`: a v1 key, disposable, legacy or session token, whose endpoints are known.
///
/// # Errors
/// `ERR_V2_KEY` for a v2 key; `ERR_ENDPOINT_MISSING` where no endpoint is known; else as [`decode`].
pub fn from_string(credential: &str, options: &DecodeOptions, now: i64) -> Result<Token, TokenError> {
    read(Credential::Text(credential), options, true, now)
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
/// `ERR_NOT_V2_KEY` for any other credential; `ERR_TOKEN_EMPTY`, `ERR_ENDPOINT_MISSING` where one is blank.
pub fn from_api_key_v2(key: &str, endpoint: &str, now: i64) -> Result<Token, TokenError> {
    if clean(key).is_empty() {
        return Err(TokenError::new("ERR_TOKEN_EMPTY", "API key cannot be an empty string"));
    }
    if endpoint.trim().is_empty() {
        return Err(TokenError::new("ERR_ENDPOINT_MISSING", "Endpoint cannot be an empty string"));
    }
    if key_version(key) != Some(Version::V2) {
        return Err(TokenError::new("ERR_NOT_V2_KEY", GOT_NO_V2));
    }
    decode(key, &DecodeOptions { endpoint: Some(String::from(endpoint)), ..DecodeOptions::default() }, now)
}
