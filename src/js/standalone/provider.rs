//! `CredentialProvider`, named as in Momento's SDKs.

use super::{
    error,
    options::{self, text},
    time,
    token::Token,
};
use crate::token;
use js_sys::Reflect;
use wasm_bindgen::prelude::{JsValue, wasm_bindgen};
use zeroize::Zeroizing;

/// Functions that insist on an endpoint, and tell v1 from v2.
#[wasm_bindgen(skip_typescript)]
pub struct CredentialProvider;

#[wasm_bindgen]
impl CredentialProvider {
    /// A v1 key or disposable token, a legacy or session token.
    ///
    /// # Errors
    /// A `TokenError`.
    #[wasm_bindgen(js_name = fromString)]
    pub fn from_string(key: &JsValue, options: &JsValue) -> Result<Token, JsValue> {
        let credential = Zeroizing::new(text("key", &credential_of(key)?)?);
        Token::of(token::from_string(&credential, &options::read(options)?, time::now()))
    }

    /// As `fromString`; the SDK makes no difference either.
    ///
    /// # Errors
    /// As there.
    #[wasm_bindgen(js_name = fromDisposableToken)]
    pub fn from_disposable_token(key: &JsValue, options: &JsValue) -> Result<Token, JsValue> {
        Self::from_string(key, options)
    }

    /// A v2 key and its base endpoint, as two arguments or as `{ apiKey, endpoint }`.
    ///
    /// # Errors
    /// A `TokenError`.
    #[wasm_bindgen(js_name = fromApiKeyV2)]
    pub fn from_api_key_v2(key: &JsValue, endpoint: &JsValue) -> Result<Token, JsValue> {
        let (key, endpoint) = if key.is_object() {
            (options::field("key", key, "apiKey")?, options::field("key", key, "endpoint")?)
        } else {
            (key.clone(), endpoint.clone())
        };
        if endpoint.is_undefined() {
            return Err(error::of_code("ERR_ENDPOINT_MISSING", "Missing required property: endpoint"));
        }
        let key = Zeroizing::new(text("key", &key)?);
        Token::of(token::from_api_key_v2(&key, &text("endpoint", &endpoint)?, time::now()))
    }
}

/// The credential itself, or what holds it as `authToken` or `apiKey`.
fn credential_of(key: &JsValue) -> Result<JsValue, JsValue> {
    if !key.is_object() {
        return Ok(key.clone());
    }
    for name in ["authToken", "apiKey"] {
        if Reflect::has(key, &name.into()).map_err(|cause| error::unreadable("key", &cause))? {
            return options::field("key", key, name);
        }
    }
    Err(error::argument_message("Missing required property: authToken or apiKey"))
}
