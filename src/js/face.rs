//! Tokens and errors as the JSON that the package reads.

use crate::codec::json::write_string;
use crate::scope::Grant;
use crate::token::{Endpoints, Token, TokenError};
use alloc::{string::String, vec::Vec};

/// A token with its credential. The text is read at once and not kept.
pub(super) fn token(token: &Token) -> String {
    let mut out = String::from("{\"version\":");
    write_string(&mut out, token.version().name());
    field(&mut out, "endpoint", token.endpoint());
    field(&mut out, "tokenId", token.token_id());
    field(&mut out, "subject", token.subject());
    field(&mut out, "credential", Some(token.credential().reveal()));
    if let Some(endpoints) = token.endpoints() {
        out.push_str(",\"endpoints\":");
        write_endpoints(&mut out, endpoints);
    }
    if let Some(at) = token.expires_at() {
        out.push_str(",\"expiresAt\":");
        number(&mut out, at);
    }
    match token.grant() {
        None => {}
        Some(Grant::SuperUser) => out.push_str(",\"scope\":\"super-user\""),
        Some(Grant::Scope(scope)) => {
            out.push_str(",\"scope\":");
            out.push_str(&scope.to_package());
        }
    }
    out.push_str(if token.is_disposable() { ",\"disposable\":true" } else { ",\"disposable\":false" });
    out.push_str(",\"warnings\":[");
    for (index, warning) in token.warnings().iter().enumerate() {
        out.push_str(if index > 0 { ",{\"code\":" } else { "{\"code\":" });
        write_string(&mut out, warning.code);
        field(&mut out, "message", Some(&warning.message));
        out.push('}');
    }
    out.push_str("]}");
    out
}

pub(super) fn token_or_error(result: Result<Token, TokenError>) -> String {
    match result {
        Ok(read) => token(&read),
        Err(found) => error(found.code(), found.message()),
    }
}

/// `{"error": {"code", "message"}}`.
pub(super) fn error(code: &str, message: &str) -> String {
    let mut out = String::from("{\"error\":{\"code\":");
    write_string(&mut out, code);
    field(&mut out, "message", Some(message));
    out.push_str("}}");
    out
}

/// A list of texts.
pub(super) fn list(texts: &[String]) -> String {
    let mut out = String::from("[");
    for (index, text) in texts.iter().enumerate() {
        if index > 0 {
            out.push(',');
        }
        write_string(&mut out, text);
    }
    out.push(']');
    out
}

fn write_endpoints(out: &mut String, endpoints: &Endpoints) {
    out.push_str("{\"cacheEndpoint\":");
    write_string(out, &endpoints.cache);
    field(out, "controlEndpoint", Some(&endpoints.control));
    field(out, "tokenEndpoint", Some(&endpoints.token));
    out.push_str(if endpoints.secure { ",\"secureConnection\":true" } else { ",\"secureConnection\":false" });
    out.push_str(if endpoints.overridden { ",\"overridden\":true}" } else { ",\"overridden\":false}" });
}

/// A further text field, where there is one.
fn field(out: &mut String, name: &str, value: Option<&str>) {
    if let Some(value) = value {
        out.push_str(",\"");
        out.push_str(name);
        out.push_str("\":");
        write_string(out, value);
    }
}

/// A whole number that is not negative: times are.
fn number(out: &mut String, value: i64) {
    let mut digits = Vec::new();
    let mut rest = value.unsigned_abs();
    loop {
        digits.push(b'0' + (rest % 10) as u8);
        rest /= 10;
        if rest == 0 {
            break;
        }
    }
    out.extend(digits.iter().rev().map(|digit| char::from(*digit)));
}
