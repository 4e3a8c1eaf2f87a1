//! Lists of words, each in one text: a list of texts would have an address and a length for each.

/// What stands behind each word, the last one too.
const END: u8 = b',';

/// The word of that number; nothing where there is none.
#[inline(never)]
pub(crate) fn word(list: &'static str, mut number: usize) -> &'static str {
    let mut from = 0;
    for (at, byte) in list.bytes().enumerate() {
        if byte == END {
            if number == 0 {
                let word = list.as_bytes().get(from..at).unwrap_or_default();
                return std::str::from_utf8(word).unwrap_or_default();
            }
            number -= 1;
            from = at + 1;
        }
    }
    ""
}

/// The number of that word; 0, where lists that are searched have an empty one, if it is not there.
#[inline(never)]
pub(crate) fn find(list: &str, word: &[u8]) -> usize {
    let (mut number, mut from) = (0, 0);
    for (at, byte) in list.bytes().enumerate() {
        if byte == END {
            if list.as_bytes().get(from..at) == Some(word) {
                return number;
            }
            number += 1;
            from = at + 1;
        }
    }
    0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_is_found_whole_or_not_at_all() {
        let list = ",one,two,three,";
        for (number, one) in ["", "one", "two", "three"].into_iter().enumerate() {
            assert_eq!((word(list, number), find(list, one.as_bytes())), (one, number));
        }
        assert_eq!((word(list, 4), word("", 0)), ("", ""));
        for no in ["on", "ones", "one,", "one,two", ",", ",one"] {
            assert_eq!(find(list, no.as_bytes()), 0, "{no}");
        }
    }
}
