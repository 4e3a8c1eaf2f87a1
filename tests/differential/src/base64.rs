use crate::NOW;
use ::base64::engine::{DecodePaddingMode, Engine as _, GeneralPurpose, GeneralPurposeConfig};
use ::base64::{alphabet, engine::general_purpose as forms};
use momento_token_wasm::token::{DecodeOptions, decode};

const LENIENT: GeneralPurposeConfig =
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);
const STANDARD: GeneralPurpose = GeneralPurpose::new(&alphabet::STANDARD, LENIENT);
const URL_SAFE: GeneralPurpose = GeneralPurpose::new(&alphabet::URL_SAFE, LENIENT);

/// A JWT's signature is accepted if and only if crate `base64` accepts it, and all forms of its payload decode to the
/// same.
pub(crate) fn agrees_with_crate(data: &[u8]) {
    let read = |jwt: &str| decode(jwt, &DecodeOptions::default(), NOW);
    // Characters that may surround a pasted credential are removed before decoding.
    if data.iter().all(|byte| byte.is_ascii_graphic() && !b".\"'`".contains(byte)) {
        let text = core::str::from_utf8(data).unwrap_or_default();
        let engine = if text.contains(['-', '_']) { &URL_SAFE } else { &STANDARD };
        let oracle = engine.decode(text).is_ok_and(|bytes| !bytes.is_empty());
        assert_eq!(read(&["e30.e30.", text].concat()).is_ok(), oracle, "{text}");
    }
    let subject = String::from_utf8_lossy(data);
    let payload = serde_json::json!({ "sub": subject }).to_string();
    for form in [forms::STANDARD, forms::STANDARD_NO_PAD, forms::URL_SAFE, forms::URL_SAFE_NO_PAD] {
        let jwt = ["e30.", &form.encode(&payload), ".c2ln"].concat();
        let token = read(&jwt).expect("every form is read");
        assert_eq!(token.subject(), Some(&*subject), "{jwt}");
    }
}
