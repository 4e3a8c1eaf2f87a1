//! A token as clients get it: JSON, or bare text for those who say they prefer it.

use axum::http::{HeaderMap, HeaderName, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use crate::issuer::Minted;

const X_TOKEN_ISSUER: HeaderName = HeaderName::from_static("x-token-issuer");

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Body<'a> {
    auth_token: &'a str,
    endpoint: &'a str,
    expires_at: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    refresh_token: Option<&'a str>,
}

/// Answers with a token, and with what gets the next one.
pub(crate) fn token(asked: &HeaderMap, minted: &Minted, refresh_token: Option<&str>) -> Response {
    let body = if prefers_text(asked) {
        minted.token.clone()
    } else {
        let (auth_token, endpoint) = (&minted.token, &minted.endpoint);
        let body = Body { auth_token, endpoint, expires_at: minted.expires_at, refresh_token };
        serde_json::to_string(&body).expect("strings and numbers are always JSON")
    };
    (headers(asked, minted.issuer), body).into_response()
}

/// The same without the token, for HEAD.
pub(crate) fn no_token(asked: &HeaderMap, issuer: &'static str) -> Response {
    headers(asked, issuer).into_response()
}

fn headers(asked: &HeaderMap, issuer: &'static str) -> [(HeaderName, &'static str); 4] {
    let content_type = if prefers_text(asked) { "text/plain; charset=utf-8" } else { "application/json" };
    [
        (header::CONTENT_TYPE, content_type),
        (header::CACHE_CONTROL, "no-store"),
        (header::VARY, "accept"),
        (X_TOKEN_ISSUER, issuer),
    ]
}

/// Does the client want `text/plain` more than JSON? In a tie (`*/*`, or no word on it) JSON it is.
pub(crate) fn prefers_text(headers: &HeaderMap) -> bool {
    let accept: Vec<&str> = headers.get_all(header::ACCEPT).iter().filter_map(|v| v.to_str().ok()).collect();
    weight(&accept, "text", "plain") > weight(&accept, "application", "json")
}

/// How much a media type is wanted, 0 to 1: the weight of the range that names it most precisely.
fn weight(accept: &[&str], main: &str, sub: &str) -> f32 {
    let mut best = (0, 0.0);
    for range in accept.iter().flat_map(|value| value.split(',')) {
        let mut parts = range.split(';').map(str::trim);
        let (range_main, range_sub) = parts.next().and_then(|r| r.split_once('/')).unwrap_or_default();
        let precision = match (range_main.eq_ignore_ascii_case(main), range_sub.eq_ignore_ascii_case(sub)) {
            (true, true) => 3,
            (true, false) if range_sub == "*" => 2,
            _ if (range_main, range_sub) == ("*", "*") => 1,
            _ => continue,
        };
        let q = parts.find_map(|p| p.strip_prefix("q=").or_else(|| p.strip_prefix("Q=")));
        let q = q.map_or(1.0, |q| q.parse().unwrap_or(0.0));
        if precision > best.0 {
            best = (precision, q);
        }
    }
    best.1
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;

    #[test]
    fn text_is_for_those_who_prefer_it() {
        let text = |accept: &'static str| {
            prefers_text(&HeaderMap::from_iter([(header::ACCEPT, HeaderValue::from_static(accept))]))
        };
        for yes in [
            "text/plain",
            "Text/Plain;charset=utf-8",
            "text/*",
            "text/plain, */*;q=0.1",
            "application/json;q=0.5, text/plain",
            "application/json;q=0.1, */*",
        ] {
            assert!(text(yes), "{yes}");
        }
        // The third is what axios sends, the fourth a browser's address bar.
        for no in [
            "*/*",
            "application/json",
            "application/json, text/plain, */*",
            "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
            "text/plain;q=0",
            "text/html",
            "text/plain;q=0.5, */*",
            "text/plain;q=0.5, application/json",
            "",
            "text",
        ] {
            assert!(!text(no), "{no}");
        }
        assert!(!prefers_text(&HeaderMap::new()));
    }
}
