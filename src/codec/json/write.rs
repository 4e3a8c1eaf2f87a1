//! Putting text together, JSON strings among it.

use super::text::{LETTERS, MEANT, is_special};

/// Appends `text` as a JSON string literal.
pub(crate) fn write_string(out: &mut String, text: &str) {
    push(out, "\"");
    let mut rest = text;
    // What is to be escaped is ASCII, so pieces end where characters do.
    while let Some(at) = rest.bytes().position(is_special) {
        let (plain, escaped) = rest.split_at_checked(at).unwrap_or_default();
        let byte = escaped.as_bytes().first().copied().unwrap_or_default();
        push(out, plain);
        // The usual five have letters.
        if let Some((letter, _)) = LETTERS.iter().zip(MEANT).take(5).find(|(_, meant)| **meant == byte) {
            push_ascii(out, b'\\');
            push_ascii(out, *letter);
        } else {
            push(out, "\\u00");
            push_hex(out, byte);
        }
        rest = escaped.get(1..).unwrap_or_default();
    }
    push(out, rest);
    push(out, "\"");
}

/// Appends two hexadecimal digits.
pub(crate) fn push_hex(out: &mut String, byte: u8) {
    for nibble in [byte >> 4, byte & 15] {
        push_ascii(out, if nibble < 10 { b'0' + nibble } else { b'a' - 10 + nibble });
    }
}

// Not inlined, for size: text is put together in many places.

/// Appends text.
#[inline(never)]
pub(crate) fn push(out: &mut String, text: &str) {
    out.push_str(text);
}

/// Appends an ASCII character.
#[inline(never)]
pub(crate) fn push_ascii(out: &mut String, byte: u8) {
    out.push(char::from(byte));
}
