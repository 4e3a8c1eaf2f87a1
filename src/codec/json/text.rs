//! Strings: what stands for itself in them, and escapes.

use super::error::Expected;

/// How many bytes stand before the next quote, backslash or control character; eight at a time, since a credential is
/// one long string.
pub(super) fn plain_run(bytes: &[u8]) -> usize {
    const ONES: u64 = u64::MAX / 0xff;
    // The highest bit of each byte that is zero, up to the first one: those behind it may be marked wrongly.
    let zeros = |word: u64| word.wrapping_sub(ONES) & !word & (ONES << 7);
    let mut at = 0;
    for chunk in bytes.chunks_exact(8) {
        let Ok(chunk) = chunk.try_into() else { break };
        let word = u64::from_le_bytes(chunk);
        let below_space = zeros(word & (ONES * 0xe0));
        if below_space | zeros(word ^ (ONES * 0x22)) | zeros(word ^ (ONES * 0x5c)) != 0 {
            break;
        }
        at += 8;
    }
    while let Some(byte) = bytes.get(at)
        && !is_special(*byte)
    {
        at += 1;
    }
    at
}

/// What does not stand for itself in a string.
pub(super) fn is_special(byte: u8) -> bool {
    matches!(byte, b'"' | b'\\' | 0..=0x1f)
}

/// The letters that stand for a character behind a backslash, and those characters.
pub(super) const LETTERS: &[u8; 8] = b"\"\\nrt/bf";
pub(super) const MEANT: &[u8; 8] = b"\"\\\n\r\t/\x08\x0c";

/// The character of an escape sequence, and how many bytes spell it, from behind the backslash.
pub(super) fn escape(bytes: &[u8]) -> std::result::Result<(char, usize), Expected> {
    let [letter, rest @ ..] = bytes else { return Err(Expected::Escape) };
    if *letter != b'u' {
        let meant = LETTERS.iter().zip(MEANT).find(|(known, _)| *known == letter);
        return meant.map(|(_, byte)| (char::from(*byte), 1)).ok_or(Expected::Escape);
    }
    let (mut code, mut length) = (hex4(rest)?, 5);
    if let (0xd800..=0xdbff, Some([b'\\', b'u', rest @ ..])) = (code, rest.get(4..)) {
        let low = hex4(rest)?;
        if !(0xdc00..=0xdfff).contains(&low) {
            return Err(Expected::LowSurrogate);
        }
        (code, length) = (0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00), 11);
    }
    char::from_u32(code).map(|character| (character, length)).ok_or(Expected::NoSurrogate)
}

fn hex4(bytes: &[u8]) -> std::result::Result<u32, Expected> {
    let mut unit = 0;
    for at in 0..4 {
        let digit = bytes.get(at).and_then(|digit| char::from(*digit).to_digit(16));
        unit = unit << 4 | digit.ok_or(Expected::Hex)?;
    }
    Ok(unit)
}

/// Puts what was escaped in the content of a string in its place, where it is never longer; how long all of it is then.
pub(crate) fn unescape(bytes: &mut [u8]) -> usize {
    let (mut read, mut written) = (0, 0);
    while let Some(byte) = bytes.get(read).copied() {
        read += 1;
        let mut utf8 = [byte, 0, 0, 0];
        let mut length = 1;
        // The string has been read, so each escape is one.
        if byte == b'\\'
            && let Some(Ok((character, spelled))) = bytes.get(read..).map(escape)
        {
            read += spelled;
            length = character.encode_utf8(&mut utf8).len();
        }
        for (place, byte) in bytes.iter_mut().skip(written).zip(utf8).take(length) {
            *place = byte;
        }
        written += length;
    }
    written
}
