//! What is asked of the vending service, and what comes of it.

use super::answer::{Failed, Vended};
use super::body::{self, copy_text, unreadable};
use super::clock;
use super::error::{Kind, SourceError};
use super::fetch::{Outgoing, absolute};
#[cfg(feature = "js")]
use super::host::Opened;
use super::options::Options;
use super::page::global_property;
use super::response::{Recognized, discard};
use super::vend::{Credentials, Vend, VendAnswer, VendContext, VendRequest};
use crate::plain::Plain;
use crate::refresh::Reason;
use crate::token::Secret;
use crate::vend::{ServerClock, check_status, retry_after};
use js_sys::{JSON, Reflect};
use std::sync::Arc;
use wasm_bindgen::JsValue;
use web_sys::{AbortSignal, Headers, RequestCache, RequestCredentials, RequestInit, UrlSearchParams};
use zeroize::Zeroizing;

impl Options {
    /// Whether a refresh token reaches the service. By POST alone: URLs end up in logs.
    pub(super) fn renews(&self) -> bool {
        match &self.vend {
            Vend::Request(request) => request.is_post,
            Vend::Function(_) => true,
            #[cfg(feature = "js")]
            Vend::Host(host) => host.renews,
        }
    }

    /// What is asked for, and of whom: two sources alike in this want the same token.
    pub(super) fn identity(&self) -> String {
        let whom = match &self.vend {
            Vend::Function(_) => String::new(),
            #[cfg(feature = "js")]
            Vend::Host(host) => return host.identity.clone(),
            Vend::Request(request) => {
                let url = absolute(&request.url).map_or_else(|| request.url.clone(), |url| url.href());
                format!("{url} {} {:?} {:?}", request.is_post, request.headers, request.credentials)
            }
        };
        let crate::vend::Asked { expires_in, token_id, .. } = &self.asked;
        format!("{whom} {:?} {expires_in:?} {token_id:?} {:?}", self.scope_json, self.decode)
    }

    /// Asks once.
    pub(super) async fn ask(
        &self,
        reason: Reason,
        refresh_token: Option<Arc<Secret>>,
        signal: AbortSignal,
    ) -> Result<Vended, Failed> {
        let sent_at = clock::wall();
        let given = match &self.vend {
            Vend::Function(vend) => {
                let asked = self.asked.clone();
                let context = VendContext {
                    reason,
                    scope: asked.scope,
                    expires_in: asked.expires_in,
                    token_id: asked.token_id,
                    refresh_token,
                };
                match vend(context).await? {
                    VendAnswer::Text(text) => return self.read(text.into(), ServerClock::default(), sent_at),
                    #[cfg(feature = "standalone")]
                    VendAnswer::Given(given) => given,
                }
            }
            Vend::Request(request) => self.outgoing(request, refresh_token.as_deref(), signal)?.send().await?,
            #[cfg(feature = "js")]
            Vend::Host(host) => match host.open(reason, signal, refresh_token.as_deref()).await? {
                Opened::Request(outgoing) => outgoing.send().await?,
                Opened::Answer(given) => given,
            },
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

    fn outgoing(
        &self,
        request: &VendRequest,
        refresh_token: Option<&Secret>,
        signal: AbortSignal,
    ) -> Result<Outgoing, SourceError> {
        let VendRequest { url, is_post, headers, credentials, allow_redirects } = request;
        let sent = Headers::new().map_err(|_| no_headers())?;
        for (name, value) in headers {
            sent.append(name, value).map_err(|_| no_headers())?;
        }
        let default = |name, value| match sent.has(name) {
            Ok(false) => sent.set(name, value).map_err(|_| no_headers()),
            _ => Ok(()),
        };
        default("accept", "application/json, text/plain;q=0.9")?;
        if *is_post {
            default("content-type", "application/json")?;
        }
        let init = RequestInit::new();
        init.set_method(if *is_post { "POST" } else { "GET" });
        init.set_headers(&sent);
        init.set_signal(Some(&signal));
        if *is_post {
            init.set_body(&self.body(refresh_token).as_str().into());
        }
        // Some servers' engines refuse an option that they do not have, even at its default.
        if let Some(credentials) = credentials {
            init.set_credentials(match credentials {
                Credentials::Omit => RequestCredentials::Omit,
                Credentials::SameOrigin => RequestCredentials::SameOrigin,
                Credentials::Include => RequestCredentials::Include,
            });
        }
        if has_cache_option() {
            init.set_cache(RequestCache::NoStore);
        }
        let url = if *is_post { url.clone() } else { self.with_query(url)? };
        Ok(Outgoing { url, init, allow_redirects: *allow_redirects })
    }

    /// Adds what is asked for by hand: a relative URL has no base outside a page, and must stay as it is.
    fn with_query(&self, url: &str) -> Result<String, SourceError> {
        let query = UrlSearchParams::new().map_err(|_| Kind::Argument("vend: expected a URL, found none"))?;
        if let Some(scope) = &self.scope_json {
            query.append("scope", scope);
        }
        if let Some(ms) = self.asked.expires_in {
            query.append("expiresIn", &(ms / 1_000).to_string());
        }
        if let Some(id) = &self.asked.token_id {
            query.append("tokenId", id);
        }
        let query = String::from(query.to_string());
        if query.is_empty() {
            return Ok(url.into());
        }
        let (address, fragment) = url.split_at(url.find('#').unwrap_or(url.len()));
        let separator = if address.contains('?') { '&' } else { '?' };
        Ok(format!("{address}{separator}{query}{fragment}"))
    }

    fn body(&self, refresh_token: Option<&Secret>) -> Zeroizing<String> {
        let mut body = Plain::new();
        if let Some(scope) = self.scope_json.as_deref().and_then(|scope| JSON::parse(scope).ok()) {
            body = body.with("scope", scope);
        }
        if let Some(ms) = self.asked.expires_in {
            body = body.with("expiresIn", (ms / 1_000) as f64);
        }
        if let Some(id) = &self.asked.token_id {
            body = body.with("tokenId", id);
        }
        if let Some(token) = refresh_token {
            body = body.with("refreshToken", token.reveal());
        }
        JSON::stringify(&JsValue::from(body)).map(|json| String::from(json).into()).unwrap_or_default()
    }
}

fn no_headers() -> SourceError {
    Kind::Argument("header: expected names and values that HTTP has, found others").into()
}

fn has_cache_option() -> bool {
    global_property("Request")
        .and_then(|request| Reflect::get(&request, &"prototype".into()).ok())
        .is_some_and(|prototype| Reflect::has(&prototype, &"cache".into()).unwrap_or_default())
}

/// What was given that is no response, as a service would have sent it: of an object, what JSON makes of it.
fn write(given: &JsValue) -> Result<Zeroizing<String>, SourceError> {
    let no_answer = || SourceError::from(Kind::NoAnswer);
    let text = if given.is_object() {
        JSON::stringify(given).map_err(|cause| no_answer().caused_by(cause))?.into()
    } else {
        given.clone()
    };
    copy_text(&text)?.ok_or_else(no_answer)
}
