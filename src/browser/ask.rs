//! Requests a token from the vending service, and reads the answer.

use super::answer::{Failed, Vended};
use super::body::{self, copy_text, unreadable};
use super::clock;
use super::error::{Kind, SourceError};
use super::options::Options;
use super::response::{Recognized, discard};
use super::vend::Given;
use crate::refresh::Reason;
use crate::token::Secret;
use crate::vend::{ServerClock, check_status, retry_after};
use js_sys::JSON;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use wasm_bindgen::JsValue;
use web_sys::AbortSignal;
use zeroize::Zeroizing;

/// A way to request tokens from the vending service.
pub(crate) trait Ask {
    /// Whether a refresh token is sent to the vending service.
    fn renews(&self) -> bool;

    /// Two sources with the same identity request the same token from the same service.
    fn identity(&self, options: &Options<dyn Ask>) -> String;

    /// Requests one token.
    fn ask<'a>(
        &'a self,
        options: &'a Options<dyn Ask>,
        reason: Reason,
        refresh_token: Option<Arc<Secret>>,
        signal: Option<AbortSignal>,
    ) -> Asking<'a>;
}

/// The future of a vending service's answer.
pub(crate) type Asking<'a> = Pin<Box<dyn Future<Output = Result<Given, SourceError>> + 'a>>;

impl Options<dyn Ask> {
    /// Requests one token, and reads the answer.
    pub(super) async fn ask(
        &self,
        reason: Reason,
        refresh_token: Option<Arc<Secret>>,
        signal: Option<AbortSignal>,
    ) -> Result<Vended, Failed> {
        let sent_at = clock::wall();
        let given = match self.vend.ask(self, reason, refresh_token, signal).await? {
            Given::Text(text) => return self.read(text.into(), ServerClock::default(), sent_at),
            Given::Value(given) => given,
        };
        match Recognized::of(&given).map_err(unreadable)? {
            Some(answer) => self.read_response(answer, sent_at).await,
            None => self.read(write(&given)?, ServerClock::default(), sent_at),
        }
    }

    async fn read_response(&self, answer: Recognized, sent_at: i64) -> Result<Vended, Failed> {
        let Recognized { response, status, headers } = &answer;
        let now = clock::wall();
        let header = |name| headers.header(name).map_err(unreadable);
        let server = ServerClock::from_headers(header("date")?.as_deref(), header("age")?.as_deref(), now);
        let Err(error) = check_status(*status) else {
            return self.read(body::read(&answer).await?, server, sent_at);
        };
        discard(response);
        let header = headers
            .header("retry-after")
            .map_err(|cause| SourceError::from(Kind::Unreadable { status: Some(*status) }).caused_by(cause))?;
        let server_now = server.server_now(sent_at, now).unwrap_or(now);
        let after = header.and_then(|header| retry_after(&header, server_now));
        Err(Failed::from(SourceError::from(error)).retry_after(after))
    }
}

/// Converts a value that is not a response to the text of an answer: an object to JSON, a string as it is.
fn write(given: &JsValue) -> Result<Zeroizing<String>, SourceError> {
    let no_answer = || SourceError::from(Kind::NoAnswer);
    let text = if given.is_object() {
        JSON::stringify(given).map_err(|cause| no_answer().caused_by(cause))?.into()
    } else {
        given.clone()
    };
    copy_text(&text)?.ok_or_else(no_answer)
}
