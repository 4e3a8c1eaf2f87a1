//! Which other origins' pages may fetch tokens.
//!
//! Two halves of one rule. Pages of an allowed origin get the CORS headers that let them read the answer. For all
//! others the browser would hide the answer anyway; here no token is minted for them in the first place, so that a
//! foreign page cannot spend the account's mints (or a signed-in user's name) by pointing an `<img>` at `/token`.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Uri, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use crate::problem::Problem;

/// How long a browser may remember the answer to a preflight.
const MAX_AGE: &str = "600";

/// What scripts may read of a cross-origin answer beyond the few headers always readable. A refresher wants the first
/// three: `Date` tells it what time it is, and `Age` for how long the answer lay in a cache.
const EXPOSED: &str = "age, date, retry-after, x-token-issuer";

const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// The origins that may fetch tokens, beside the service's own.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Origins {
    /// Every origin, and therefore never with cookies.
    Any,
    /// These, with cookies.
    Only(Arc<[String]>),
}

impl Origins {
    /// From checked origins, as [`origin`] gives them.
    pub(crate) fn new(origins: &[String]) -> Result<Self, String> {
        match origins {
            [any] if any == "*" => Ok(Self::Any),
            many if many.iter().any(|o| o == "*") => {
                Err("--allow-origin '*' is already every origin; give it alone, or name the origins".into())
            }
            many => Ok(Self::Only(many.into())),
        }
    }

    /// What `Access-Control-Allow-Origin` answers to this origin, where it is allowed.
    fn allow(&self, origin: &HeaderValue) -> Option<HeaderValue> {
        match self {
            Self::Any => Some(HeaderValue::from_static("*")),
            Self::Only(list) => list.iter().any(|o| o.as_bytes() == origin.as_bytes()).then(|| origin.clone()),
        }
    }
}

/// An origin as browsers write it in the `Origin` header, or `*`.
pub(crate) fn origin(text: &str) -> Result<String, String> {
    const EXPECTED: &str = "expected an origin such as https://app.example or http://localhost:5173 (no path), or *";
    if text == "*" {
        return Ok(text.into());
    }
    let text = text.strip_suffix('/').unwrap_or(text).to_ascii_lowercase();
    let uri: Uri = text.parse().map_err(|_| EXPECTED)?;
    let default_port = match uri.scheme_str() {
        Some("http") => 80,
        Some("https") => 443,
        _ => return Err(EXPECTED.into()),
    };
    let (Some(scheme), Some(host)) = (uri.scheme_str(), uri.host().filter(|h| !h.is_empty() && !h.contains('*')))
    else {
        return Err(EXPECTED.into());
    };
    // Put together again and compared, so that user info, paths and queries have no place to hide.
    let bare = format!("{scheme}://{host}");
    match uri.port_u16() {
        None if text == bare => Ok(bare),
        Some(port) if text == format!("{bare}:{port}") => Ok(if port == default_port { bare } else { text }),
        _ => Err(EXPECTED.into()),
    }
}

/// Answers preflights, refuses pages of foreign origins, and lets allowed ones read their answers.
pub(crate) async fn guard(State(origins): State<Origins>, request: Request, next: Next) -> Response {
    let allowed = request.headers().get(header::ORIGIN).and_then(|origin| origins.allow(origin));
    let preflight = request.method() == Method::OPTIONS
        && request.headers().contains_key(header::ORIGIN)
        && request.headers().contains_key(header::ACCESS_CONTROL_REQUEST_METHOD);

    let mut response = if allowed.is_none() && (preflight || foreign(request.headers(), &origins)) {
        refusal().into_response()
    } else if preflight {
        preflight_answer(request.headers())
    } else {
        next.run(request).await
    };

    let headers = response.headers_mut();
    if let Some(allowed) = allowed {
        headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, allowed);
        headers.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from_static(EXPOSED));
        if origins != Origins::Any {
            headers.insert(header::ACCESS_CONTROL_ALLOW_CREDENTIALS, HeaderValue::from_static("true"));
        }
    }
    headers.append(header::VARY, HeaderValue::from_static("origin"));
    response
}

/// Does a page of another origin ask, by the browser's own word? Clients that are no browsers do not say, and pass:
/// they hold no cookies of a user's.
fn foreign(headers: &HeaderMap, origins: &Origins) -> bool {
    let site = headers.get(SEC_FETCH_SITE).map(HeaderValue::as_bytes);
    *origins != Origins::Any && matches!(site, Some(b"cross-site" | b"same-site"))
}

fn preflight_answer(asked: &HeaderMap) -> Response {
    let mut response = StatusCode::NO_CONTENT.into_response();
    let headers = response.headers_mut();
    headers.insert(header::ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_static("GET, HEAD, POST"));
    headers.insert(header::ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static(MAX_AGE));
    // Any header: which ones your own authentication needs, only you know, and the origin is trusted already.
    if let Some(names) = asked.get(header::ACCESS_CONTROL_REQUEST_HEADERS) {
        headers.insert(header::ACCESS_CONTROL_ALLOW_HEADERS, names.clone());
    }
    response
}

fn refusal() -> Problem {
    Problem::new(
        StatusCode::FORBIDDEN,
        "origin_not_allowed",
        "pages of this origin may not fetch tokens; the service allows more origins with --allow-origin",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn origins_are_written_as_browsers_write_them() {
        for (given, kept) in [
            ("*", "*"),
            ("https://app.example", "https://app.example"),
            ("https://App.Example/", "https://app.example"),
            ("http://localhost:5173", "http://localhost:5173"),
            ("https://app.example:443", "https://app.example"),
            ("http://app.example:80", "http://app.example"),
            ("http://app.example:443", "http://app.example:443"),
            ("http://[::1]:8080", "http://[::1]:8080"),
        ] {
            assert_eq!(origin(given).as_deref(), Ok(kept), "{given}");
        }
        for wrong in [
            "",
            "null",
            "app.example",
            "ftp://a.example",
            "https://",
            "https://a.example/x",
            "https://a.example?x",
            "https://u@a.example",
            "https://a.example:",
            "https://a.example:8443/x",
            "https://u@a.example:8443",
            "https://*.example.com",
        ] {
            assert!(origin(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_star_stands_alone() {
        let of = |list: &[&str]| Origins::new(&list.iter().map(|o| (*o).to_owned()).collect::<Vec<_>>());
        assert_eq!(of(&["*"]), Ok(Origins::Any));
        assert!(of(&["*", "https://a.example"]).is_err());
        assert!(of(&[]).is_ok());
    }
}
