//! Requests tokens for a Rust front end, from a URL or an app's function.

use super::ask::{Ask, Asking};
use super::error::{Kind, SourceError};
use super::fetch::{Outgoing, absolute};
use super::options::Options;
use super::page::global_property;
use super::vend::{Credentials, Given, Vend, VendContext, VendRequest};
use crate::plain::Plain;
use crate::refresh::Reason;
use crate::token::Secret;
use crate::vend::Asked;
use js_sys::{JSON, Reflect};
use std::sync::Arc;
use wasm_bindgen::JsValue;
use web_sys::{AbortSignal, Headers, RequestCache, RequestCredentials, RequestInit, UrlSearchParams};
use zeroize::Zeroizing;

impl Ask for Vend {
    /// A request does so by POST only, since URLs end up in logs.
    fn renews(&self) -> bool {
        match self {
            Vend::Request(request) => request.is_post,
            Vend::Function(_) => true,
        }
    }

    fn identity(&self, options: &Options<dyn Ask>) -> String {
        let whom = match self {
            Vend::Function(_) => String::new(),
            Vend::Request(request) => {
                let url = absolute(&request.url).map_or_else(|| request.url.clone(), |url| url.href());
                format!("{url} {} {:?} {:?}", request.is_post, request.headers, request.credentials)
            }
        };
        let Asked { expires_in, token_id, .. } = &options.asked;
        format!("{whom} {:?} {expires_in:?} {token_id:?} {:?}", options.scope_json, options.decode)
    }

    fn ask<'a>(
        &'a self,
        options: &'a Options<dyn Ask>,
        reason: Reason,
        refresh_token: Option<Arc<Secret>>,
        signal: Option<AbortSignal>,
    ) -> Asking<'a> {
        match self {
            Vend::Function(vend) => {
                let Asked { scope, expires_in, token_id } = options.asked.clone();
                Box::pin(vend(VendContext { reason, scope, expires_in, token_id, refresh_token }))
            }
            Vend::Request(request) => Box::pin(async move {
                let outgoing = options.outgoing(request, refresh_token.as_deref(), signal)?;
                outgoing.send().await.map(Given::Value)
            }),
        }
    }
}

impl Options<dyn Ask> {
    fn outgoing(
        &self,
        request: &VendRequest,
        refresh_token: Option<&Secret>,
        signal: Option<AbortSignal>,
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
        init.set_signal(signal.as_ref());
        if *is_post {
            init.set_body(&self.body(refresh_token).as_str().into());
        }
        // Some server runtimes reject an option that they do not implement, even with its default value.
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

    /// Adds the query parameters by hand, since a relative URL has no base outside a page and must stay relative.
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
