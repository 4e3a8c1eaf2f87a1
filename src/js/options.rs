//! `DecodeOptions`, as the package writes them down after checking their types.

use crate::token::{DecodeOptions, Overrides};
use alloc::{string::String, vec::Vec};

/// Reads lines of ASCII, each a letter that says what it is and the rest: an `e`ndpoint; `S`uffixes follow, each with `s`; the overrides'
/// `b`ase and `p`refix, or `c`ache, control (`k`) and `t`oken; and whether they are `i`nsecure.
pub(super) fn read(text: &[u8]) -> DecodeOptions {
    let mut options = DecodeOptions::default();
    let (mut base, mut prefix, mut cache, mut control, mut token) = (None, None, None, None, None);
    let mut secure = true;
    for line in text.split(|byte| *byte == b'\n') {
        let Some((what, rest)) = line.split_first() else { continue };
        let value = String::from(core::str::from_utf8(rest).unwrap_or_default());
        match what {
            b'S' => options.allowed_endpoint_suffixes = Some(Vec::new()),
            b's' => {
                if let Some(suffixes) = &mut options.allowed_endpoint_suffixes {
                    suffixes.push(value);
                }
            }
            b'e' => options.endpoint = Some(value),
            b'b' => base = Some(value),
            b'p' => prefix = Some(value),
            b'c' => cache = Some(value),
            b'k' => control = Some(value),
            b't' => token = Some(value),
            _ => secure = false,
        }
    }
    options.overrides = match (base, cache, control, token) {
        (Some(base), ..) => Some(Overrides::Base { base, prefix, secure }),
        (None, Some(cache), Some(control), Some(token)) => Some(Overrides::All { cache, control, token, secure }),
        _ => None,
    };
    options
}
