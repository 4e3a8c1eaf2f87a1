//! Base64 (RFC 4648) in every form that Momento's SDKs emit: standard or URL-safe, padded or not.
//!
//! A text that mixes both alphabets is rejected, and so is one whose last character has unused bits set, so that each
//! value has only one spelling per form.

use ::base64::alphabet::{Alphabet, STANDARD, URL_SAFE};
use ::base64::engine::{DecodePaddingMode, Engine, GeneralPurpose, GeneralPurposeConfig, general_purpose};
use zeroize::Zeroizing;

static STANDARD_ENGINE: GeneralPurpose = engine(&STANDARD);
static URL_SAFE_ENGINE: GeneralPurpose = engine(&URL_SAFE);

/// Padding is optional.
const fn engine(alphabet: &Alphabet) -> GeneralPurpose {
    let config = GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(false);
    GeneralPurpose::new(alphabet, config)
}

/// Decodes a text; `None` if it is not base64, including white space and misplaced padding.
pub(crate) fn decode(text: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    decode_into(text, &mut bytes).then_some(bytes)
}

/// Like [`decode`], for a text that contains a credential.
pub(crate) fn decode_secret(text: &str) -> Option<Zeroizing<Vec<u8>>> {
    // With full capacity, because a vector that grows leaves copies in memory.
    let mut bytes = Zeroizing::new(Vec::with_capacity(::base64::decoded_len_estimate(text.len())));
    decode_into(text, &mut bytes).then_some(bytes)
}

fn decode_into(text: &str, bytes: &mut Vec<u8>) -> bool {
    // The first character of the other alphabet ends the first attempt, so there is no need to search for one.
    STANDARD_ENGINE.decode_vec(text, bytes).is_ok() || {
        bytes.clear();
        URL_SAFE_ENGINE.decode_vec(text, bytes).is_ok()
    }
}

/// Encodes as standard padded base64, which every SDK accepts.
pub(crate) fn encode(bytes: &[u8]) -> String {
    let mut text = vec![0; ::base64::encoded_len(bytes.len(), true).unwrap_or_default()];
    let length = general_purpose::STANDARD.encode_slice(bytes, &mut text).unwrap_or_default();
    text.truncate(length);
    // Base64 is always ASCII. `Engine::encode` would add code for a panic message.
    String::from_utf8(text).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The same, bit by bit.
    fn oracle(text: &str) -> Option<Vec<u8>> {
        const COMMON: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
        let letters = text.trim_end_matches('=');
        let padding = text.len() - letters.len();
        let read = |last: &str| {
            let alphabet = format!("{COMMON}{last}");
            let values = letters.chars().map(|letter| alphabet.find(letter));
            let bits: Vec<bool> = values
                .collect::<Option<Vec<usize>>>()?
                .into_iter()
                .flat_map(|value| (0..6).rev().map(move |bit| value >> bit & 1 == 1))
                .collect();
            let (whole, rest) = bits.split_at(bits.len() / 8 * 8);
            let bytes = whole.chunks(8).map(|byte| byte.iter().fold(0, |byte, bit| byte << 1 | u8::from(*bit)));
            // A character alone is no byte; each padding character stands for two bits of the last byte.
            (rest.len() < 6 && !rest.contains(&true) && padding <= rest.len() / 2).then(|| bytes.collect())
        };
        read("+/").or_else(|| read("-_"))
    }

    #[test]
    fn reads_every_base64_form_only() {
        let bytes = [0xfb, 0xff, 0xfe, 0x01];
        for form in ["+//+AQ==", "+//+AQ=", "+//+AQ", "-__-AQ==", "-__-AQ"] {
            assert_eq!(decode(form).as_deref(), Some(&bytes[..]), "{form}");
            assert_eq!(decode_secret(form).as_deref().map(Vec::as_slice), Some(&bytes[..]), "{form}");
        }
        for wrong in ["+_/+AQ", "+//+A", "+//+AR==", " +//+AQ==", "+//+\nAQ==", "=", "é", "AAAA=", "AAA==", "AA==="] {
            assert_eq!(decode(wrong), None, "{wrong}");
        }
        assert_eq!(decode("").as_deref(), Some(&[][..]));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(4096))]

        #[test]
        fn agrees_with_bitwise_decoding(text in "[AQgwZ9+/_=\\- é-]{0,12}") {
            prop_assert_eq!(decode(&text), oracle(&text));
        }
    }

    proptest! {
        #[test]
        fn round_trips(bytes: Vec<u8>) {
            let padded = encode(&bytes);
            prop_assert_eq!(decode(&padded), Some(bytes.clone()));
            let bare = padded.trim_end_matches('=').replace('+', "-").replace('/', "_");
            prop_assert_eq!(oracle(&bare), Some(bytes.clone()));
            prop_assert_eq!(decode(&bare), Some(bytes));
        }
    }
}
