//! Credentials: `decodeToken`, `keyVersion` and `CredentialProvider`. In a standalone build, `standalone` replaces
//! them.

use super::error::Thrown;
use super::options;
use super::value::text;
use crate::token::{self, DecodeOptions, Expected, Token, TokenError};
use js_sys::Date;
use serde::Serialize;
use wasm_bindgen::prelude::{JsValue, wasm_bindgen};

/// Decodes a credential of any kind. `options` are `DecodeOptions` or `undefined`.
///
/// # Errors
/// `ERR_ARGUMENT` for arguments of a wrong type; otherwise as for [`token::decode`].
#[cfg_attr(not(feature = "standalone"), wasm_bindgen(js_name = decodeToken, unchecked_return_type = "DecodedParts"))]
pub fn decode_token(credential: JsValue, options: JsValue) -> Result<JsValue, JsValue> {
    decode("credential", &credential, Expected::Any, || options::read(&options))
}

/// The kind of a credential, by its form alone: `v1`, `v2`, `legacy`, `session`, or `unknown` for anything else.
#[cfg_attr(not(feature = "standalone"), wasm_bindgen(js_name = keyVersion))]
pub fn key_version(credential: JsValue) -> String {
    let version = text("credential", &credential).ok().and_then(|credential| token::key_version(&credential));
    version.map_or("unknown", |version| version.name()).into()
}

/// `CredentialProvider.fromString`.
///
/// # Errors
/// `ERR_ARGUMENT` for arguments of a wrong type; otherwise as for [`token::from_string`].
#[cfg_attr(not(feature = "standalone"), wasm_bindgen(js_name = fromString, unchecked_return_type = "DecodedParts"))]
pub fn from_string(key: JsValue, options: JsValue) -> Result<JsValue, JsValue> {
    decode("key", &key, Expected::Provider, || options::read(&options))
}

/// `CredentialProvider.fromApiKeyV2`.
///
/// # Errors
/// `ERR_ARGUMENT` for arguments of a wrong type; otherwise as for [`token::from_api_key_v2`].
#[cfg_attr(not(feature = "standalone"), wasm_bindgen(js_name = fromApiKeyV2, unchecked_return_type = "DecodedParts"))]
pub fn from_api_key_v2(key: JsValue, endpoint: JsValue) -> Result<JsValue, JsValue> {
    decode("key", &key, Expected::V2, || {
        let endpoint = Some(options::host("endpoint", &endpoint)?);
        Ok(DecodeOptions { endpoint, ..DecodeOptions::default() })
    })
}

/// `name` is the credential's name in errors.
fn decode(
    name: &str,
    credential: &JsValue,
    expected: Expected,
    options: impl FnOnce() -> Result<DecodeOptions, Thrown>,
) -> Result<JsValue, JsValue> {
    let credential = text(name, credential)?;
    let decoded = token::decode_as(&credential, &options()?, expected, Date::now() as i64);
    to_js(&decoded.map_err(|error: TokenError| Thrown::from(error))?)
}

/// The data from which JavaScript creates a token.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Parts<'a> {
    version: &'static str,
    credential: &'a str,
    endpoint: Option<&'a str>,
    endpoints: Option<Endpoints<'a>>,
    /// In milliseconds since the epoch.
    expires_at: Option<i64>,
    /// Claim `p`, if it is valid. JavaScript has it decoded on first use, which is rare.
    permissions: Option<&'a str>,
    token_id: Option<&'a str>,
    subject: Option<&'a str>,
    disposable: bool,
    warnings: Vec<Warning<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Endpoints<'a> {
    cache_endpoint: &'a str,
    control_endpoint: &'a str,
    token_endpoint: &'a str,
    secure_connection: bool,
    overridden: bool,
}

#[derive(Serialize)]
struct Warning<'a> {
    code: &'static str,
    message: &'a str,
}

/// The same for TypeScript.
#[wasm_bindgen(typescript_custom_section)]
const TYPES: &str = r#"
/** What `decodeToken` and its like give. */
export interface DecodedParts {
  version: 'v1' | 'v2' | 'legacy' | 'session';
  credential: string;
  endpoint: string | undefined;
  endpoints:
    | {
        cacheEndpoint: string;
        controlEndpoint: string;
        tokenEndpoint: string;
        secureConnection: boolean;
        overridden: boolean;
      }
    | undefined;
  /** In milliseconds since the epoch. */
  expiresAt: number | undefined;
  /** Claim `p`, if it is understood. */
  permissions: string | undefined;
  tokenId: string | undefined;
  subject: string | undefined;
  disposable: boolean;
  warnings: { code: string; message: string }[];
}
"#;

/// A token as a plain object.
pub(super) fn to_js(token: &Token) -> Result<JsValue, JsValue> {
    let endpoints = token.endpoints().map(|endpoints| Endpoints {
        cache_endpoint: &endpoints.cache,
        control_endpoint: &endpoints.control,
        token_endpoint: &endpoints.token,
        secure_connection: endpoints.secure,
        overridden: endpoints.overridden,
    });
    let warnings = token.warnings().iter().map(|warning| Warning { code: warning.code, message: &warning.message });
    let parts = Parts {
        version: token.version().name(),
        credential: token.credential().reveal(),
        endpoint: token.endpoint(),
        endpoints,
        expires_at: token.expires_at(),
        permissions: token.permissions(),
        token_id: token.token_id(),
        subject: token.subject(),
        disposable: token.is_disposable(),
        warnings: warnings.collect(),
    };
    Ok(serde_wasm_bindgen::to_value(&parts)?)
}
