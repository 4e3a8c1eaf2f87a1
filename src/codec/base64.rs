//! Base64 (RFC 4648) in every form that Momento's SDKs emit: standard or URL-safe, padded or not.

use ::base64::engine::{DecodePaddingMode, Engine, GeneralPurpose, GeneralPurposeConfig};
use ::base64::{alphabet, engine::general_purpose::STANDARD as PADDED};
use alloc::{string::String, vec::Vec};

const LENIENT: GeneralPurposeConfig =
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);
const STANDARD: GeneralPurpose = GeneralPurpose::new(&alphabet::STANDARD, LENIENT);
const URL_SAFE: GeneralPurpose = GeneralPurpose::new(&alphabet::URL_SAFE, LENIENT);

/// Decodes either alphabet, with or without padding (a lost `=` is forgiven). `None` for anything else: mixed alphabets, white
/// space, padding in the wrong place, or bits left over (two spellings of one value are one too many).
pub(crate) fn decode(text: &str) -> Option<Vec<u8>> {
    let url_safe = text.bytes().any(|byte| matches!(byte, b'-' | b'_'));
    let engine = if url_safe { &URL_SAFE } else { &STANDARD };
    engine.decode(text).ok()
}

/// Standard padded base64, the form that every SDK reads.
pub(crate) fn encode(bytes: &[u8]) -> String {
    PADDED.encode(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn reads_every_form_and_nothing_else() {
        let bytes = [0xfb, 0xff, 0xfe, 0x01];
        for form in ["+//+AQ==", "+//+AQ=", "+//+AQ", "-__-AQ==", "-__-AQ"] {
            assert_eq!(decode(form).as_deref(), Some(&bytes[..]), "{form}");
        }
        for wrong in ["+_/+AQ", "+//+A", "+//+AR==", " +//+AQ==", "+//+\nAQ==", "=", "é"] {
            assert_eq!(decode(wrong), None, "{wrong}");
        }
        assert_eq!(decode("").as_deref(), Some(&[][..]));
    }

    proptest! {
        #[test]
        fn round_trips(bytes: Vec<u8>) {
            let padded = encode(&bytes);
            prop_assert_eq!(decode(&padded), Some(bytes.clone()));
            let bare = padded.trim_end_matches('=').replace('+', "-").replace('/', "_");
            prop_assert_eq!(decode(&bare), Some(bytes));
        }
    }
}
