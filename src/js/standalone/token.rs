//! Credentials.

use super::{
    error::Refused,
    scope::{list, object, of_grant},
    time,
};
use crate::js::error::Thrown;
use crate::js::options;
use crate::js::value::{text, wrong_type};
use crate::token::{self, Warning};
use base64::{Engine, engine::general_purpose::STANDARD};
use js_sys::Date;
use std::sync::Arc;
use wasm_bindgen::prelude::{JsValue, wasm_bindgen};
use zeroize::Zeroizing;

/// `decodeToken`.
///
/// # Errors
/// A `TokenError`.
#[wasm_bindgen(js_name = decodeToken, skip_typescript)]
pub fn decode_token(credential: &JsValue, options: &JsValue) -> Result<Token, Refused> {
    let credential = text("credential", credential)?;
    Token::of(token::decode(&credential, &options::read(options)?, time::now()))
}

/// `keyVersion`: the kind of a credential by its form, or `unknown`.
#[wasm_bindgen(js_name = keyVersion, skip_typescript)]
pub fn key_version(credential: &JsValue) -> String {
    let version = credential.as_string().and_then(|credential| token::key_version(&Zeroizing::new(credential)));
    version.map_or("unknown", token::Version::name).into()
}

/// A decoded credential. Printing it shows no credential; [`Token::reveal`] returns it.
#[wasm_bindgen(skip_typescript)]
pub struct Token(Arc<token::Token>);

impl From<Arc<token::Token>> for Token {
    fn from(token: Arc<token::Token>) -> Self {
        Token(token)
    }
}

impl Token {
    fn envelope(&self) -> Result<String, Refused> {
        const MISSING: &str =
            "Missing required property: endpoint; an envelope carries one, and this credential has none";
        let endpoint = self.0.endpoint().ok_or_else(|| Thrown::new("ERR_ENDPOINT_MISSING", MISSING))?;
        // Neither needs escaping: the host has been checked, and the credential is base64 with dots.
        let json = format!(r#"{{"endpoint":"{endpoint}","api_key":"{}"}}"#, self.0.credential().reveal());
        Ok(STANDARD.encode(&*Zeroizing::new(json)))
    }

    pub(super) fn of(decoded: Result<token::Token, token::TokenError>) -> Result<Token, Refused> {
        Ok(Token(Arc::new(decoded.map_err(Thrown::from)?)))
    }
}

#[wasm_bindgen]
impl Token {
    /// `v1`, `v2`, `legacy` or `session`.
    #[wasm_bindgen(getter)]
    pub fn version(&self) -> String {
        self.0.version().name().into()
    }

    /// The base endpoint, if known.
    #[wasm_bindgen(getter)]
    pub fn endpoint(&self) -> Option<String> {
        self.0.endpoint().map(String::from)
    }

    /// The hosts derived from it, if known.
    #[wasm_bindgen(getter)]
    pub fn endpoints(&self) -> JsValue {
        let Some(endpoints) = self.0.endpoints() else { return JsValue::UNDEFINED };
        object([
            ("cacheEndpoint", (&endpoints.cache).into()),
            ("controlEndpoint", (&endpoints.control).into()),
            ("tokenEndpoint", (&endpoints.token).into()),
            ("secureConnection", endpoints.secure.into()),
            ("overridden", endpoints.overridden.into()),
        ])
    }

    /// When it expires, as a new `Date`; `undefined` if never.
    #[wasm_bindgen(getter, js_name = expiresAt)]
    pub fn expires_at(&self) -> Option<Date> {
        self.0.expires_at().map(|ms| Date::new(&JsValue::from_f64(ms as f64)))
    }

    /// What it permits, if stated.
    #[wasm_bindgen(getter)]
    pub fn scope(&self) -> JsValue {
        self.0.grant().map_or(JsValue::UNDEFINED, of_grant)
    }

    /// Claim `id`.
    #[wasm_bindgen(getter, js_name = tokenId)]
    pub fn token_id(&self) -> Option<String> {
        self.0.token_id().map(String::from)
    }

    /// Claim `sub`.
    #[wasm_bindgen(getter)]
    pub fn subject(&self) -> Option<String> {
        self.0.subject().map(String::from)
    }

    /// Whether it may be a disposable token.
    #[wasm_bindgen(getter)]
    pub fn disposable(&self) -> bool {
        self.0.is_disposable()
    }

    /// Warnings about anything unusual.
    #[wasm_bindgen(getter)]
    pub fn warnings(&self) -> JsValue {
        let of_warning =
            |warning: &Warning| object([("code", warning.code.into()), ("message", (&warning.message).into())]);
        list(self.0.warnings().iter().map(of_warning))
    }

    /// The credential to send: `wire`, what gRPC sends, or `envelope`, with its endpoint.
    ///
    /// # Errors
    /// `ERR_ENDPOINT_MISSING` for an envelope without a known endpoint; `ERR_ARGUMENT` for another form.
    pub fn reveal(&self, form: &JsValue) -> Result<String, Refused> {
        let credential = self.0.credential().reveal();
        match form.as_string().as_deref() {
            Some("wire") => Ok(credential.into()),
            None if form.is_undefined() => Ok(credential.into()),
            Some("envelope") => self.envelope(),
            _ => Err(wrong_type("form", "'wire' or 'envelope'", form).into()),
        }
    }

    /// Whether it has expired at this time: milliseconds since the epoch or a `Date`, by default now.
    ///
    /// # Errors
    /// `ERR_ARGUMENT` if it is not a time.
    #[wasm_bindgen(js_name = isExpired)]
    pub fn is_expired(&self, at: &JsValue) -> Result<bool, Refused> {
        Ok(self.remaining_ms(at)? == 0.0)
    }

    /// Whole milliseconds left at this time, never negative; `Infinity` if it never expires.
    ///
    /// # Errors
    /// As for [`Token::is_expired`].
    #[wasm_bindgen(js_name = remainingMs)]
    pub fn remaining_ms(&self, at: &JsValue) -> Result<f64, Refused> {
        let at = time::read(at)?;
        Ok(self.0.expires_at().map_or(f64::INFINITY, |end| (end as f64 - at).floor().max(0.0)))
    }

    /// Everything but the credential.
    #[wasm_bindgen(js_name = toJSON)]
    pub fn to_json(&self) -> JsValue {
        object([
            ("version", self.version().into()),
            ("endpoint", self.endpoint().into()),
            ("endpoints", self.endpoints()),
            ("expiresAt", self.expires_at().into()),
            ("scope", self.scope()),
            ("tokenId", self.token_id().into()),
            ("subject", self.subject().into()),
            ("disposable", self.disposable().into()),
            ("warnings", self.warnings()),
        ])
    }

    /// `[Token: redacted]`.
    #[wasm_bindgen(js_name = toString)]
    pub fn redacted(&self) -> String {
        "[Token: redacted]".into()
    }
}
