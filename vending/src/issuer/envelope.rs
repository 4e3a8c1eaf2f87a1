//! The v1 envelope: the form in which Momento's SDKs take a disposable token.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Serialize;

#[derive(Serialize)]
struct Envelope<'a> {
    endpoint: &'a str,
    api_key: &'a str,
}

/// Puts the endpoint beside the inner key, which alone would not say where to send it.
pub(super) fn seal(endpoint: &str, api_key: &str) -> String {
    let envelope = Envelope { endpoint, api_key };
    STANDARD.encode(serde_json::to_vec(&envelope).expect("two strings are always JSON"))
}
