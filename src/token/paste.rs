//! What people really paste: a credential with something around it.

use alloc::{borrow::Cow, string::String};

/// Takes away surrounding white space and quotes, a `Bearer ` prefix, and line wraps; nothing else.
pub(crate) fn clean(pasted: &str) -> Cow<'_, str> {
    let quoted = matches!(pasted.as_bytes().first(), Some(b'"' | b'\'' | b'`'));
    // What a program hands over is clean already, and one look tells.
    if !quoted && pasted.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Cow::Borrowed(pasted);
    }
    peel(pasted)
}

#[cold]
fn peel(pasted: &str) -> Cow<'_, str> {
    let mut text = pasted;
    // Each layer may hide another: quotes inside white space, `Bearer ` inside quotes.
    loop {
        let before = text;
        text = text.trim_matches(is_blank);
        for quote in ['"', '\'', '`'] {
            if let Some(inner) = text.strip_prefix(quote).and_then(|rest| rest.strip_suffix(quote)) {
                text = inner;
            }
        }
        if let Some((scheme, rest)) = text.split_at_checked(7)
            && scheme.eq_ignore_ascii_case("bearer ")
        {
            text = rest;
        }
        if text == before {
            break;
        }
    }
    if text.contains(is_blank) {
        Cow::Owned(text.chars().filter(|character| !is_blank(*character)).collect::<String>())
    } else {
        Cow::Borrowed(text)
    }
}

/// White space, and the marks that editors and chat programs leave: zero-width characters and the byte order mark.
fn is_blank(character: char) -> bool {
    character.is_whitespace() || matches!(character, '\u{200b}'..='\u{200d}' | '\u{2060}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strips_what_surrounds_a_credential() {
        for pasted in [
            "abc.def",
            " abc.def\n",
            "\"abc.def\"",
            "' abc.def '",
            "Bearer abc.def",
            "bearer  \"abc.def\"",
            "\u{feff}`abc.def`\r\n",
            "abc.\r\n  def",
            "\u{a0}abc.\u{200b}def",
        ] {
            assert_eq!(clean(pasted), "abc.def", "{pasted:?}");
        }
        assert_eq!(clean("\"abc"), "\"abc");
        assert_eq!(clean("\""), "\"");
        assert_eq!(clean(" \"\" "), "");
        assert_eq!(clean("bearer"), "bearer");
    }
}
