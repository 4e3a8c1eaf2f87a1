//! JSON strings.

use super::escape::plain_run;

/// Appends `text` as a JSON string literal.
pub(crate) fn write_string(out: &mut String, text: &str) {
    out.push('"');
    let mut rest = text;
    loop {
        // Escaped characters are ASCII, so pieces end at character boundaries.
        let (plain, special) = rest.split_at_checked(plain_run(rest.as_bytes())).unwrap_or_default();
        out.push_str(plain);
        match special.bytes().next() {
            None => break,
            Some(b'"') => out.push_str("\\\""),
            Some(b'\\') => out.push_str("\\\\"),
            Some(b'\n') => out.push_str("\\n"),
            Some(b'\r') => out.push_str("\\r"),
            Some(b'\t') => out.push_str("\\t"),
            Some(byte) => {
                out.push_str("\\u00");
                push_hex(out, byte);
            }
        }
        rest = special.get(1..).unwrap_or_default();
    }
    out.push('"');
}

/// Appends two hexadecimal digits.
pub(crate) fn push_hex(out: &mut String, byte: u8) {
    for nibble in [byte >> 4, byte & 15] {
        out.push(char::from_digit(u32::from(nibble), 16).unwrap_or_default());
    }
}
