//! One request to the vending service: from what `fetch` or the app's function gave to a token or a fault.

use super::driver::Host;
use crate::codec::wipe::WipedText;
use crate::refresh::Failure;
use crate::token::{DecodeOptions, Token};
use crate::vend::{Answer, Asked, VendError, check_status, retry_after, server_time};
use alloc::string::String;
use js_sys::{Date, JSON, JsString};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{AbortSignal, Headers, Response};

/// What came of a request.
pub(super) struct Outcome {
    /// The token, or why there is none.
    pub(super) result: Result<Token, Fault>,
    /// The server's time now (ms since the epoch), where the client's own clock cannot be believed.
    pub(super) server_now: Option<i64>,
}

/// Why a request brought no token, and what to do about it.
pub(super) struct Fault {
    pub(super) code: &'static str,
    pub(super) message: String,
    pub(super) status: Option<u16>,
    /// What was thrown, for the error's `cause`.
    pub(super) cause: JsValue,
    pub(super) failure: Failure,
}

impl Fault {
    fn new(code: &'static str, message: impl Into<String>, cause: JsValue) -> Self {
        Fault { code, message: message.into(), status: None, cause, failure: Failure::Retry { after: None } }
    }
}

impl From<VendError> for Fault {
    fn from(error: VendError) -> Self {
        let mut fault = Fault::new(error.code(), error.message(), JsValue::UNDEFINED);
        if error.is_terminal() {
            fault.failure = Failure::Terminal;
        }
        fault
    }
}

/// Asks once, and reads the answer.
pub(super) async fn vend(host: &Host, reason: &str, signal: &AbortSignal, options: &DecodeOptions) -> Outcome {
    let sent_at = Date::now();
    let mut server_now = None;
    let result = read(host, reason, signal, sent_at, &mut server_now).await.and_then(|body| {
        let now = server_now.unwrap_or_else(|| Date::now() as i64);
        let answer = Answer::read(&body)?;
        answer.into_token(options, &Asked::default(), now).map_err(|error| VendError::from(error).into())
    });
    Outcome { result, server_now }
}

/// The answer's body as text.
async fn read(
    host: &Host,
    reason: &str,
    signal: &AbortSignal,
    sent_at: f64,
    server_now: &mut Option<i64>,
) -> Result<WipedText, Fault> {
    let asked = JsFuture::from(host.open(reason, signal)).await;
    let answer = asked.map_err(|cause| match host.is_function() {
        true => Fault::new("ERR_VEND_FUNCTION", "expected the vend function to return a token, found that it threw; see `cause`", cause),
        false => Fault::new("ERR_VEND_NETWORK", "expected an answer from the vending service, found no way to it: offline, blocked by CORS, or a wrong URL; see `cause`", cause),
    })?;
    let text = if let Some(text) = answer.dyn_ref::<JsString>() {
        String::from(text)
    } else if let Some(response) = answer.dyn_ref::<Response>() {
        let headers = response.headers();
        *server_now =
            server_time(&header(&headers, "date"), &header(&headers, "age"), sent_at as i64, Date::now() as i64);
        check(response)?;
        let cut = |cause| {
            Fault::new(
                "ERR_VEND_NETWORK",
                "expected the whole answer of the vending service, found it cut off; see `cause`",
                cause,
            )
        };
        let body = JsFuture::from(response.text().map_err(cut)?).await.map_err(cut)?;
        body.as_string().unwrap_or_default()
    } else {
        // An object, as a function may return: what JSON makes of it is what a service would have sent.
        let json = answer.is_object().then(|| JSON::stringify(&answer).ok()).flatten();
        json.map(String::from).ok_or_else(|| {
            Fault::new(
                "ERR_VEND_FUNCTION",
                "expected the vend function to return a token as text, an object or a Response, found something else",
                JsValue::UNDEFINED,
            )
        })?
    };
    Ok(WipedText(text))
}

/// The status, with what `Retry-After` asks for.
fn check(response: &Response) -> Result<(), Fault> {
    check_status(response.status()).map_err(|error| {
        let mut fault = Fault::from(error);
        fault.status = Some(response.status());
        if let Failure::Retry { after } = &mut fault.failure {
            *after = retry_after(&header(&response.headers(), "retry-after"), Date::now() as i64);
        }
        fault
    })
}

/// A header's text; empty where there is none.
fn header(headers: &Headers, name: &str) -> String {
    headers.get(name).ok().flatten().unwrap_or_default()
}
