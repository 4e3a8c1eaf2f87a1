//! Where a credential is sent. A credential's endpoint is not signed, so anyone who can change the string can change
//! its destination. Only a plain host name under an allowed suffix is accepted.

use super::error::{ErrorKind, TokenError};
use super::options::{DecodeOptions, Overrides};
use super::parsed::Parsed;
use super::version::Version;

/// The domain of all Momento endpoints.
pub const DEFAULT_ENDPOINT_SUFFIX: &str = "momentohq.com";

/// The three gRPC hosts that Momento's SDKs use, in lower case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endpoints {
    /// Host for caches and topics.
    pub cache: String,
    /// Host for creating and listing caches.
    pub control: String,
    /// Host for issuing tokens.
    pub token: String,
    /// Whether to use TLS. True unless an override says otherwise (for momento-local).
    pub secure: bool,
    /// Whether the hosts come from the app, not from the credential.
    pub overridden: bool,
}

/// Where a credential may be sent.
#[derive(Default)]
pub(super) struct Destination {
    /// The base endpoint from which all three hosts are derived.
    pub(super) endpoint: Option<String>,
    pub(super) endpoints: Option<Endpoints>,
}

/// Finds and checks the endpoints. In order of precedence: the app's overrides, the credential's endpoint, the option
/// `endpoint`.
pub(super) fn find(parsed: &Parsed, options: &DecodeOptions) -> Result<Destination, TokenError> {
    if let Some(overrides) = &options.overrides {
        return overridden(overrides);
    }
    let claims = &parsed.claims;
    if let (Version::Legacy, Some(cache), Some(control)) =
        (parsed.version, &claims.cache_endpoint, &claims.control_endpoint)
    {
        let endpoints = Endpoints {
            cache: trusted(cache, options)?,
            control: trusted(control, options)?,
            token: trusted(cache, options)?,
            secure: true,
            overridden: false,
        };
        return Ok(Destination { endpoint: None, endpoints: Some(endpoints) });
    }
    match parsed.endpoint.as_ref().or(options.endpoint.as_ref()) {
        Some(base) => Ok(derived(trusted(base, options)?, None, true, false)),
        None => Ok(Destination::default()),
    }
}

/// Endpoints given by the app, which may have any suffix and a port.
fn overridden(overrides: &Overrides) -> Result<Destination, TokenError> {
    let checked = |host: &str| check_host(host, true).map(|()| host.to_ascii_lowercase());
    match overrides {
        Overrides::Base { base, prefix, secure } => {
            let base = checked(base)?;
            let prefix = prefix.as_deref().filter(|prefix| !prefix.is_empty());
            if let Some(prefix) = prefix {
                check_host(prefix, false)?;
            }
            Ok(derived(base, prefix, *secure, true))
        }
        Overrides::All { cache, control, token, secure } => {
            let endpoints = Endpoints {
                cache: checked(cache)?,
                control: checked(control)?,
                token: checked(token)?,
                secure: *secure,
                overridden: true,
            };
            Ok(Destination { endpoint: None, endpoints: Some(endpoints) })
        }
    }
}

/// Derives the hosts from a base endpoint.
fn derived(base: String, prefix: Option<&str>, secure: bool, overridden: bool) -> Destination {
    let prefix = prefix.map(|prefix| format!("{}.", prefix.to_ascii_lowercase())).unwrap_or_default();
    let host = |service: &str| format!("{prefix}{service}.{base}");
    let endpoints =
        Endpoints { cache: host("cache"), control: host("control"), token: host("token"), secure, overridden };
    Destination { endpoint: Some(base), endpoints: Some(endpoints) }
}

/// Checks a host from the credential or the option `endpoint`, and converts it to lower case.
fn trusted(host: &str, options: &DecodeOptions) -> Result<String, TokenError> {
    check_host(host, false)?;
    check_suffix(host, options.allowed_endpoint_suffixes.as_deref())?;
    Ok(host.to_ascii_lowercase())
}

/// Checks that the host is under one of the suffixes, by default [`DEFAULT_ENDPOINT_SUFFIX`].
fn check_suffix(host: &str, suffixes: Option<&[String]>) -> Result<(), TokenError> {
    let allowed = match suffixes {
        Some(suffixes) => suffixes.iter().any(|suffix| is_under(host, suffix)),
        None => is_under(host, DEFAULT_ENDPOINT_SUFFIX),
    };
    if allowed {
        return Ok(());
    }
    let suffixes = suffixes.map_or_else(|| vec![String::from(DEFAULT_ENDPOINT_SUFFIX)], Vec::from);
    Err(ErrorKind::EndpointNotAllowed { suffixes }.into())
}

/// Whether `host` is `suffix` or a subdomain of it, ignoring case.
fn is_under(host: &str, suffix: &str) -> bool {
    let Some((before, end)) = host.len().checked_sub(suffix.len()).and_then(|cut| host.split_at_checked(cut)) else {
        return false;
    };
    !suffix.is_empty() && end.eq_ignore_ascii_case(suffix) && (before.is_empty() || before.ends_with('.'))
}

/// Checks for labels of letters, digits and inner hyphens, joined by dots (RFC 1123), optionally with a port.
fn check_host(text: &str, port_allowed: bool) -> Result<(), TokenError> {
    let (host, port) = match text.split_once(':') {
        Some((host, port)) if port_allowed => (host, Some(port)),
        _ => (text, None),
    };
    if host.len() <= 253 && host.split('.').all(is_label) && port.is_none_or(is_port) {
        return Ok(());
    }
    Err(ErrorKind::EndpointInvalid { port_allowed }.into())
}

fn is_label(label: &str) -> bool {
    let fits = (1..=63).contains(&label.len()) && !label.starts_with('-') && !label.ends_with('-');
    fits && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}

/// A number from 1 to 65535.
fn is_port(text: &str) -> bool {
    // `parse` also accepts a plus sign.
    text.bytes().all(|byte| byte.is_ascii_digit()) && text.parse::<u16>().is_ok_and(|port| port > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(host: &str, suffixes: Option<&[&str]>) -> &'static str {
        let allowed_endpoint_suffixes = suffixes.map(|list| list.iter().map(|suffix| String::from(*suffix)).collect());
        let options = DecodeOptions { allowed_endpoint_suffixes, ..DecodeOptions::default() };
        trusted(host, &options).map_or_else(|error| error.code(), |_| "")
    }

    #[test]
    fn accepts_only_hosts_under_an_allowed_suffix() {
        for (host, expected) in [
            ("Cell-4-us-west-2-1.prod.a.momentohq.com", ""),
            ("momentohq.com", ""),
            ("a.MomentoHQ.com", ""),
            ("evilmomentohq.com", "ERR_ENDPOINT_NOT_ALLOWED"),
            ("momentohq.com.evil.example", "ERR_ENDPOINT_NOT_ALLOWED"),
            ("127.0.0.1", "ERR_ENDPOINT_NOT_ALLOWED"),
            ("localhost", "ERR_ENDPOINT_NOT_ALLOWED"),
            ("x@evil.example", "ERR_ENDPOINT_INVALID"),
            ("evil.example/a.momentohq.com", "ERR_ENDPOINT_INVALID"),
            ("evil.example#.momentohq.com", "ERR_ENDPOINT_INVALID"),
            ("evil.example?.momentohq.com", "ERR_ENDPOINT_INVALID"),
            ("evil.example\\.momentohq.com", "ERR_ENDPOINT_INVALID"),
            ("evil%2eexample.momentohq.com", "ERR_ENDPOINT_INVALID"),
            ("https://a.momentohq.com", "ERR_ENDPOINT_INVALID"),
            ("a.momentohq.com:443", "ERR_ENDPOINT_INVALID"),
            ("a.momentohq.com.", "ERR_ENDPOINT_INVALID"),
            (".momentohq.com", "ERR_ENDPOINT_INVALID"),
            ("a..momentohq.com", "ERR_ENDPOINT_INVALID"),
            ("-a.momentohq.com", "ERR_ENDPOINT_INVALID"),
            ("a-.momentohq.com", "ERR_ENDPOINT_INVALID"),
            ("-.momentohq.com", "ERR_ENDPOINT_INVALID"),
            ("a.mоmentohq.com", "ERR_ENDPOINT_INVALID"), // a Cyrillic о
            ("a.momentohq.com\n", "ERR_ENDPOINT_INVALID"),
            ("a b.momentohq.com", "ERR_ENDPOINT_INVALID"),
            ("a\0.momentohq.com", "ERR_ENDPOINT_INVALID"),
            ("", "ERR_ENDPOINT_INVALID"),
            ("[::1]", "ERR_ENDPOINT_INVALID"),
        ] {
            assert_eq!(code(host, None), expected, "{host}");
        }
        let label = |length| [&"a".repeat(length), ".momentohq.com"].concat();
        assert_eq!(code(&label(63), None), "");
        assert_eq!(code(&label(64), None), "ERR_ENDPOINT_INVALID");
        let long = |labels| [&"a.".repeat(labels), "momentohq.com"].concat();
        assert_eq!(code(&long(120), None), "");
        assert_eq!(code(&long(121), None), "ERR_ENDPOINT_INVALID");
    }

    #[test]
    fn accepts_configured_suffixes() {
        assert_eq!(code("a.example.com", Some(&["b.example", "Example.com"])), "");
        assert_eq!(code("a.momentohq.com", Some(&["example.com"])), "ERR_ENDPOINT_NOT_ALLOWED");
        assert_eq!(code("a.momentohq.com", Some(&[])), "ERR_ENDPOINT_NOT_ALLOWED");
        assert_eq!(code("a.momentohq.com", Some(&[""])), "ERR_ENDPOINT_NOT_ALLOWED");
    }

    #[test]
    fn overrides_may_have_a_port() {
        for right in ["localhost:8080", "h", "h:1", "h:65535", "h:080"] {
            assert!(check_host(right, true).is_ok(), "{right}");
        }
        let wrong: Vec<&str> = "http://h h:0 h:65536 h:99999999999 h:+1 h: h/ a@h h:1:2 :1".split(' ').collect();
        for wrong in wrong {
            assert!(check_host(wrong, true).is_err(), "{wrong}");
        }
        assert!(check_host("p:1", false).is_err());
    }
}
