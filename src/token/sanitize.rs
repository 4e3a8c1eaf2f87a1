//! Removes what surrounds a pasted credential.

use zeroize::Zeroizing;

/// Removes white space and line wraps, surrounding quotes and a `Bearer ` prefix; nothing else.
pub(super) fn sanitize(pasted: &str) -> Zeroizing<String> {
    if is_clean(pasted) {
        return Zeroizing::new(String::from(pasted));
    }
    // With full capacity, because a string that grows leaves copies in memory.
    let mut text = Zeroizing::new(String::with_capacity(pasted.len()));
    for character in pasted.chars() {
        if is_blank(character) {
            remove_scheme(&mut text);
        } else {
            text.push(character);
        }
    }
    while let [first, .., last] = text.as_bytes()
        && first == last
        && is_quote(char::from(*first))
    {
        text.pop();
        text.drain(..1);
    }
    text
}

/// Whether there is nothing to remove.
fn is_clean(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_graphic() && !is_quote(char::from(byte)))
}

/// Removes a trailing `Bearer` with nothing but quotes before it.
fn remove_scheme(text: &mut String) {
    const SCHEME: &str = "bearer";
    if let Some(start) = text.len().checked_sub(SCHEME.len())
        && let Some((quotes, word)) = text.split_at_checked(start)
        && word.eq_ignore_ascii_case(SCHEME)
        && quotes.chars().all(is_quote)
    {
        text.truncate(start);
    }
}

fn is_quote(character: char) -> bool {
    matches!(character, '"' | '\'' | '`')
}

/// Whether a character is white space, or one of the invisible characters that editors and chat programs insert:
/// zero-width characters and the byte order mark.
pub(crate) fn is_blank(character: char) -> bool {
    character.is_whitespace() || matches!(character, '\u{200b}'..='\u{200d}' | '\u{2060}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strips_quotes_bearer_and_white_space() {
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
            assert_eq!(*sanitize(pasted), "abc.def", "{pasted:?}");
        }
        for kept in ["\"abc", "\"", "bearer", "Bearerabc", "abc\u{e9}", "\u{1f600}"] {
            assert_eq!(*sanitize(kept), kept);
        }
        assert!(is_clean("abc.def_-+/=") && is_clean(""));
        assert!(!is_clean(" a") && !is_clean("a\u{e9}") && !is_clean("\"a\"") && !is_clean("a\n"));
        assert_eq!(*sanitize(" \"\" "), "");
        assert_eq!(*sanitize("xbearer abc"), "xbearerabc");
    }
}
