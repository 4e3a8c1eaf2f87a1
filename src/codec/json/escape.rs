//! The contents of JSON strings: unescaped characters and escapes.

/// The number of bytes before the next quote, backslash or control character. Processes eight bytes at a time, since a
/// credential is one long string: byte by byte, this would take a tenth of the decoding time.
pub(super) fn plain_run(bytes: &[u8]) -> usize {
    let (words, _) = bytes.as_chunks();
    let plain_words = words.iter().take_while(|word| !has_special(u64::from_le_bytes(**word))).count();
    let rest = bytes.get(plain_words * 8..).unwrap_or_default();
    plain_words * 8 + rest.iter().position(|byte| is_special(*byte)).unwrap_or(rest.len())
}

/// Whether a byte needs an escape in a string.
fn is_special(byte: u8) -> bool {
    matches!(byte, b'"' | b'\\' | 0..=0x1f)
}

/// Whether any of eight bytes [`is_special`].
fn has_special(word: u64) -> bool {
    const ONES: u64 = u64::MAX / 0xff;
    const HIGH_BITS: u64 = ONES * 0x80;
    // Subtracting 1 sets the high bit of a byte below 0x80 only if the byte is 0.
    let has_zero = |word: u64| word.wrapping_sub(ONES) & !word & HIGH_BITS != 0;
    let without_low_bits = word & (ONES * 0xe0);
    has_zero(without_low_bits) || has_zero(word ^ (ONES * 0x22)) || has_zero(word ^ (ONES * 0x5c))
}

/// Decodes an escape, without its backslash, into a character and the number of bytes read. The error is what was
/// expected instead.
pub(super) fn escape(bytes: &[u8]) -> Result<(char, usize), &'static str> {
    let [letter, rest @ ..] = bytes else { return Err("a known escape") };
    let character = match letter {
        b'"' | b'\\' | b'/' => char::from(*letter),
        b'n' => '\n',
        b'r' => '\r',
        b't' => '\t',
        b'b' => '\u{8}',
        b'f' => '\u{c}',
        b'u' => return unicode_escape(rest).map(|(character, length)| (character, 1 + length)),
        _ => return Err("a known escape"),
    };
    Ok((character, 1))
}

/// Decodes a Unicode escape after the `u`: a UTF-16 code unit, or a surrogate pair such as `d83d\ude00`.
fn unicode_escape(bytes: &[u8]) -> Result<(char, usize), &'static str> {
    let first = hex4(bytes)?;
    if let (0xd800..=0xdbff, Some([b'\\', b'u', second @ ..])) = (first, bytes.get(4..)) {
        let second = hex4(second)?;
        if !(0xdc00..=0xdfff).contains(&second) {
            return Err("the second half of a surrogate pair");
        }
        let code = 0x10000 + ((first - 0xd800) << 10) + (second - 0xdc00);
        return char::from_u32(code).map(|character| (character, 10)).ok_or("no lone surrogate");
    }
    char::from_u32(first).map(|character| (character, 4)).ok_or("no lone surrogate")
}

fn hex4(bytes: &[u8]) -> Result<u32, &'static str> {
    const EXPECTED: &str = "four hexadecimal digits";
    let mut unit = 0;
    for digit in bytes.get(..4).ok_or(EXPECTED)? {
        unit = unit << 4 | char::from(*digit).to_digit(16).ok_or(EXPECTED)?;
    }
    Ok(unit)
}

/// Decodes the contents of a string whose escapes are known to be valid.
pub(super) fn unescape(content: &str) -> String {
    // With full capacity, because a string that grows leaves copies in memory, and this may be a credential.
    let mut text = String::with_capacity(content.len());
    let mut rest = content;
    while let Some((plain, escaped)) = rest.split_once('\\') {
        text.push_str(plain);
        let Ok((character, length)) = escape(escaped.as_bytes()) else { break };
        text.push(character);
        rest = escaped.get(length..).unwrap_or_default();
    }
    text.push_str(rest);
    text
}
