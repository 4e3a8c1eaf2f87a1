//! One request to the vending service: which redirects it may take, and what its failure may mean.

use super::error::{Kind, SourceError};
use super::page::{document, global_property};
use super::vend::Credentials;
use js_sys::{Promise, Reflect};
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    AbortSignal, Headers, RequestCache, RequestCredentials, RequestInit, RequestMode, RequestRedirect, Response,
    ResponseType, Url,
};
use zeroize::Zeroizing;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(catch, js_name = fetch)]
    fn global_fetch(url: &str, init: &RequestInit) -> Result<Promise, JsValue>;
}

/// The most redirects that are followed where the engine shows where they lead.
const MAX_HOPS: usize = 5;

/// Headers of a body; a redirect that drops the body drops them too (Fetch standard, HTTP-redirect fetch).
const BODY_HEADERS: [&str; 4] = ["content-encoding", "content-language", "content-location", "content-type"];

/// What is sent.
pub(super) struct Outgoing {
    pub(super) url: String,
    pub(super) headers: Headers,
    /// The body of a POST, perhaps with a refresh token in it; without one it is a GET.
    pub(super) body: Option<Zeroizing<String>>,
    pub(super) credentials: Option<Credentials>,
    pub(super) allow_redirects: bool,
    pub(super) signal: AbortSignal,
}

impl Outgoing {
    /// Sends it, and never a second request to find out where a redirect leads.
    ///
    /// Redirects are followed to any origin where that is allowed, and otherwise within the URL's origin only.
    pub(super) async fn send(self) -> Result<Response, SourceError> {
        let page = page_origin();
        let target = absolute(&self.url);
        let is_own = page
            .as_deref()
            .is_some_and(|page| page != "null" && target.as_ref().is_some_and(|target| target.origin() == page));
        if self.allow_redirects {
            return fetch(&self.url, &self.init()).await.map_err(|cause| unreachable(&cause, false));
        }
        if page.is_none() {
            return self.follow_within_origin().await;
        }
        let init = self.init();
        // The engine follows redirects at the page's own origin and fails at the first that leaves it. `redirect` stays
        // 'follow', its default: an answer whose redirects a service worker followed is refused to other requests.
        if is_own {
            init.set_mode(RequestMode::SameOrigin);
            return fetch(&self.url, &init).await.map_err(|cause| unreachable(&cause, true));
        }
        init.set_redirect(RequestRedirect::Manual);
        let response = fetch(&self.url, &init).await.map_err(|cause| unreachable(&cause, false))?;
        if response.type_() != ResponseType::Opaqueredirect && location_of(&response).is_none() {
            return Ok(response);
        }
        discard(&response);
        Err(Kind::Redirect("a redirect at an origin other than the page's").into())
    }

    /// Where nothing but the URL itself says where it is: redirects are followed one by one, as `fetch` follows them.
    async fn follow_within_origin(mut self) -> Result<Response, SourceError> {
        for _ in 0..=MAX_HOPS {
            let init = self.init();
            init.set_redirect(RequestRedirect::Manual);
            let response = fetch(&self.url, &init).await.map_err(|cause| unreachable(&cause, false))?;
            let location = location_of(&response);
            if location.is_none() && response.type_() != ResponseType::Opaqueredirect {
                return Ok(response);
            }
            discard(&response);
            let from = Some(response.url()).filter(|url| !url.is_empty()).unwrap_or_else(|| self.url.clone());
            let next = location.and_then(|location| Url::new_with_base(&location, &from).ok());
            let origin = Url::new(&from).ok().map(|from| from.origin());
            // `fetch` refuses a URL with a user name or password in it, in an error that quotes them.
            let within = next.filter(|next| {
                Some(next.origin()) == origin && next.username().is_empty() && next.password().is_empty()
            });
            let Some(next) = within else {
                return Err(Kind::Redirect("a redirect away from its origin").into());
            };
            self.url = next.href();
            if response.status() < 307 {
                self.drop_body();
            }
        }
        Err(Kind::Redirect("more than 5 redirects").into())
    }

    fn drop_body(&mut self) {
        if self.body.take().is_some() {
            for name in BODY_HEADERS {
                let _ = self.headers.delete(name);
            }
        }
    }

    fn init(&self) -> RequestInit {
        let init = RequestInit::new();
        init.set_method(if self.body.is_some() { "POST" } else { "GET" });
        init.set_headers(&self.headers);
        init.set_signal(Some(&self.signal));
        if let Some(body) = &self.body {
            init.set_body(&body.as_str().into());
        }
        // Some servers' engines refuse an option that they do not have, even at its default.
        if let Some(credentials) = self.credentials {
            init.set_credentials(match credentials {
                Credentials::Omit => RequestCredentials::Omit,
                Credentials::SameOrigin => RequestCredentials::SameOrigin,
                Credentials::Include => RequestCredentials::Include,
            });
        }
        if has_cache_option() {
            init.set_cache(RequestCache::NoStore);
        }
        init
    }
}

fn has_cache_option() -> bool {
    global_property("Request")
        .and_then(|request| Reflect::get(&request, &"prototype".into()).ok())
        .is_some_and(|prototype| Reflect::has(&prototype, &"cache".into()).unwrap_or_default())
}

async fn fetch(url: &str, init: &RequestInit) -> Result<Response, JsValue> {
    Ok(JsFuture::from(global_fetch(url, init)?).await?.unchecked_into())
}

/// The URL as the page or worker resolves it; `None` where it is none, or relative without a page.
pub(super) fn absolute(url: &str) -> Option<Url> {
    let base = document().and_then(|document| document.base_uri().ok().flatten()).or_else(|| {
        let location = global_property("location")?;
        Reflect::get(&location, &"href".into()).ok()?.as_string()
    });
    match base {
        Some(base) => Url::new_with_base(url, &base).ok(),
        None => Url::new(url).ok(),
    }
}

/// Where a redirect leads; `None` for an answer that is none.
fn location_of(response: &Response) -> Option<String> {
    let is_redirect = matches!(response.status(), 301 | 302 | 303 | 307 | 308);
    let location = is_redirect.then(|| response.headers().get("location").ok().flatten()).flatten();
    location.filter(|location| !location.is_empty())
}

/// The origin of the page or browser worker that this runs in: `"null"` where it is opaque, as in a sandboxed frame.
/// `None` where there is none, as on servers.
fn page_origin() -> Option<String> {
    // Both can have a location (`deno run --location`, a page simulated for tests), but their `fetch` ignores `mode`,
    // and would leave the origin.
    if global_property("Deno").is_some() || global_property("Bun").is_some() {
        return None;
    }
    let of_location = Reflect::get(&global_property("location")?, &"origin".into()).ok()?.as_string()?;
    // A sandboxed frame's location has the origin of its URL all the same.
    Some(global_property("origin").and_then(|origin| origin.as_string()).unwrap_or(of_location))
}

/// Lets go of a body that is not wanted, and with it of the connection.
pub(super) fn discard(response: &Response) {
    if let Some(body) = response.body() {
        ignore(body.cancel());
    }
}

/// Whatever comes of it: without a handler, a rejection would be reported as unhandled.
pub(super) fn ignore(promise: Promise) {
    wasm_bindgen_futures::spawn_local(async {
        let _ = JsFuture::from(promise).await;
    });
}

fn unreachable(cause: &JsValue, is_own: bool) -> SourceError {
    let found = if is_own {
        "no way to it: offline, blocked by CORS or by a Content Security Policy (`connect-src`), a redirect away from the page's origin (the user's session may have ended), or a wrong URL"
    } else {
        "no way to it: offline, blocked by CORS or by a Content Security Policy (`connect-src`), a redirect of its preflight, or a wrong URL"
    };
    Kind::Network { found, cause: name_of(cause) }.into()
}

/// An error's name, as `TypeError`: its message may quote the URL.
pub(super) fn name_of(error: &JsValue) -> String {
    Reflect::get(error, &"name".into()).ok().and_then(|name| name.as_string()).unwrap_or_default()
}
