//! What a client asks for: `scope`, `expiresIn` and `tokenId`, in a query or in a JSON body; in a body also with a
//! `refreshToken`, which has no place in a URL.
//!
//! All are optional, and nothing else is: a misspelt `scopes`, quietly passed over, would hand out the whole
//! configured scope to a client that asked for less.

use std::borrow::Cow;

use axum::body::Bytes;
use axum::http::{HeaderMap, StatusCode, header};
use momento_token_wasm::scope::TokenScope;
use percent_encoding::percent_decode_str;
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

use crate::problem::Problem;

/// The most a request may carry, as a body or as a query.
pub(crate) const MAX_BYTES: usize = 16 * 1024;

/// The longest token id Momento takes.
const MAX_TOKEN_ID: usize = 64;

/// A client's wish, understood but not yet granted. Without `Debug` outside tests, as it may hold a refresh token.
#[derive(Default)]
#[cfg_attr(test, derive(Debug, PartialEq))]
pub(crate) struct Ask {
    /// The scope, if less than the configured one will do.
    pub(crate) scope: Option<TokenScope>,
    /// The life in seconds, never 0.
    pub(crate) expires_in: Option<u64>,
    /// What the token shall carry as evidence of its holder.
    pub(crate) token_id: Option<String>,
    /// What came with the last token.
    pub(crate) refresh_token: Option<String>,
}

impl Ask {
    /// From the query of a GET.
    pub(crate) fn from_query(query: &str) -> Result<Self, Problem> {
        if query.len() > MAX_BYTES {
            return Err(Problem::new(
                StatusCode::URI_TOO_LONG,
                "query_too_long",
                "expected a query of at most 16 KB; POST takes a body",
            ));
        }
        let mut ask = Self::default();
        for pair in query.split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let (name, value) = (text(name)?, text(value)?);
            let fresh = match name.as_ref() {
                "scope" => ask.scope.replace(scope(&value)?).is_none(),
                "expiresIn" => ask.expires_in.replace(whole_seconds(&value)?).is_none(),
                "tokenId" => ask.token_id.replace(token_id(value.into_owned())?).is_none(),
                _ => return Err(unknown(&name)),
            };
            if !fresh {
                return Err(Problem::bad_request("invalid_query", "expected each parameter at most once"));
            }
        }
        Ok(ask)
    }

    /// From the body of a POST. No body asks for nothing in particular.
    pub(crate) fn from_body(headers: &HeaderMap, body: &Bytes) -> Result<Self, Problem> {
        if body.is_empty() {
            return Ok(Self::default());
        }
        // Also a guard: a foreign page's form cannot send this type without a preflight.
        if !is_json(headers) {
            return Err(Problem::new(
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                "unsupported_media_type",
                "expected a body of type application/json, or none",
            ));
        }
        let body = parse(body)?;
        Ok(Self {
            scope: body.scope.map(|raw| scope(raw.get())).transpose()?,
            expires_in: body.expires_in.map(|raw| whole_seconds(raw.get())).transpose()?,
            token_id: body.token_id.map(token_id).transpose()?,
            refresh_token: body.refresh_token,
        })
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Body<'a> {
    // Raw, for the scope has a strict parser of its own, which must see what was written.
    #[serde(borrow, default, deserialize_with = "present")]
    scope: Option<&'a RawValue>,
    #[serde(borrow, default, deserialize_with = "present")]
    expires_in: Option<&'a RawValue>,
    #[serde(default, deserialize_with = "present")]
    token_id: Option<String>,
    #[serde(default, deserialize_with = "present")]
    refresh_token: Option<String>,
}

/// Like `Option`, but null is an error: it is most often a variable that was not set.
fn present<'de, D: Deserializer<'de>, T: Deserialize<'de>>(deserializer: D) -> Result<Option<T>, D::Error> {
    T::deserialize(deserializer).map(Some)
}

/// Reads the body. The error's own words may quote it, and it may hold anything, so only the place is told.
fn parse(json: &[u8]) -> Result<Body<'_>, Problem> {
    let wrong = |place: String| {
        let expected = "expected a JSON object with scope (an object), expiresIn (a number), tokenId and refreshToken (strings), \
                        each optional, at most once, and nothing else";
        Problem::bad_request("invalid_body", format!("{expected}; {place}"))
    };
    // To serde a struct may be an array of its fields as well; here it may not.
    if json.trim_ascii_start().first() != Some(&b'{') {
        return Err(wrong("found something else".into()));
    }
    serde_json::from_slice(json)
        .map_err(|e| wrong(format!("it went wrong at line {}, column {}", e.line(), e.column())))
}

fn is_json(headers: &HeaderMap) -> bool {
    let value = headers.get(header::CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or_default();
    let essence = value.split(';').next().unwrap_or_default();
    essence.trim().eq_ignore_ascii_case("application/json")
}

/// Decodes one half of a query pair. Strictly: bytes that are no UTF-8 must not become U+FFFD, and so another key.
fn text(encoded: &str) -> Result<Cow<'_, str>, Problem> {
    let spaced = encoded.replace('+', " ");
    match percent_decode_str(&spaced).decode_utf8() {
        Ok(text) => Ok(Cow::Owned(text.into_owned())),
        Err(_) => Err(Problem::bad_request("invalid_query", "expected percent-encoded UTF-8")),
    }
}

fn scope(json: &str) -> Result<TokenScope, Problem> {
    TokenScope::from_json(json).map_err(|e| Problem::bad_request("invalid_scope", e.to_string()))
}

fn whole_seconds(text: &str) -> Result<u64, Problem> {
    let plain = text.bytes().all(|b| b.is_ascii_digit());
    text.parse().ok().filter(|seconds| plain && *seconds > 0).ok_or_else(|| {
        Problem::bad_request("invalid_expires_in", "expected expiresIn to be a positive whole number of seconds")
    })
}

/// Momento's SDKs count in two ways, some in UTF-16 units, some in bytes; what passes here passes in all.
fn token_id(id: String) -> Result<String, Problem> {
    if id.trim().is_empty() || id.trim().len() > MAX_TOKEN_ID || id.encode_utf16().count() > MAX_TOKEN_ID {
        return Err(Problem::bad_request(
            "invalid_token_id",
            "expected tokenId to have 1 to 64 characters (and bytes)",
        ));
    }
    Ok(id)
}

/// Names the parameter if it is a name at all.
fn unknown(name: &str) -> Problem {
    let plain = name.len() <= 32 && name.bytes().all(|b| b.is_ascii_alphanumeric() || b"_-".contains(&b));
    let found = if plain { format!("'{name}'") } else { "something else".into() };
    Problem::bad_request(
        "invalid_query",
        format!("expected the parameters scope, expiresIn and tokenId, found {found}"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;
    use axum::response::IntoResponse;

    const READ: &str = r#"{"permissions":[{"role":"readonly","cache":"demo","item":{"keyPrefix":"public-"}}]}"#;

    fn body(json: &str) -> Result<Ask, Problem> {
        let headers =
            HeaderMap::from_iter([(header::CONTENT_TYPE, HeaderValue::from_static("application/json; charset=utf-8"))]);
        Ask::from_body(&headers, &Bytes::copy_from_slice(json.as_bytes()))
    }

    fn encoded(text: &str) -> String {
        text.bytes().map(|b| format!("%{b:02X}")).collect()
    }

    fn status<T>(result: Result<T, Problem>) -> u16 {
        result.map_or_else(|p| p.into_response().status().as_u16(), |_| 200)
    }

    #[test]
    fn nothing_asked_is_nothing_asked() {
        assert_eq!(Ask::from_query("").unwrap(), Ask::default());
        assert_eq!(body("").unwrap(), Ask::default());
        assert_eq!(body(" {} ").unwrap(), Ask::default());
    }

    #[test]
    fn query_and_body_say_the_same() {
        let from_query =
            Ask::from_query(&format!("expiresIn=60&tokenId=ann+b%C3%A9a&scope={}", encoded(READ))).unwrap();
        let from_body = body(&format!(r#"{{"tokenId":"ann béa","scope":{READ},"expiresIn":60}}"#)).unwrap();
        assert_eq!(from_query, from_body);
        assert_eq!(from_query.scope, Some(TokenScope::from_json(READ).unwrap()));
        assert_eq!((from_query.expires_in, from_query.token_id.as_deref()), (Some(60), Some("ann béa")));
    }

    #[test]
    fn seconds_are_positive_and_whole() {
        for right in ["1", "300", "18446744073709551615"] {
            assert_eq!(status(Ask::from_query(&format!("expiresIn={right}"))), 200, "{right}");
            assert_eq!(status(body(&format!(r#"{{"expiresIn":{right}}}"#))), 200, "{right}");
        }
        for wrong in ["0", "-1", "1.5", "1e3", "%2B5", "", "NaN", "18446744073709551616", "null", "true"] {
            assert_eq!(status(Ask::from_query(&format!("expiresIn={wrong}"))), 400, "{wrong}");
            assert_eq!(status(body(&format!(r#"{{"expiresIn":{wrong}}}"#))), 400, "{wrong}");
        }
        assert_eq!(status(body(r#"{"expiresIn":"60"}"#)), 400);
    }

    #[test]
    fn token_id_is_counted_both_ways() {
        let bytes_64 = "a".repeat(64);
        let padded = format!("{}  ", "a".repeat(62));
        for right in ["a", &bytes_64, &padded, &"é".repeat(32)] {
            assert_eq!(status(token_id(right.into())), 200, "{right}");
        }
        let units_65 = format!("{} ", "a".repeat(64));
        for wrong in ["", "  ", &"a".repeat(65), &units_65, &"é".repeat(33), &"🦀".repeat(17)] {
            assert_eq!(status(token_id(wrong.into())), 400, "{wrong}");
        }
    }

    #[test]
    fn what_is_not_understood_is_refused() {
        for wrong in [
            "scopes=1",
            "refreshToken=r",
            "expiresIn=1&expiresIn=1",
            "tokenId=%FF",
            "%FF=1",
            "user=ann",
            "scope=",
            "scope=null",
            "=x",
        ] {
            assert_eq!(status(Ask::from_query(wrong)), 400, "{wrong}");
        }
        for wrong in [
            "[]",
            "null",
            "7",
            "{",
            r#"{"scopes":{}}"#,
            r#"{"scope":null}"#,
            r#"{"tokenId":null}"#,
            r#"{"tokenId":7}"#,
            r#"{"refreshToken":null}"#,
            r#"{"expiresIn":1,"expiresIn":2}"#,
            r#"{"tokenId":"a"} x"#,
            r#"{"tokenId":"\ud800"}"#,
        ] {
            assert_eq!(status(body(wrong)), 400, "{wrong}");
        }
    }

    #[test]
    fn a_query_has_a_length() {
        let of = |length: usize| status(Ask::from_query(&format!("tokenId={}", "a".repeat(length - 8))));
        assert_eq!((of(MAX_BYTES), of(MAX_BYTES + 1)), (400, 414));
    }

    #[test]
    fn a_body_has_a_type() {
        let with = |value: &'static str| {
            let headers = HeaderMap::from_iter([(header::CONTENT_TYPE, HeaderValue::from_static(value))]);
            status(Ask::from_body(&headers, &Bytes::from_static(b"{}")))
        };
        assert_eq!(with("Application/JSON"), 200);
        for wrong in ["text/plain", "application/x-www-form-urlencoded", "application/jsonp", ""] {
            assert_eq!(with(wrong), 415, "{wrong}");
        }
        assert_eq!(status(Ask::from_body(&HeaderMap::new(), &Bytes::from_static(b"{}"))), 415);
    }

    #[test]
    fn a_plain_name_is_named_and_nothing_else_is() {
        let told = |query: &str| format!("{:?}", Ask::from_query(query).unwrap_err());
        let long = "a".repeat(32);
        for plain in ["scopes", "expires_in", "x-1", &long] {
            assert!(told(plain).contains(&format!("'{plain}'")), "{plain}");
        }
        for odd in ["a.b", "a%20b", "a/b", &"a".repeat(33)] {
            assert!(told(odd).contains("found something else"), "{odd}");
        }
    }

    #[test]
    fn errors_do_not_repeat_what_looks_like_a_credential() {
        let secret = "eyJhbGciOiJIUzI1NiJ9.eyJ2ZXIiOjF9.c2VjcmV0";
        let told = format!(
            "{:?}{:?}",
            Ask::from_query(secret).unwrap_err(),
            body(&format!(r#"{{"{secret}":1}}"#)).unwrap_err()
        );
        assert!(!told.contains("eyJ"), "{told}");
    }
}
