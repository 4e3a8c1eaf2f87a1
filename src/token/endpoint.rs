//! Where a credential is sent. A credential's endpoint is not signed, so anyone who can change the string can
//! change its destination: only a plain host name under an allowed suffix passes.

use super::error::TokenError;
use alloc::{borrow::Cow, string::String, vec::Vec};

/// The suffix that Momento's endpoints end in, whatever the cell.
pub const DEFAULT_ENDPOINT_SUFFIX: &str = "momentohq.com";

/// The three hosts that Momento's SDKs talk gRPC to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endpoints {
    /// Caches and topics.
    pub cache: String,
    /// Making and listing caches.
    pub control: String,
    /// Minting tokens.
    pub token: String,
    /// TLS, unless an override says otherwise (for momento-local).
    pub secure: bool,
    /// Named by the app, not by the credential.
    pub overridden: bool,
}

/// Endpoints named by the app itself, in place of the credential's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Overrides {
    /// A base endpoint, and perhaps a prefix: `prefix.cache.base`.
    Base {
        /// The base endpoint; a port may follow.
        base: String,
        /// Put before each derived host.
        prefix: Option<String>,
        /// TLS.
        secure: bool,
    },
    /// All three hosts; a port may follow each.
    All {
        /// Caches and topics.
        cache: String,
        /// Making and listing caches.
        control: String,
        /// Minting tokens.
        token: String,
        /// TLS.
        secure: bool,
    },
}

impl Endpoints {
    /// `cache.base`, `control.base` and `token.base`.
    pub(crate) fn from_base(base: &str) -> Self {
        let host = |service: &str| [service, ".", base].concat();
        Endpoints {
            cache: host("cache"),
            control: host("control"),
            token: host("token"),
            secure: true,
            overridden: false,
        }
    }

    /// The hosts an app names, and their base where it named one.
    pub(crate) fn from_overrides(overrides: &Overrides) -> Result<(Option<String>, Self), TokenError> {
        let host = |text: &str| check_host(text, true);
        match overrides {
            Overrides::Base { base, prefix, secure } => {
                let base = host(base)?;
                let mut endpoints = Endpoints::from_base(&base);
                if let Some(prefix) = prefix.as_deref().filter(|prefix| !prefix.is_empty()) {
                    let prefix = check_host(prefix, false)?;
                    for host in [&mut endpoints.cache, &mut endpoints.control, &mut endpoints.token] {
                        *host = [&prefix, ".", host].concat();
                    }
                }
                Ok((Some(base), Endpoints { secure: *secure, overridden: true, ..endpoints }))
            }
            Overrides::All { cache, control, token, secure } => {
                let (cache, control, token) = (host(cache)?, host(control)?, host(token)?);
                Ok((None, Endpoints { cache, control, token, secure: *secure, overridden: true }))
            }
        }
    }
}

/// A host that a credential (or the `endpoint` option) names: plain, without a port, under an allowed suffix. Lower-cased.
pub(crate) fn check(text: &str, suffixes: Option<&[String]>) -> Result<String, TokenError> {
    let host = check_host(text, false)?;
    let allowed = match suffixes {
        None => is_under(&host, DEFAULT_ENDPOINT_SUFFIX),
        Some(suffixes) => suffixes.iter().any(|suffix| is_under(&host, &suffix.to_ascii_lowercase())),
    };
    if allowed {
        return Ok(host);
    }
    let names: Vec<&str> = match suffixes {
        None => [DEFAULT_ENDPOINT_SUFFIX].into(),
        Some(suffixes) => suffixes.iter().map(String::as_str).collect(),
    };
    Err(TokenError::new(
        "ERR_ENDPOINT_NOT_ALLOWED",
        [
            "expected an endpoint under ",
            &names.join(" or "),
            ", found one elsewhere: the credential would be sent there; where that is meant, name its suffix in `allowedEndpointSuffixes`",
        ]
        .concat(),
    ))
}

/// `host` is `suffix` itself, or ends in a dot and `suffix`.
fn is_under(host: &str, suffix: &str) -> bool {
    host.strip_suffix(suffix).is_some_and(|rest| !suffix.is_empty() && (rest.is_empty() || rest.ends_with('.')))
}

/// Labels of letters, digits and inner hyphens, joined by dots (RFC 1123), perhaps with a port; lower-cased.
fn check_host(text: &str, port_allowed: bool) -> Result<String, TokenError> {
    let (host, port) = match text.split_once(':') {
        Some((host, port)) if port_allowed => (host, Some(port)),
        _ => (text, None),
    };
    let label = |label: &str| {
        (1..=63).contains(&label.len())
            && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    let port_fits = port.is_none_or(|port| {
        port.bytes().all(|byte| byte.is_ascii_digit()) && port.parse::<u16>().is_ok_and(|number| number > 0)
    });
    if host.len() <= 253 && port_fits && host.split('.').all(label) {
        return Ok(text.to_ascii_lowercase());
    }
    let expected: Cow<'static, str> = if port_allowed {
        "expected an endpoint that is a plain host name with an optional port, found something else; leave out scheme, path and user".into()
    } else {
        "expected an endpoint that is a plain host name, found something else (a scheme, port, path, user, trailing dot, or a character that no host name has)".into()
    };
    Err(TokenError::new("ERR_ENDPOINT_INVALID", expected))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_plain_hosts_under_an_allowed_suffix_pass() {
        assert_eq!(
            check("Cell-4-us-west-2-1.prod.a.momentohq.com", None).unwrap(),
            "cell-4-us-west-2-1.prod.a.momentohq.com"
        );
        assert_eq!(check("momentohq.com", None).unwrap(), "momentohq.com");
        for (host, code) in [
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
            ("a.mоmentohq.com", "ERR_ENDPOINT_INVALID"), // a Cyrillic о
            ("a.momentohq.com\n", "ERR_ENDPOINT_INVALID"),
            ("a b.momentohq.com", "ERR_ENDPOINT_INVALID"),
            ("a\0.momentohq.com", "ERR_ENDPOINT_INVALID"),
            ("", "ERR_ENDPOINT_INVALID"),
            ("[::1]", "ERR_ENDPOINT_INVALID"),
        ] {
            assert_eq!(check(host, None).unwrap_err().code(), code, "{host}");
        }
        let long = [&"a.".repeat(130), "momentohq.com"].concat();
        assert_eq!(check(&long, None).unwrap_err().code(), "ERR_ENDPOINT_INVALID");
    }

    #[test]
    fn the_app_may_allow_other_suffixes() {
        let suffixes = [String::from("Example.com")];
        assert_eq!(check("a.example.com", Some(&suffixes)).unwrap(), "a.example.com");
        assert!(check("a.momentohq.com", Some(&suffixes)).is_err());
        assert!(check("a.momentohq.com", Some(&[])).is_err());
        assert!(check("a.momentohq.com", Some(&[String::new()])).is_err());
    }

    #[test]
    fn overrides_are_the_apps_own_word() {
        let base = |base: &str, prefix: Option<&str>| {
            Endpoints::from_overrides(&Overrides::Base {
                base: base.into(),
                prefix: prefix.map(String::from),
                secure: false,
            })
        };
        let (name, endpoints) = base("localhost:8080", Some("p")).unwrap();
        assert_eq!(name.as_deref(), Some("localhost:8080"));
        assert_eq!(endpoints.cache, "p.cache.localhost:8080");
        assert!(endpoints.overridden && !endpoints.secure);
        assert_eq!(base("h", Some("")).unwrap().1.token, "token.h");
        for wrong in ["http://h", "h:0", "h:65536", "h:+1", "h:", "h/", "a@h"] {
            assert!(base(wrong, None).is_err(), "{wrong}");
        }
        assert!(base("h", Some("p/")).is_err());
    }
}
