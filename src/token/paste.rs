//! What people really paste: a credential with something around it.

/// Takes away white space and line wraps, surrounding quotes and a `Bearer ` prefix; nothing else. What is left stands
/// in front; how long it is.
pub(super) fn clean(bytes: &mut [u8]) -> usize {
    let (mut read, mut end) = (0, 0);
    while let Some(rest) = bytes.get(read..)
        && let Some(byte) = rest.first().copied()
    {
        let blank = blank(rest);
        if blank == 0 {
            if let Some(place) = bytes.get_mut(end) {
                *place = byte;
            }
            (read, end) = (read + 1, end + 1);
            continue;
        }
        read += blank;
        // White space means something behind `Bearer`, perhaps in quotes.
        if let Some((quotes, word)) = bytes.get(..end).and_then(|kept| kept.split_at_checked(end.saturating_sub(6)))
            && word.eq_ignore_ascii_case(b"bearer")
            && quotes.iter().all(is_quote)
        {
            end -= 6;
        }
    }
    let mut from = 0;
    while let Some([first, .., last]) = bytes.get(from..end)
        && first == last
        && is_quote(first)
    {
        (from, end) = (from + 1, end - 1);
    }
    bytes.copy_within(from..end, 0);
    end - from
}

fn is_quote(byte: &u8) -> bool {
    matches!(byte, b'"' | b'\'' | b'`')
}

/// How many bytes the blank character in front takes; 0 where there is none. White space of any kind, and the marks
/// that editors and chat programs leave: zero-width characters and the byte order mark.
pub(crate) fn blank(bytes: &[u8]) -> usize {
    let (code, length) = match *bytes {
        [byte @ 0..0x80, ..] => (byte.into(), 1),
        [0xc2, low, ..] => (low.into(), 2),
        [high @ 0xe0..0xf0, middle, low, ..] => {
            (u16::from(high) << 12 | u16::from(middle & 0x3f) << 6 | u16::from(low & 0x3f), 3)
        }
        _ => return 0,
    };
    let blank = matches!(code, 0x09..=0x0d | 0x2000..=0x200d) || BLANKS.contains(&code);
    if blank { length } else { 0 }
}

/// The characters, but for two ranges.
static BLANKS: [u16; 11] = [0x20, 0x85, 0xa0, 0x1680, 0x2028, 0x2029, 0x202f, 0x205f, 0x2060, 0x3000, 0xfeff];

#[cfg(test)]
mod tests {
    use super::*;
    use std::string::String;

    fn cleaned(pasted: &str) -> String {
        let mut bytes = std::vec::Vec::from(pasted);
        let length = clean(&mut bytes);
        bytes.truncate(length);
        String::from_utf8(bytes).unwrap()
    }

    #[test]
    fn strips_what_surrounds_a_credential() {
        for pasted in [
            "abc.def",
            " abc.def\n",
            "\"abc.def\"",
            "' abc.def '",
            "Bearer abc.def",
            "bearer  \"abc.def\"",
            "\" 'BEARER abc.def' \"",
            "Bearer bearer abc.def",
            "\u{feff}`abc.def`\r\n",
            "abc.\r\n  def",
            "\u{a0}abc.\u{200b}def",
        ] {
            assert_eq!(cleaned(pasted), "abc.def", "{pasted:?}");
        }
        for kept in ["\"abc", "\"", "bearer", "Bearerabc", "abc\u{e9}", "\u{1f600}"] {
            assert_eq!(cleaned(kept), kept);
        }
        assert_eq!(cleaned(" \"\" "), "");
        assert_eq!(cleaned("xbearer abc"), "xbearerabc");
    }

    #[test]
    fn a_blank_is_what_unicode_calls_white_space_and_what_has_no_width() {
        for character in '\0'..=char::MAX {
            let known =
                character.is_whitespace() || matches!(character, '\u{200b}'..='\u{200d}' | '\u{2060}' | '\u{feff}');
            let length = if known { character.len_utf8() } else { 0 };
            assert_eq!(blank(std::string::ToString::to_string(&character).as_bytes()), length, "{character:?}");
        }
    }
}
