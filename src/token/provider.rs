//! `CredentialProvider`, as Momento's SDKs have it: it insists on an endpoint, and tells v1 from v2.

use super::decode::{Expected, Input, read};
use super::error::TokenError;
use super::model::{DecodeOptions, Settings, Token, Version};
use super::work::Work;

/// `CredentialProvider.fromString`: a v1 key, disposable, legacy or session token, whose endpoints are known.
///
/// # Errors
/// `ERR_V2_KEY` for a v2 key; `ERR_ENDPOINT_MISSING` where no endpoint is known; else as [`super::decode`].
pub fn from_string(credential: &str, options: &DecodeOptions, now: i64) -> Result<Token, TokenError> {
    read(Work::of(credential), Input::Text(credential.len()), &options.settings(), Expected::Provider, now)
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
    let settings = Settings { hosts: [Some(endpoint), None, None, None, None, None], ..Settings::default() };
    read(Work::of(key), Input::Text(key.len()), &settings, Expected::V2, now)
}

/// What became of reading what should be a v2 key.
pub(super) fn check_v2(
    read: Result<(), TokenError>,
    version: Version,
    settings: &Settings<'_>,
) -> Result<(), TokenError> {
    let endpoint = settings.hosts[0].unwrap_or_default();
    let (code, message) = match read {
        Err(error) if error.code() == "ERR_TOKEN_EMPTY" => ("ERR_TOKEN_EMPTY", "API key cannot be an empty string"),
        _ if endpoint.bytes().all(|byte| byte.is_ascii_whitespace()) => {
            ("ERR_ENDPOINT_MISSING", "Endpoint cannot be an empty string")
        }
        Ok(()) if version == Version::V2 => return Ok(()),
        _ => (
            "ERR_NOT_V2_KEY",
            "Received an invalid v2 API key. Are you using the correct key? Or did you mean to use `fromString()` with a legacy key instead?",
        ),
    };
    Err(TokenError::new(code, message))
}

pub(super) fn got_v2() -> TokenError {
    TokenError::new(
        "ERR_V2_KEY",
        "Received a v2 API key. Are you using the correct key? Or did you mean to use `fromApiKeyV2()` or `fromEnvVarV2()` instead?",
    )
}

pub(super) fn no_endpoint() -> TokenError {
    TokenError::new(
        "ERR_ENDPOINT_MISSING",
        "Malformed token; unable to determine cache endpoint. Depending on the type of token you are using, you may need to specify the cacheEndpoint explicitly: give `endpoint` or `endpointOverrides`.",
    )
}
