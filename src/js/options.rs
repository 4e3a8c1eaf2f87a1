//! `DecodeOptions`, as the package writes them down after checking their types.

use crate::token::{DecodeOptions, Overrides, Settings};

/// Reads lines of ASCII, each a letter that says what it is and the rest: an `e`ndpoint; `S`uffixes follow, each with
/// `s`; the overrides' `b`ase and `p`refix, or `c`ache, control (`k`) and `t`oken; and whether they are `i`nsecure.
pub(super) fn read(text: &[u8]) -> Settings<'_> {
    let mut settings = Settings::default();
    for line in text.split(|byte| *byte == b'\n') {
        let Some((what, rest)) = line.split_first() else { continue };
        let value = std::str::from_utf8(rest).unwrap_or_default();
        let host = b"ebpckt".iter().position(|letter| letter == what);
        if let Some(host) = host.and_then(|place| settings.hosts.get_mut(place)) {
            *host = Some(value);
        } else if *what == b'i' {
            settings.insecure = true;
        } else {
            let suffixes = settings.suffixes.get_or_insert_with(Vec::new);
            if *what == b's' {
                suffixes.push(value);
            }
        }
    }
    settings
}

/// The same, to keep.
#[cfg(feature = "refresh")]
pub(super) fn read_owned(text: &[u8]) -> DecodeOptions {
    let Settings { hosts, insecure, suffixes } = read(text);
    let [endpoint, base, prefix, cache, control, token] = hosts.map(|host| host.map(String::from));
    let secure = !insecure;
    DecodeOptions {
        endpoint,
        overrides: match (base, cache, control, token) {
            (Some(base), ..) => Some(Overrides::Base { base, prefix, secure }),
            (_, Some(cache), Some(control), Some(token)) => Some(Overrides::All { cache, control, token, secure }),
            _ => None,
        },
        allowed_endpoint_suffixes: suffixes.map(|list| list.into_iter().map(String::from).collect()),
    }
}
