//! What tabs tell each other. Anything of this origin can write to the channel, so messages are checked field by field.

use super::clock;
use crate::plain::{Plain, Properties};
use crate::refresh::{Failure, Lifetime};
use crate::vend::MAX_ANSWER_BYTES;
use wasm_bindgen::{JsCast, JsValue};
use zeroize::Zeroizing;

/// A message from further ahead (ms) was timed by a clock that was set since.
const MAX_AHEAD: i64 = 250;
/// One this old (ms) has waited somewhere while its tab or this one was frozen.
const MAX_AGE: i64 = 86_400_000;
/// After so long (ms) it is no news that a token was vended.
const MAX_FRESH: i64 = 10_000;

/// What a tab tells its siblings.
pub(super) enum Message {
    /// It asks for a better token than its own.
    Ask {
        /// The life that its own has left.
        left: Lifetime,
    },
    /// It has a token.
    Token {
        /// The vending service's answer.
        answer: Zeroizing<String>,
        /// The life that the token has left now.
        left: Lifetime,
        /// It was vended just now.
        fresh: bool,
        /// Its end was known, and was moved later.
        extended: bool,
        /// `Date` plus `Age` of the answer that its life was computed from.
        date: Option<i64>,
    },
    /// It has asked the vending service in vain.
    Failure {
        /// The error's code.
        code: String,
        /// The error's message.
        message: String,
        /// The HTTP status, if it is not a success.
        status: Option<u16>,
        /// Whether to try again.
        failure: Failure,
    },
}

impl Message {
    /// As it is sent.
    pub(super) fn to_js(&self) -> JsValue {
        let kind = |kind: &str| Plain::new().with("kind", kind);
        match self {
            Message::Ask { left } => kind("ask").with("left", left.to_js()),
            Message::Token { answer, left, fresh, extended, date } => kind("token")
                .with("answer", answer.as_str())
                .with("left", left.to_js())
                .with("sentAt", clock::wall() as f64)
                .with("fresh", *fresh)
                .with("extended", *extended)
                .with("date", date.map(|ms| ms as f64)),
            Message::Failure { code, message, status, failure } => kind("failure")
                .with("code", code)
                .with("message", message)
                .with("status", *status)
                .with("failure", name(failure))
                .with("retryAfter", retry_after(failure)),
        }
        .into()
    }

    /// What was told, if it was told as it should be; of a token, with the life that it has left now.
    pub(super) fn read(data: &JsValue) -> Option<Self> {
        if !data.is_object() {
            return None;
        }
        let data: &Properties = data.unchecked_ref();
        let left = data.number("left").filter(|ms| *ms >= 0.0);
        match data.text("kind")?.as_str() {
            "ask" => Some(Message::Ask { left: Lifetime::from_js(left?) }),
            "token" => {
                let age = clock::wall().saturating_sub(data.number("sentAt")? as i64);
                let answer = data.text("answer").map(Zeroizing::new)?;
                if !(-MAX_AHEAD..=MAX_AGE).contains(&age) || answer.len() > MAX_ANSWER_BYTES {
                    return None;
                }
                Some(Message::Token {
                    answer,
                    left: Lifetime::from_js(left? - age.max(0) as f64),
                    fresh: data.get("fresh").as_bool()? && age <= MAX_FRESH,
                    extended: data.get("extended").as_bool().unwrap_or_default(),
                    date: finite(data, "date"),
                })
            }
            "failure" => Some(Message::Failure {
                code: data.text("code").filter(|code| is_code(code))?,
                message: data.text("message")?,
                status: status(data)?,
                failure: match data.text("failure")?.as_str() {
                    "retry" => Failure::Retry { after: finite(data, "retryAfter") },
                    "malformed" => Failure::Malformed,
                    "terminal" => Failure::Terminal,
                    _ => return None,
                },
            }),
            _ => None,
        }
    }
}

fn name(failure: &Failure) -> &'static str {
    match failure {
        Failure::Retry { .. } => "retry",
        Failure::Malformed => "malformed",
        Failure::Terminal => "terminal",
    }
}

fn retry_after(failure: &Failure) -> Option<f64> {
    match failure {
        Failure::Retry { after } => after.map(|ms| ms as f64),
        Failure::Malformed | Failure::Terminal => None,
    }
}

/// `Some(None)` if there is none, `None` for what is no status.
fn status(data: &Properties) -> Option<Option<u16>> {
    if data.get("status").is_undefined() {
        return Some(None);
    }
    let is_failure = |status: &f64| (100.0..600.0).contains(status) && !(200.0..300.0).contains(status);
    data.number("status").filter(is_failure).map(|status| Some(status as u16))
}

/// A number of milliseconds.
fn finite(data: &Properties, name: &str) -> Option<i64> {
    data.number(name).filter(|ms| ms.is_finite()).map(|ms| ms as i64)
}

fn is_code(text: &str) -> bool {
    let is_code_byte = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_';
    text.strip_prefix("ERR_").is_some_and(|rest| !rest.is_empty() && rest.bytes().all(is_code_byte))
}
