//! A vending service's answer across the boundary.

use super::{options, token};
use crate::plain::{Plain, Properties};
use crate::scope::Grant;
use crate::token::{DecodeOptions, Token};
use crate::vend::{Answer, Asked, Retry, VendError, check_status};
use wasm_bindgen::JsCast;
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
  readonly expiresAt?: number | undefined;
  /** Claim `iat`. */
  readonly issuedAt?: number | undefined;
  /** How long the token lives, as the answer states it, in milliseconds. */
  readonly statedLifeMs?: number | undefined;
  /** When the token expires, as the answer states it. */
  readonly statedExpiry?: number | undefined;
}

export interface VendedToken {
  readonly token: DecodedParts;
  readonly refreshToken: string | undefined;
  readonly life: TokenLife;
}

export interface VendRefusal {
  readonly code: string;
  readonly message: string;
  /** The status that is not a success: the HTTP answer's, or that of a `statusCode` in it. */
  readonly status: number | undefined;
  readonly failure: Failure;
}
"#;

#[wasm_bindgen]
extern "C" {
    /// What answers are read by. The package makes it: a plain object whose properties can be read.
    #[wasm_bindgen(typescript_type = "AnswerOptions")]
    pub type AnswerOptions;
}

fn read_asked(options: &Properties) -> Asked {
    Asked {
        scope: options.text("scope").and_then(|p| match Grant::decode(&p) {
            Ok(Grant::Scope(scope)) => Some(scope),
            // The package encodes scopes, and nothing else.
            Ok(Grant::SuperUser) | Err(_) => None,
        }),
        expires_in: options.number("expiresInMs").map(|ms| ms as i64),
        token_id: options.text("tokenId"),
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
    let options: &Properties = options.unchecked_ref();
    let decode = options::read(&options.get("decode"))?;
    match read(&body, status, decode, &read_asked(options), now as i64, local as i64) {
        Ok((answer, token)) => vended(&answer, &token),
        Err(error) => Ok(refusal(&error)),
    }
}

fn read(
    body: &str,
    status: u16,
    decode: DecodeOptions,
    asked: &Asked,
    now: i64,
    local: i64,
) -> Result<(Answer, Token), VendError> {
    check_status(status)?;
    let answer = Answer::read(body)?;
    let token = answer.token(decode, asked, now, local)?;
    Ok((answer, token))
}

/// A `VendedToken`.
fn vended(answer: &Answer, token: &Token) -> Result<JsValue, JsValue> {
    let time = |ms: Option<i64>| ms.map(|ms| ms as f64);
    let life = Plain::new()
        .with("expiresAt", time(token.claimed_expiry()))
        .with("issuedAt", time(token.issued_at()))
        .with("statedLifeMs", time(answer.stated_life()))
        .with("statedExpiry", time(answer.stated_expiry()));
    let vended = Plain::new()
        .with("token", token::to_js(token)?)
        .with("refreshToken", answer.refresh_token().map(|token| token.reveal()))
        .with("life", life);
    Ok(vended.into())
}

/// A `VendRefusal`.
fn refusal(error: &VendError) -> JsValue {
    let failure = match error.retry() {
        Retry::Later => "retry",
        Retry::Never => "terminal",
        Retry::Malformed => "malformed",
    };
    Plain::new()
        .with("code", error.code())
        .with("message", error.message())
        .with("status", error.status())
        .with("failure", failure)
        .into()
}
