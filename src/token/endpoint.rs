//! Where a credential is sent. A credential's endpoint is not signed, so anyone who can change the string can
//! change its destination: only a plain host name under an allowed suffix passes.

use super::claims::Claim;
use super::decode::Form;
use super::error::TokenError;
use super::model::{Settings, Version};
use super::work::Work;
use crate::codec::{block::Block, json::push, quote::is_quotable};

/// The suffix that Momento's endpoints end in, whatever the cell.
pub const DEFAULT_ENDPOINT_SUFFIX: &str = "momentohq.com";

/// The three hosts that Momento's SDKs talk gRPC to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Endpoints<'a> {
    /// Caches and topics.
    pub cache: &'a str,
    /// Making and listing caches.
    pub control: &'a str,
    /// Minting tokens.
    pub token: &'a str,
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

/// Where a credential is sent, checked.
pub(super) struct Hosts<'a> {
    /// From which all three derive; else they stand below.
    base: Option<&'a [u8]>,
    /// Put before each, with a dot.
    prefix: &'a [u8],
    /// For caches, control and tokens.
    hosts: [&'a [u8]; 3],
    /// Where they are known.
    pub(super) flags: Option<HostFlags>,
}

/// What hosts that derive from a base start with.
const SERVICES: [&[u8]; 3] = [b"cache.", b"control.", b"token."];

/// What goes for all three hosts.
#[derive(Clone, Copy)]
pub(crate) struct HostFlags {
    pub(crate) secure: bool,
    pub(crate) overridden: bool,
}

impl<'a> Hosts<'a> {
    /// The app's overrides win; then the credential's own endpoint; then the `endpoint` option.
    pub(super) fn find(work: &'a Work, form: &Form, settings: &Settings<'a>) -> Result<Hosts<'a>, TokenError> {
        let [endpoint, base, prefix, hosts @ ..] = settings.hosts.map(|host| host.map(str::as_bytes));
        let prefix = base.and(prefix).unwrap_or_default();
        let mut found = Hosts { base, prefix, hosts: hosts.map(Option::unwrap_or_default), flags: None };
        let overridden = base.or(hosts[0]).is_some();
        if !overridden {
            let text = |claim| form.claims.text(claim).map(|span| work.get(span));
            match (text(Claim::CacheEndpoint), text(Claim::ControlEndpoint)) {
                (Some(cache), Some(control)) if form.version == Version::Legacy => {
                    found.hosts = [cache, control, cache]
                }
                _ => {
                    found.base = form.endpoint.map(|span| work.get(span)).or(endpoint);
                    if found.base.is_none() {
                        return Ok(found);
                    }
                }
            }
        }
        for host in found.base.as_ref().map_or(&found.hosts[..], std::slice::from_ref) {
            check_host(host, overridden)?;
            if !overridden {
                check_suffix(host, settings)?;
            }
        }
        if !found.prefix.is_empty() {
            check_host(found.prefix, false)?;
        }
        found.flags = Some(HostFlags { secure: !(overridden && settings.insecure), overridden });
        Ok(found)
    }

    pub(super) fn put_base(&self, block: &mut Block) {
        match self.base {
            None => block.maybe(None),
            Some(base) => {
                block.push_lower(base);
                block.end();
            }
        }
    }

    pub(super) fn put_all(&self, block: &mut Block) {
        for (service, host) in SERVICES.iter().zip(self.hosts) {
            if self.flags.is_none() {
                block.maybe(None);
                continue;
            }
            if !self.prefix.is_empty() {
                block.push_lower(self.prefix);
                block.push(b".");
            }
            if self.base.is_some() {
                block.push(service);
            }
            block.push_lower(self.base.unwrap_or(host));
            block.end();
        }
    }
}

/// An error names so many of the allowed suffixes.
const MAX_SUFFIXES_QUOTED: usize = 4;

/// A host that a credential (or the `endpoint` option) names is to lie under an allowed suffix.
fn check_suffix(host: &[u8], settings: &Settings<'_>) -> Result<(), TokenError> {
    let suffixes = settings.suffixes.as_deref().unwrap_or(&[DEFAULT_ENDPOINT_SUFFIX]);
    if suffixes.iter().any(|suffix| is_under(host, suffix.as_bytes())) {
        return Ok(());
    }
    let (mut allowed, mut between) = (String::new(), "");
    for (index, suffix) in suffixes.iter().enumerate() {
        push(&mut allowed, between);
        if index == MAX_SUFFIXES_QUOTED {
            push(&mut allowed, "others");
            break;
        }
        push(&mut allowed, if is_quotable(suffix.as_bytes()) { suffix } else { "a suffix that is not shown" });
        between = " or ";
    }
    let (before, behind) = (
        "expected an endpoint under ",
        ", found one elsewhere: the credential would be sent there; where that is meant, name its suffix in `allowedEndpointSuffixes`",
    );
    Err(TokenError::of_pieces("ERR_ENDPOINT_NOT_ALLOWED", &[before, &allowed, behind]))
}

/// `host` is `suffix` itself, or ends in a dot and `suffix`; capitals do not matter.
fn is_under(host: &[u8], suffix: &[u8]) -> bool {
    let Some(cut) = host.len().checked_sub(suffix.len()) else { return false };
    match host.split_at_checked(cut) {
        Some((before, end)) => {
            !suffix.is_empty() && end.eq_ignore_ascii_case(suffix) && matches!(before, [] | [.., b'.'])
        }
        None => false,
    }
}

/// Labels of letters, digits and inner hyphens, joined by dots (RFC 1123), perhaps with a port.
fn check_host(text: &[u8], port_allowed: bool) -> Result<(), TokenError> {
    let (host, port_fits) = match text.iter().position(|byte| *byte == b':').and_then(|at| text.split_at_checked(at)) {
        Some((host, port)) if port_allowed => (host, is_port(port)),
        _ => (text, true),
    };
    let mut fits = port_fits && host.len() <= 253;
    // The label's length so far, and the byte before; a label neither starts nor ends with a hyphen, and so is not
    // empty.
    let (mut label, mut before) = (0, b'-');
    for byte in host.iter().chain(b".") {
        if *byte == b'.' {
            fits &= before != b'-' && label <= 63;
            (label, before) = (0, b'-');
        } else {
            fits &= byte.is_ascii_alphanumeric() || *byte == b'-' && label > 0;
            (label, before) = (label + 1, *byte);
        }
    }
    if fits {
        return Ok(());
    }
    Err(TokenError::new(
        "ERR_ENDPOINT_INVALID",
        if port_allowed {
            "expected an endpoint that is a plain host name with an optional port, found something else; leave out scheme, path and user"
        } else {
            "expected an endpoint that is a plain host name, found something else (a scheme, port, path, user, trailing dot, or a character that no host name has)"
        },
    ))
}

/// A colon and a number from 1 to 65535.
fn is_port(text: &[u8]) -> bool {
    let mut port = 0;
    for byte in text.iter().skip(1) {
        if !byte.is_ascii_digit() {
            return false;
        }
        port = (port * 10 + u32::from(byte - b'0')).min(65_536);
    }
    (1..=65_535).contains(&port)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::vec::Vec;

    fn code(host: &str, suffixes: Option<&[&str]>) -> &'static str {
        let settings = Settings { suffixes: suffixes.map(Vec::from), ..Settings::default() };
        let host = host.as_bytes();
        let checked = check_host(host, false).and_then(|()| check_suffix(host, &settings));
        checked.map_or_else(|error| error.code(), |()| "")
    }

    #[test]
    fn only_plain_hosts_under_an_allowed_suffix_pass() {
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
    fn the_app_may_allow_other_suffixes() {
        assert_eq!(code("a.example.com", Some(&["b.example", "Example.com"])), "");
        assert_eq!(code("a.momentohq.com", Some(&["example.com"])), "ERR_ENDPOINT_NOT_ALLOWED");
        assert_eq!(code("a.momentohq.com", Some(&[])), "ERR_ENDPOINT_NOT_ALLOWED");
        assert_eq!(code("a.momentohq.com", Some(&[""])), "ERR_ENDPOINT_NOT_ALLOWED");
    }

    #[test]
    fn overrides_may_have_a_port() {
        for right in ["localhost:8080", "h", "h:1", "h:65535", "h:080"] {
            assert!(check_host(right.as_bytes(), true).is_ok(), "{right}");
        }
        let wrong: Vec<&str> = "http://h h:0 h:65536 h:99999999999 h:+1 h: h/ a@h h:1:2 :1".split(' ').collect();
        for wrong in wrong {
            assert!(check_host(wrong.as_bytes(), true).is_err(), "{wrong}");
        }
        assert!(check_host(b"p:1", false).is_err());
    }
}
