//! Base64 (RFC 4648) in every form that Momento's SDKs emit: standard or URL-safe, padded or not.
//!
//! Written here because of its size: the `base64` crate, which the tests hold this against, is four times as large in the module.

use alloc::{string::String, vec, vec::Vec};

const STANDARD: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// Marks the two letters that only the standard alphabet has, and those that only the URL-safe one has; what has both is no letter.
const STANDARD_ONLY: u8 = 0x40;
const URL_SAFE_ONLY: u8 = 0x80;
const NO_LETTER: u8 = STANDARD_ONLY | URL_SAFE_ONLY;

/// Each byte's six bits, with its mark.
const LETTERS: [u8; 256] = {
    let mut letters = [NO_LETTER; 256];
    let mut value = 0;
    while value < 62 {
        letters[STANDARD[value as usize] as usize] = value;
        value += 1;
    }
    letters[b'+' as usize] = 62 | STANDARD_ONLY;
    letters[b'/' as usize] = 63 | STANDARD_ONLY;
    letters[b'-' as usize] = 62 | URL_SAFE_ONLY;
    letters[b'_' as usize] = 63 | URL_SAFE_ONLY;
    letters
};

/// Decodes either alphabet, with or without padding (a lost `=` is forgiven). `None` for anything else: mixed alphabets, white
/// space, padding in the wrong place, or bits left over (two spellings of one value are one too many).
pub(crate) fn decode(text: &str) -> Option<Vec<u8>> {
    let text = text.as_bytes();
    let letters = text.iter().rposition(|byte| *byte != b'=').map_or(0, |last| last + 1);
    let (letters, padding) = text.split_at_checked(letters)?;
    let (quads, rest) = letters.split_at_checked(letters.len() / 4 * 4)?;
    // What a cut quad may be followed by; a whole one by nothing.
    let (most_padding, shift) = match rest.len() {
        0 => (0, 0),
        2 => (2, 4),
        3 => (1, 2),
        _ => return None,
    };
    if padding.len() > most_padding {
        return None;
    }
    let mut out = vec![0; quads.len() / 4 * 3 + rest.len().saturating_sub(1)];
    // All marks together tell, at the end, whether there was anything wrong.
    let mut marks = 0;
    let mut bits = |byte: u8| {
        let letter = LETTERS[usize::from(byte)];
        marks |= letter;
        u32::from(letter & 0x3f)
    };
    let mut bytes = out.chunks_exact_mut(3);
    for (quad, bytes) in quads.chunks_exact(4).zip(&mut bytes) {
        if let ([a, b, c, d], [first, second, third]) = (quad, bytes) {
            let bits = bits(*a) << 18 | bits(*b) << 12 | bits(*c) << 6 | bits(*d);
            (*first, *second, *third) = ((bits >> 16) as u8, (bits >> 8) as u8, bits as u8);
        }
    }
    let bits = rest.iter().fold(0, |all, byte| all << 6 | bits(*byte));
    let left_over = bits & ((1 << shift) - 1);
    for (byte, at) in bytes.into_remainder().iter_mut().rev().zip([0, 8]) {
        *byte = (bits >> shift >> at) as u8;
    }
    (marks & NO_LETTER != NO_LETTER && left_over == 0).then_some(out)
}

/// Standard padded base64, the form that every SDK reads.
pub(crate) fn encode(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let bits = [16, 8, 0].iter().zip(chunk).fold(0, |bits, (at, byte)| bits | u32::from(*byte) << at);
        for (index, at) in [18, 12, 6, 0].into_iter().enumerate() {
            let letter = STANDARD[(bits >> at & 0x3f) as usize];
            out.push(if index <= chunk.len() { char::from(letter) } else { '=' });
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
