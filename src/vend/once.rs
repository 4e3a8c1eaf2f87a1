//! Small things, once for all who do them here: inlined where they are used, they would be a good part of this folder's
//! code.

/// Without white space around it.
#[inline(never)]
pub(super) fn bare(text: &str) -> &str {
    text.trim_ascii()
}

/// The same but for capital letters.
#[inline(never)]
pub(super) fn same(a: &[u8], b: &[u8]) -> bool {
    a.eq_ignore_ascii_case(b)
}

/// From one time to another, as far as that fits.
#[inline(never)]
pub(super) fn between(from: i64, to: i64) -> i64 {
    to.saturating_sub(from)
}
