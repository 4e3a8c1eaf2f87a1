//! The envelope of a v1 key: base64 of `{"endpoint": …, "api_key": …}`, in any order. Other fields are ignored.

use crate::codec::json::{self, Json, Malformed, Repeated};
use std::error::Error;
use std::fmt;
use zeroize::Zeroizing;

/// The contents of an envelope.
pub(super) struct Envelope {
    /// The base endpoint, which is not signed.
    pub(super) endpoint: String,
    /// The JWT.
    pub(super) api_key: Zeroizing<String>,
}

/// Why the JSON of an envelope was rejected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum EnvelopeError {
    Json(Malformed),
    RepeatedField,
    MissingField,
}

impl Envelope {
    /// Parses the decoded JSON.
    pub(super) fn parse(json: &[u8]) -> Result<Self, EnvelopeError> {
        let mut object = json::parse_object(json)?;
        let endpoint = object.unique("endpoint")?.and_then(Json::as_str).map(String::from);
        let api_key = object.take_string("api_key")?;
        match (endpoint, api_key) {
            (Some(endpoint), Some(api_key)) => Ok(Envelope { endpoint, api_key }),
            _ => Err(EnvelopeError::MissingField),
        }
    }
}

impl From<Malformed> for EnvelopeError {
    fn from(malformed: Malformed) -> Self {
        EnvelopeError::Json(malformed)
    }
}

impl From<Repeated> for EnvelopeError {
    fn from(_: Repeated) -> Self {
        EnvelopeError::RepeatedField
    }
}

/// Says what the envelope should have contained.
impl fmt::Display for EnvelopeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            EnvelopeError::Json(malformed) => malformed.expected(),
            EnvelopeError::RepeatedField => "endpoint and api_key once each",
            EnvelopeError::MissingField => "endpoint and api_key",
        })
    }
}

impl Error for EnvelopeError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            EnvelopeError::Json(malformed) => Some(malformed),
            EnvelopeError::RepeatedField | EnvelopeError::MissingField => None,
        }
    }
}
