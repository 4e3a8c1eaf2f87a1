//! Base64 (RFC 4648) in every form that Momento's SDKs emit: standard or URL-safe, padded or not.
//!
//! Written here because of its size: the `base64` crate, which the tests hold this against, is four times as large in
//! the module.

use super::json::push_ascii;
use std::cell::Cell;

const STANDARD: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// Marks the two letters that only the standard alphabet has, and those that only the URL-safe one has; what has both
/// is no letter. All of them stand above the 24 bits that a quad makes, wherever in it their letter stands.
const STANDARD_ONLY: u32 = 1 << 24;
const URL_SAFE_ONLY: u32 = 1 << 25;
const NO_LETTER: u32 = STANDARD_ONLY | URL_SAFE_ONLY;

/// Each byte's six bits, with its mark.
static LETTERS: [u32; 256] = {
    let mut letters = [NO_LETTER; 256];
    let mut value = 0;
    while value < 62 {
        letters[STANDARD[value] as usize] = value as u32;
        value += 1;
    }
    letters[b'+' as usize] = 62 | STANDARD_ONLY;
    letters[b'/' as usize] = 63 | STANDARD_ONLY;
    letters[b'-' as usize] = 62 | URL_SAFE_ONLY;
    letters[b'_' as usize] = 63 | URL_SAFE_ONLY;
    letters
};

/// Where reading stopped, and how many bytes came of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Decoded {
    pub(crate) stopped: usize,
    pub(crate) length: usize,
}

/// Decodes what starts at `from` and ends before `to`, or before the first byte that is no letter, into the same buffer
/// at `into`: not behind `from`, or else not before `to`. Takes either alphabet, with or without padding (a lost `=` is
/// forgiven).
///
/// `None` for what is not base64: mixed alphabets, a letter alone, or bits left over (two spellings of one value are
/// one too many).
pub(crate) fn decode_within(bytes: &mut [u8], from: usize, to: usize, into: usize) -> Option<Decoded> {
    let (mut at, mut end, mut marks) = (from, into, 0);
    // Cells, since source and target may overlap; by chunks, which need no check at each byte.
    let cells = Cell::from_mut(&mut *bytes).as_slice_of_cells();
    let (quads, _) = cells.get(from..to).unwrap_or_default().as_chunks();
    let (triples, _) = cells.get(into..).unwrap_or_default().as_chunks();
    let (mut quads, mut triples) = (quads, triples);
    while let ([[a, b, c, d], more @ ..], [[first, second, third], room @ ..]) = (quads, triples) {
        (quads, triples) = (more, room);
        let (a, b, c, d) = (letter(a.get()), letter(b.get()), letter(c.get()), letter(d.get()));
        let all = marks | a | b | c | d;
        if all & NO_LETTER == NO_LETTER {
            break;
        }
        let bits = a << 18 | b << 12 | c << 6 | d;
        first.set((bits >> 16) as u8);
        second.set((bits >> 8) as u8);
        third.set(bits as u8);
        (at, end, marks) = (at + 4, end + 3, all);
    }
    // The rest, which ends where the letters do: how many bits of it are no byte yet.
    let (mut bits, mut held) = (0, 0);
    while at < to
        && let Some(byte) = bytes.get(at)
    {
        let letter = letter(*byte);
        if letter & NO_LETTER == NO_LETTER {
            break;
        }
        marks |= letter;
        bits = bits << 6 | letter & 0x3f;
        (at, held) = (at + 1, held + 6);
        if held >= 8 {
            held -= 8;
            *bytes.get_mut(end)? = (bits >> held) as u8;
            end += 1;
        }
    }
    // A letter alone leaves six, which is no byte; two leave four, three leave two, and each `=` may stand for two of
    // them.
    if held == 6 || bits & ((1 << held) - 1) != 0 || marks & NO_LETTER == NO_LETTER {
        return None;
    }
    while held > 0 && at < to && bytes.get(at) == Some(&b'=') {
        (at, held) = (at + 1, held - 2);
    }
    Some(Decoded { stopped: at, length: end - into })
}

#[inline(always)]
fn letter(byte: u8) -> u32 {
    LETTERS[usize::from(byte)]
}

/// Decodes a whole text; `None` also for white space and for padding in the wrong place.
pub(crate) fn decode(text: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::from(text);
    let Decoded { stopped, length } = decode_within(&mut bytes, 0, text.len(), 0)?;
    bytes.truncate(length);
    (stopped == text.len()).then_some(bytes)
}

/// Standard padded base64, the form that every SDK reads.
pub(crate) fn encode(bytes: &[u8]) -> String {
    let mut out = String::new();
    for chunk in bytes.chunks(3) {
        let byte = |at: usize| u32::from(chunk.get(at).copied().unwrap_or_default());
        let mut bits = byte(0) << 16 | byte(1) << 8 | byte(2);
        for index in 0..4 {
            let letter = STANDARD[(bits >> 18 & 0x3f) as usize];
            push_ascii(&mut out, if index <= chunk.len() { letter } else { b'=' });
            bits <<= 6;
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use ::base64::engine::{DecodePaddingMode, Engine, GeneralPurpose, GeneralPurposeConfig, general_purpose};
    use proptest::prelude::*;

    /// The same, by the `base64` crate.
    fn oracle(text: &str) -> Option<Vec<u8>> {
        let lenient = GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);
        let url_safe = text.bytes().any(|byte| matches!(byte, b'-' | b'_'));
        let alphabet = if url_safe { ::base64::alphabet::URL_SAFE } else { ::base64::alphabet::STANDARD };
        GeneralPurpose::new(&alphabet, lenient).decode(text).ok()
    }

    #[test]
    fn reads_every_form_and_nothing_else() {
        let bytes = [0xfb, 0xff, 0xfe, 0x01];
        for form in ["+//+AQ==", "+//+AQ=", "+//+AQ", "-__-AQ==", "-__-AQ"] {
            assert_eq!(decode(form).as_deref(), Some(&bytes[..]), "{form}");
        }
        for wrong in ["+_/+AQ", "+//+A", "+//+AR==", " +//+AQ==", "+//+\nAQ==", "=", "é", "AAAA=", "AAA==", "AA==="] {
            assert_eq!(decode(wrong), None, "{wrong}");
        }
        assert_eq!(decode("").as_deref(), Some(&[][..]));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(4096))]

        #[test]
        fn agrees_with_the_base64_crate(text in "[AQgwZ9+/_=\\- é-]{0,12}") {
            prop_assert_eq!(decode(&text), oracle(&text));
        }
    }

    proptest! {
        #[test]
        fn round_trips(bytes: Vec<u8>) {
            let padded = encode(&bytes);
            prop_assert_eq!(&padded, &general_purpose::STANDARD.encode(&bytes));
            prop_assert_eq!(decode(&padded), Some(bytes.clone()));
            let bare = padded.trim_end_matches('=').replace('+', "-").replace('/', "_");
            prop_assert_eq!(decode(&bare), Some(bytes));
        }
    }
}
