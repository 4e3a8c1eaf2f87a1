//! Sends one request to the vending service, and decides which redirects to follow.

use super::error::{Kind, SourceError};
use super::page::{document, global_property};
use super::response::{Response, answered, discard};
use js_sys::{Object, Reflect};
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Headers, RequestInit, RequestMode, RequestRedirect, Url};

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(catch, js_name = fetch)]
    fn global_fetch(url: &str, init: &RequestInit) -> Result<JsValue, JsValue>;

    /// A `RequestInit` made by the crate or the package, with getters for the members that redirects change.
    type Sent;

    #[wasm_bindgen(method, getter)]
    fn method(this: &Sent) -> Option<String>;

    #[wasm_bindgen(method, getter)]
    fn headers(this: &Sent) -> Headers;
}

/// The most redirects that are followed if the engine exposes their location.
const MAX_HOPS: usize = 5;

/// The request-body headers, which a redirect that drops the body drops too (Fetch standard, HTTP-redirect fetch).
const BODY_HEADERS: [&str; 4] = ["content-encoding", "content-language", "content-location", "content-type"];

/// A request to send.
pub(super) struct Outgoing {
    pub(super) url: String,
    /// A plain object made for this request only, with its own signal and `Headers`.
    pub(super) init: RequestInit,
    pub(super) allow_redirects: bool,
}

impl Outgoing {
    /// Sends the request, and never sends a second one to find out where a redirect leads. Returns the result of
    /// `fetch`, which may be a polyfill's.
    ///
    /// Redirects are followed to any origin if that is allowed, and otherwise only within the URL's origin.
    pub(super) async fn send(self) -> Result<JsValue, SourceError> {
        let page = page_origin();
        if self.allow_redirects {
            return fetch(&self.url, &self.init).await.map_err(lost);
        }
        let Some(page) = page else { return self.follow_within_origin().await };
        let is_own = page != "null" && absolute(&self.url).is_some_and(|target| target.origin() == page);
        let init = copy(&self.init);
        // The engine follows redirects within the page's own origin, and fails at the first that leaves it. `redirect`
        // stays 'follow', its default, since with any other value the engine rejects a response whose redirects a
        // service worker has followed.
        if is_own {
            init.set_mode(RequestMode::SameOrigin);
            return fetch(&self.url, &init).await.map_err(|cause| unreachable(cause, true));
        }
        init.set_redirect(RequestRedirect::Manual);
        let response = fetch_response(&self.url, &init).await?;
        match Hop::of(&response).map_err(lost)? {
            Hop::Answer => Ok(response.into()),
            Hop::Hidden | Hop::To(_) => {
                discard(&response);
                Err(Kind::Redirect("a redirect at an origin other than the page's").into())
            }
        }
    }

    /// Follows redirects one by one, as `fetch` does, on runtimes without a page origin.
    async fn follow_within_origin(mut self) -> Result<JsValue, SourceError> {
        for _ in 0..=MAX_HOPS {
            let init = copy(&self.init);
            init.set_redirect(RequestRedirect::Manual);
            let response = fetch_response(&self.url, &init).await?;
            let hop = Hop::of(&response).map_err(lost)?;
            if matches!(hop, Hop::Answer) {
                return Ok(response.into());
            }
            discard(&response);
            self = self.redirected(&response, hop)?;
        }
        Err(Kind::Redirect("more than 5 redirects").into())
    }

    /// Returns the request that follows a redirect.
    fn redirected(mut self, response: &Response, hop: Hop) -> Result<Self, SourceError> {
        let url = response.url().map_err(lost)?.as_string().filter(|url| !url.is_empty());
        let from = url.unwrap_or_else(|| self.url.clone());
        let origin = Url::new(&from).ok().map(|from| from.origin());
        let next = match hop {
            Hop::To(location) => Url::new_with_base(&location, &from).ok(),
            Hop::Answer | Hop::Hidden => None,
        };
        // `fetch` rejects a URL that contains a user name or password, with an error that quotes them.
        let within = next
            .filter(|next| Some(next.origin()) == origin && next.username().is_empty() && next.password().is_empty());
        let Some(next) = within else {
            return Err(Kind::Redirect("a redirect away from its origin").into());
        };
        self.url = next.href();
        let init: &Sent = self.init.unchecked_ref();
        if status_of(response).map_err(lost)? < 307.0 && init.method().as_deref() == Some("POST") {
            self.init = without_body(&self.init).map_err(lost)?;
        }
        Ok(self)
    }
}

/// Converts a POST to a GET, which has no body.
fn without_body(init: &RequestInit) -> Result<RequestInit, JsValue> {
    let get = Object::assign(&Object::new(), init.unchecked_ref());
    Reflect::delete_property(&get, &"body".into())?;
    let get: RequestInit = get.unchecked_into();
    let sent: &Sent = init.unchecked_ref();
    let headers = Headers::new_with_headers(&sent.headers())?;
    for name in BODY_HEADERS {
        headers.delete(name)?;
    }
    get.set_method("GET");
    get.set_headers(&headers);
    Ok(get)
}

fn copy(init: &RequestInit) -> RequestInit {
    Object::assign(&Object::new(), init.unchecked_ref()).unchecked_into()
}

/// The kind of a response to a request that does not follow redirects.
enum Hop {
    /// It is not a redirect.
    Answer,
    /// A redirect whose location the browser hides.
    Hidden,
    /// A redirect to this location.
    To(String),
}

impl Hop {
    /// # Errors
    /// If a getter throws.
    fn of(response: &Response) -> Result<Self, JsValue> {
        if response.kind()? == "opaqueredirect" {
            return Ok(Hop::Hidden);
        }
        let is_redirect = [301.0, 302.0, 303.0, 307.0, 308.0].contains(&status_of(response)?);
        let location = if is_redirect { response.headers()?.header("location")? } else { None };
        Ok(location.filter(|location| !location.is_empty()).map_or(Hop::Answer, Hop::To))
    }
}

/// Returns the status, or NaN if it is not a number.
fn status_of(response: &Response) -> Result<f64, JsValue> {
    Ok(response.status()?.as_f64().unwrap_or(f64::NAN))
}

async fn fetch(url: &str, init: &RequestInit) -> Result<JsValue, JsValue> {
    answered(&global_fetch(url, init)?).await
}

/// Returns the result of `fetch` unchecked: if a mock returns something else, reading its members fails later.
async fn fetch_response(url: &str, init: &RequestInit) -> Result<Response, SourceError> {
    let given = fetch(url, init).await.map_err(lost)?;
    Ok(given.unchecked_into())
}

/// Resolves a URL as the page or worker does. `None` if it is invalid, or relative without a base URL.
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

/// The origin of the current page or browser worker; `"null"` if it is opaque, as in a sandboxed frame. `None` if there
/// is none, as on servers.
fn page_origin() -> Option<String> {
    // Both can have a `location` (`deno run --location`, a simulated page in tests), but their `fetch` ignores `mode`,
    // and would follow a redirect to another origin.
    if global_property("Deno").is_some() || global_property("Bun").is_some() {
        return None;
    }
    let of_location = Reflect::get(&global_property("location")?, &"origin".into()).ok()?.as_string()?;
    // In a sandboxed frame, `location.origin` is still the origin of the URL, so `globalThis.origin` takes precedence.
    Some(global_property("origin").and_then(|origin| origin.as_string()).unwrap_or(of_location))
}

/// The error for a request to an origin other than the page's.
fn lost(cause: JsValue) -> SourceError {
    unreachable(cause, false)
}

fn unreachable(cause: JsValue, is_own: bool) -> SourceError {
    SourceError::from(Kind::Unreachable { is_own, name: name_of(&cause) }).caused_by(cause)
}

/// The name of an error, like `TypeError`. Its message may quote the URL.
pub(super) fn name_of(error: &JsValue) -> String {
    Reflect::get(error, &"name".into()).ok().and_then(|name| name.as_string()).unwrap_or_default()
}
