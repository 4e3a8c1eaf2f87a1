//! How the npm package's TypeScript asks the vending service.

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

/// What it gives.
enum Opened {
    /// What is to be sent.
    Request(Outgoing),
    /// What a function of the app's gave.
    Answer(JsValue),
}

/// What the npm package's TypeScript does: it checks options, writes requests, and calls the app's functions.
pub(crate) struct HostVend {
    /// Called with a reason and, if there is one, a refresh token. It promises a plain object:
    ///
    /// - `{ url, init, allowRedirects }` is sent. `init` is for this request alone, with the signal and with `headers`
    ///   that are `Headers`.
    /// - `{ answer }` is what a function of the app's gave.
    ///
    /// What it rejects with is an `Error` with a `code`, and perhaps with `status` and `cause`.
    pub(crate) open: js_sys::Function,
    /// A refresh token reaches the service.
    pub(crate) renews: bool,
    /// All that distinguishes this source from others: two that are alike in it want the same token.
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
    /// Asks once.
    async fn open(&self, reason: Reason, refresh_token: Option<&Secret>) -> Result<Opened, SourceError> {
        let refresh_token: JsValue = refresh_token.map(Secret::reveal).into();
        let opened = self.open.call2(&JsValue::UNDEFINED, &reason.as_str().into(), &refresh_token);
        let opened = promised(&opened.map_err(refused)?, discard_opened).await.map_err(refused)?;
        let opened: Properties = opened.unchecked_into();
        let Some(url) = opened.text("url") else { return Ok(Opened::Answer(opened.get("answer"))) };
        Ok(Opened::Request(Outgoing {
            url,
            init: opened.get("init").unchecked_into(),
            allow_redirects: opened.get("allowRedirects").is_truthy(),
        }))
    }
}

/// What comes too late.
fn discard_opened(opened: &JsValue) {
    let opened: &Properties = opened.unchecked_ref();
    discard_answer(&opened.get("answer"));
}

/// The error as the package made it.
fn refused(error: JsValue) -> SourceError {
    let details = error.is_object().then(|| error.unchecked_ref::<Properties>());
    let details = details.and_then(|details| Some((details.text("code")?, details)));
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
