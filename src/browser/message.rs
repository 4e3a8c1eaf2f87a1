//! Messages between tabs. Any script of this origin can write to the channel, so messages are checked field by field.

use super::clock;
use crate::plain::{Plain, Properties};
use crate::refresh::{Failure, Lifetime};
use crate::vend::MAX_ANSWER_BYTES;
use wasm_bindgen::{JsCast, JsValue};
use zeroize::Zeroizing;

/// A message from further in the future (ms) was timed by a clock that has been set since.
const MAX_AHEAD: i64 = 250;
/// A message older than this (ms) was delayed while its tab or this one was frozen.
const MAX_AGE: i64 = 86_400_000;
/// A token in a message older than this (ms) does not count as fresh.
const MAX_FRESH: i64 = 10_000;

/// A message to the sibling tabs.
pub(super) enum Message {
    /// The sender asks for a better token than its own.
    Ask {
        /// The remaining lifetime of its own token.
        left: Lifetime,
    },
    /// The sender has a token.
    Token {
        /// The vending service's response body.
        answer: Zeroizing<String>,
        /// The token's remaining lifetime now.
        left: Lifetime,
        /// Whether it has just been vended.
        fresh: bool,
        /// Whether the sender knew an end for this token and moved it later.
        extended: bool,
        /// `Date` plus `Age` of the response from which its lifetime was computed.
        date: Option<i64>,
    },
    /// The sender's request failed.
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
    /// Converts the message to what is sent.
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

    /// Reads a message; `None` if it is invalid. A token's remaining lifetime is reduced by the message's age.
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

/// `Some(None)` if the field is missing, `None` if it is not the status of a failure.
fn status(data: &Properties) -> Option<Option<u16>> {
    if data.get("status").is_undefined() {
        return Some(None);
    }
    let is_failure = |status: &f64| (100.0..600.0).contains(status) && !(200.0..300.0).contains(status);
    data.number("status").filter(is_failure).map(|status| Some(status as u16))
}

/// Reads a finite number of milliseconds.
fn finite(data: &Properties, name: &str) -> Option<i64> {
    data.number(name).filter(|ms| ms.is_finite()).map(|ms| ms as i64)
}

fn is_code(text: &str) -> bool {
    let is_code_byte = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_';
    text.strip_prefix("ERR_").is_some_and(|rest| !rest.is_empty() && rest.bytes().all(is_code_byte))
}
