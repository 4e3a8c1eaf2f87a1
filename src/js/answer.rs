//! A vending service's answer across the boundary.

use super::{options, token};
use crate::scope::Grant;
use crate::vend::{Answer, Asked, Retry, VendError, check_status};
use serde::Serialize;
use wasm_bindgen::prelude::*;
use zeroize::Zeroizing;

#[wasm_bindgen(typescript_custom_section)]
const TYPES: &str = r#"
/** What answers are read by: how to decode, and what was asked for. */
export interface AnswerOptions {
  /** `DecodeOptions` or `undefined`. */
  readonly decode: unknown;
  /** The scope as claim `p` has it. */
  readonly scope?: string;
  /** How long the token was to live, in milliseconds. */
  readonly expiresInMs?: number;
  readonly tokenId?: string;
}

/** Whether to ask again: after a while, not until something changes, or a few times, since the service may be mended. */
export type Failure = 'retry' | 'terminal' | 'malformed';

/** What is said of a token's life; times are in milliseconds since the epoch. */
export interface TokenLife {
  /** Claim `exp`. */
  readonly expiresAt?: number;
  /** Claim `iat`. */
  readonly issuedAt?: number;
  /** How long the token lives, as the answer states it, in milliseconds. */
  readonly statedLifeMs?: number;
  /** When the token expires, as the answer states it. */
  readonly statedExpiry?: number;
}

export interface VendedToken {
  readonly token: DecodedParts;
  readonly refreshToken?: string;
  readonly life: TokenLife;
}

export interface VendRefusal {
  readonly code: string;
  readonly message: string;
  /** The status that is not a success: the HTTP answer's, or that of a `statusCode` in it. */
  readonly status?: number;
  readonly failure: Failure;
}
"#;

#[wasm_bindgen]
extern "C" {
    /// What answers are read by. The package makes it: a plain object whose properties can be read.
    #[wasm_bindgen(typescript_type = "AnswerOptions")]
    pub type AnswerOptions;

    #[wasm_bindgen(method, getter)]
    fn decode(this: &AnswerOptions) -> JsValue;

    #[wasm_bindgen(method, getter)]
    fn scope(this: &AnswerOptions) -> Option<String>;

    #[wasm_bindgen(method, getter, js_name = expiresInMs)]
    fn expires_in_ms(this: &AnswerOptions) -> Option<f64>;

    #[wasm_bindgen(method, getter, js_name = tokenId)]
    fn token_id(this: &AnswerOptions) -> Option<String>;
}

impl AnswerOptions {
    fn asked(&self) -> Asked {
        Asked {
            scope: self.scope().and_then(|p| match Grant::decode(&p) {
                Ok(Grant::Scope(scope)) => Some(scope),
                // The package encodes scopes, and nothing else.
                Ok(Grant::SuperUser) | Err(_) => None,
            }),
            expires_in: self.expires_in_ms().map(|ms| ms as i64),
            token_id: self.token_id(),
        }
    }
}

/// What an answer was read as.
#[derive(Serialize)]
#[serde(untagged)]
enum ReadAnswer<'a> {
    #[serde(rename_all = "camelCase")]
    Token {
        #[serde(with = "serde_wasm_bindgen::preserve")]
        token: JsValue,
        #[serde(skip_serializing_if = "Option::is_none")]
        refresh_token: Option<&'a str>,
        life: TokenLife,
    },
    Refusal {
        code: &'static str,
        message: String,
        #[serde(skip_serializing_if = "Option::is_none")]
        status: Option<u16>,
        failure: &'static str,
    },
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct TokenLife {
    #[serde(skip_serializing_if = "Option::is_none")]
    expires_at: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    issued_at: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    stated_life_ms: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    stated_expiry: Option<i64>,
}

impl From<VendError> for ReadAnswer<'_> {
    fn from(error: VendError) -> Self {
        ReadAnswer::Refusal {
            code: error.code(),
            message: error.message(),
            status: error.status(),
            failure: match error.retry() {
                Retry::Later => "retry",
                Retry::Never => "terminal",
                Retry::Malformed => "malformed",
            },
        }
    }
}

/// Reads an answer: its body and its HTTP status. `now` is the server's time as far as known, and `local` the client's,
/// in milliseconds since the epoch.
///
/// A refusal is returned and not thrown: it says whether to ask again, which the package's errors do not.
///
/// # Errors
/// `ERR_ARGUMENT` for options that are none, which the package has checked.
#[wasm_bindgen(js_name = readAnswer, unchecked_return_type = "VendedToken | VendRefusal")]
pub fn read_answer(
    body: String,
    status: u16,
    options: &AnswerOptions,
    now: f64,
    local: f64,
) -> Result<JsValue, JsValue> {
    let body = Zeroizing::new(body);
    let decode = options::read(&options.decode())?;
    let answer = match check_status(status).and_then(|()| Answer::read(&body)) {
        Ok(answer) => answer,
        Err(error) => return to_js(&error.into()),
    };
    match answer.token(&decode, &options.asked(), now as i64, local as i64) {
        Ok(token) => to_js(&ReadAnswer::Token {
            token: token::to_js(&token)?,
            refresh_token: answer.refresh_token().map(|token| token.reveal()),
            life: TokenLife {
                expires_at: token.expires_at().filter(|_| !token.expiry_from_answer),
                issued_at: token.issued_at(),
                stated_life_ms: answer.stated_life(),
                stated_expiry: answer.stated_expiry(),
            },
        }),
        Err(error) => to_js(&VendError::from(error).into()),
    }
}

fn to_js(answer: &ReadAnswer<'_>) -> Result<JsValue, JsValue> {
    Ok(serde_wasm_bindgen::to_value(answer)?)
}
