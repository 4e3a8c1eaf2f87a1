//! `CredentialProvider`, named as in Momento's SDKs.

use super::{error::Refused, time, token::Token};
use crate::js::error::Thrown;
use crate::js::options;
use crate::js::value::{has_property, property, text};
use crate::token;
use wasm_bindgen::prelude::{JsValue, wasm_bindgen};

/// Functions that require an endpoint and distinguish v1 from v2.
#[wasm_bindgen(skip_typescript)]
pub struct CredentialProvider;

#[wasm_bindgen]
impl CredentialProvider {
    /// Decodes a v1 key or a disposable, legacy or session token.
    ///
    /// # Errors
    /// A `TokenError`.
    #[wasm_bindgen(js_name = fromString)]
    pub fn from_string(key: &JsValue, options: &JsValue) -> Result<Token, Refused> {
        let credential = text("key", &credential_of(key)?)?;
        Token::of(token::from_string(&credential, &options::read(options)?, time::now()))
    }

    /// The same as `fromString`, as in the SDK.
    ///
    /// # Errors
    /// As for `fromString`.
    #[wasm_bindgen(js_name = fromDisposableToken)]
    pub fn from_disposable_token(key: &JsValue, options: &JsValue) -> Result<Token, Refused> {
        Self::from_string(key, options)
    }

    /// Decodes a v2 key with its base endpoint, passed as two arguments or as `{ apiKey, endpoint }`.
    ///
    /// # Errors
    /// A `TokenError`.
    #[wasm_bindgen(js_name = fromApiKeyV2)]
    pub fn from_api_key_v2(key: &JsValue, endpoint: &JsValue) -> Result<Token, Refused> {
        let (key, endpoint) = if key.is_object() {
            (property("key", key, "apiKey")?, property("key", key, "endpoint")?)
        } else {
            (key.clone(), endpoint.clone())
        };
        if endpoint.is_undefined() {
            return Err(Thrown::new("ERR_ENDPOINT_MISSING", "Missing required property: endpoint").into());
        }
        let key = text("key", &key)?;
        Token::of(token::from_api_key_v2(&key, &options::host("endpoint", &endpoint)?, time::now()))
    }
}

/// The credential itself, or that in the property `authToken` or `apiKey`.
fn credential_of(key: &JsValue) -> Result<JsValue, Thrown> {
    if !key.is_object() {
        return Ok(key.clone());
    }
    for name in ["authToken", "apiKey"] {
        if has_property("key", key, name)? {
            return property("key", key, name);
        }
    }
    Err(Thrown::argument("Missing required property: authToken or apiKey"))
}
