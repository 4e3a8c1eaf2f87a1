//! `DecodeOptions`, as the package writes them down after checking their types.

use crate::token::{DecodeOptions, Overrides};

/// Reads lines of ASCII, each a letter that says what it is and the rest: an `e`ndpoint; `S`uffixes follow, each with
/// `s`; the overrides' `b`ase and `p`refix, or `c`ache, control (`k`) and `t`oken; and whether they are `i`nsecure.
pub(super) fn read(text: &[u8]) -> DecodeOptions {
    let text = std::str::from_utf8(text).unwrap_or_default();
    let mut options = DecodeOptions::default();
    let (mut base, mut prefix, mut hosts, mut secure) = (None, None, [None, None, None], true);
    for line in text.split('\n') {
        let Some((what, rest)) = line.split_at_checked(1) else { continue };
        let value = || String::from(rest);
        match what {
            "e" => options.endpoint = Some(value()),
            "b" => base = Some(value()),
            "p" => prefix = Some(value()),
            "c" => hosts[0] = Some(value()),
            "k" => hosts[1] = Some(value()),
            "t" => hosts[2] = Some(value()),
            "i" => secure = false,
            "s" => options.allowed_endpoint_suffixes.get_or_insert_default().push(value()),
            _ => drop(options.allowed_endpoint_suffixes.get_or_insert_default()),
        }
    }
    options.overrides = match (base, hosts) {
        (Some(base), _) => Some(Overrides::Base { base, prefix, secure }),
        (None, [Some(cache), control, token]) => Some(Overrides::All {
            cache,
            control: control.unwrap_or_default(),
            token: token.unwrap_or_default(),
            secure,
        }),
        (None, [None, ..]) => None,
    };
    options
}
