//! Requests tokens through the npm package's TypeScript.

use super::ask::{Ask, Asking};
use super::error::{Kind, SourceError};
use super::fetch::Outgoing;
use super::options::Options;
use super::promise::promised;
use super::response::discard_answer;
use super::vend::Given;
use crate::plain::Properties;
use crate::refresh::Reason;
use crate::token::Secret;
use std::sync::Arc;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::AbortSignal;

/// The outcome of `open`.
enum Opened {
    /// A request to send.
    Request(Outgoing),
    /// The value that the app's vend function returned.
    Answer(JsValue),
}

/// The TypeScript side, which checks options, builds requests and calls the app's functions.
pub(crate) struct HostVend {
    /// Called with a reason and, if there is one, a refresh token. Returns a promise of a plain object:
    ///
    /// - `{ url, init, allowRedirects }`: a request to send. `init` is used for this request only. It has the signal,
    ///   and its `headers` are `Headers`.
    /// - `{ answer }`: the value that the app's vend function returned.
    ///
    /// The promise rejects with an `Error` that has a `code`, and may have `status` and `cause`.
    pub(crate) open: js_sys::Function,
    /// Whether a refresh token is sent to the vending service.
    pub(crate) renews: bool,
    /// Two sources with the same identity request the same token from the same service.
    pub(crate) identity: String,
}

impl Ask for HostVend {
    fn renews(&self) -> bool {
        self.renews
    }

    fn identity(&self, _: &Options<dyn Ask>) -> String {
        self.identity.clone()
    }

    fn ask<'a>(
        &'a self,
        _: &'a Options<dyn Ask>,
        reason: Reason,
        refresh_token: Option<Arc<Secret>>,
        _: Option<AbortSignal>,
    ) -> Asking<'a> {
        Box::pin(async move {
            match self.open(reason, refresh_token.as_deref()).await? {
                Opened::Request(outgoing) => outgoing.send().await,
                Opened::Answer(given) => Ok(given),
            }
            .map(Given::Value)
        })
    }
}

impl HostVend {
    /// Gets one request or answer from TypeScript.
    async fn open(&self, reason: Reason, refresh_token: Option<&Secret>) -> Result<Opened, SourceError> {
        let refresh_token: JsValue = refresh_token.map(Secret::reveal).into();
        let opened = self.open.call2(&JsValue::UNDEFINED, &reason.as_str().into(), &refresh_token);
        let opened = promised(&opened.map_err(refused)?, discard_opened).await.map_err(refused)?;
        let Some(opened) = properties(&opened) else { return Err(Kind::Unreadable { status: None }.into()) };
        let Some(url) = opened.text("url") else { return Ok(Opened::Answer(opened.get("answer"))) };
        Ok(Opened::Request(Outgoing {
            url,
            init: opened.get("init").unchecked_into(),
            allow_redirects: opened.get("allowRedirects").is_truthy(),
        }))
    }
}

/// Discards a result that is no longer awaited.
fn discard_opened(opened: &JsValue) {
    if let Some(opened) = properties(opened) {
        discard_answer(&opened.get("answer"));
    }
}

/// The properties of an object that the package created. Reading one of anything else would throw.
fn properties(value: &JsValue) -> Option<&Properties> {
    value.is_object().then(|| value.unchecked_ref())
}

/// Converts an error that the package created.
fn refused(error: JsValue) -> SourceError {
    let details = properties(&error).and_then(|details| Some((details.text("code")?, details)));
    let Some((code, details)) = details else {
        return SourceError::from(Kind::Unreadable { status: None }).caused_by(error);
    };
    let refused = SourceError::from(Kind::Host {
        code,
        message: details.text("message").unwrap_or_default(),
        status: details.number("status").map(|status| status as u16),
    });
    match details.get("cause") {
        cause if cause.is_undefined() => refused,
        cause => refused.caused_by(cause),
    }
}
