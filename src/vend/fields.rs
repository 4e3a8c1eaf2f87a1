//! What the fields of an object state about a credential in it.

use super::expiry::{Expiry, Stated};
use super::field::Field;
use super::status::is_success;
use super::text::{Content, is_blank};
use crate::codec::json::{Json, Number, Object, parse};

/// What an object states about a credential in it or in a nested object.
#[derive(Default)]
pub(super) struct Fields<'a> {
    /// The base endpoint.
    pub(super) endpoint: Option<&'a str>,
    /// Whether there are two different endpoints.
    pub(super) two_endpoints: bool,
    /// The best statement on when the credential expires.
    pub(super) expiry: Option<Stated>,
    /// The best statement on how long it lives, even if there is a better one on when it expires.
    pub(super) lifetime: Option<Stated>,
    pub(super) refresh_token: Option<&'a str>,
    /// `statusCode`, if that may be an HTTP status.
    status: Option<u16>,
    has_body: bool,
    /// `enabled` is `false`.
    is_disabled: bool,
    /// A field for the credential is null or blank.
    lacks_token: bool,
}

impl<'a> Fields<'a> {
    pub(super) fn of(object: &'a Object) -> Self {
        let mut fields = Fields::default();
        for (name, value) in object.iter() {
            fields.add(Field::from_name(name), value);
        }
        fields
    }

    /// The last occurrence of a repeated field counts, unless a rule says otherwise.
    fn add(&mut self, field: Field, value: &'a Json) {
        if field.is_expiry() || field.is_lifetime() {
            let expiry = Expiry::of_field(field, value);
            Stated::improve(&mut self.expiry, field, expiry);
            if field.is_lifetime() {
                Stated::improve(&mut self.lifetime, field, expiry);
            }
            return;
        }
        self.has_body |= field == Field::Body;
        self.lacks_token |= field.is_credential() && is_empty(value);
        match (field, value) {
            (Field::Endpoint, Json::String(text)) => self.add_endpoint(base_of(text)),
            (Field::RefreshToken, Json::String(text)) if !is_blank(text) => self.refresh_token = Some(text),
            (Field::StatusCode, Json::Number(number)) => self.status = status_of(*number),
            (Field::StatusCode, Json::String(text)) if !is_blank(text) => self.status = status_in(text),
            (Field::Enabled, Json::Bool(enabled)) => self.is_disabled |= !enabled,
            _ => {}
        }
    }

    fn add_endpoint(&mut self, endpoint: &'a str) {
        if !endpoint.is_empty() {
            self.two_endpoints |= self.endpoint.is_some_and(|known| !known.eq_ignore_ascii_case(endpoint));
            self.endpoint = Some(endpoint);
        }
    }

    /// Whether the service refuses to issue a token.
    pub(super) fn denies_token(&self) -> bool {
        self.is_disabled && self.lacks_token
    }

    /// `statusCode`, if it is not a success.
    pub(super) fn failure(&self) -> Option<u16> {
        self.status.filter(|status| !is_success(*status))
    }

    /// The same, if the object also has a body.
    pub(super) fn failure_of_body(&self) -> Option<u16> {
        self.failure().filter(|_| self.has_body)
    }
}

/// Whether a value is null or blank text, which may itself be encoded as JSON.
fn is_empty(value: &Json) -> bool {
    match value {
        Json::Null => true,
        Json::String(text) => match Content::of(text) {
            Content::Json(Json::String(inner)) => is_blank(&inner),
            _ => is_blank(text),
        },
        _ => false,
    }
}

/// The number as an HTTP status, if it may be one.
fn status_of(number: Number) -> Option<u16> {
    let status = u16::try_from(number.scaled(0)?).ok()?;
    (100..600).contains(&status).then_some(status)
}

/// Like [`status_of`], for text such as `403` or `403 Forbidden`.
fn status_in(text: &str) -> Option<u16> {
    match parse(text.split_ascii_whitespace().next()?) {
        Ok(Json::Number(number)) => status_of(number),
        _ => None,
    }
}

/// Prefixes of a base endpoint: a URL's scheme, and the names of the cache hosts. Hosts of other services do not
/// indicate an endpoint.
const BEFORE_BASE: [&str; 5] = ["https://", "http://", "api.cache.", "web.cache.", "cache."];

/// The base endpoint of a host under it or a URL: `B` for `https://api.cache.B/topics/…`. Anything else is returned
/// unchanged, for the decoder to reject.
fn base_of(endpoint: &str) -> &str {
    let mut base = endpoint.trim_ascii();
    for before in BEFORE_BASE {
        if let Some((front, rest)) = base.split_at_checked(before.len())
            && front.eq_ignore_ascii_case(before)
        {
            base = rest;
        }
    }
    base.split(['/', '?', '#']).next().unwrap_or(base)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_status_from_text() {
        for (text, status) in [
            ("403", Some(403)),
            (" 403 Forbidden", Some(403)),
            ("ok", None),
            ("99", None),
            ("600", None),
            ("-403", None),
            ("1e300", None),
        ] {
            assert_eq!(status_in(text), status, "{text:?}");
        }
    }
}
