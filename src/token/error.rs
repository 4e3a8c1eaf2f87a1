//! The error of decoding a credential.

use super::envelope::EnvelopeError;
use super::jwt::JwtError;
use super::limits::MAX_CREDENTIAL_CHARS;
use crate::codec::quote::is_quotable;
use std::error::Error;
use std::fmt;

/// Why a credential was rejected. Never contains the credential or a part of it.
#[derive(Clone, PartialEq, Eq)]
pub struct TokenError(ErrorKind);

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum ErrorKind {
    /// Nothing but white space.
    Empty,
    /// Nothing but white space instead of a v2 API key.
    EmptyApiKey,
    /// More than [`MAX_CREDENTIAL_CHARS`].
    TooLong,
    /// Neither base64 nor a JWT.
    NoCredential,
    Envelope(EnvelopeError),
    /// A JWT that is not in an envelope.
    Jwt(JwtError),
    /// The JWT in an envelope.
    JwtInEnvelope(JwtError),
    /// Claim `exp` is not a time between 1970 and the year 9999.
    Expiry,
    /// A v2 API key passed to [`from_string`](super::from_string).
    V2Key,
    /// Another credential passed to [`from_api_key_v2`](super::from_api_key_v2).
    NotV2Key,
    /// No endpoint for [`from_string`](super::from_string).
    EndpointMissing,
    /// A blank endpoint passed to [`from_api_key_v2`](super::from_api_key_v2).
    EndpointEmpty,
    /// Not a host name.
    EndpointInvalid {
        port_allowed: bool,
    },
    /// Not under one of these suffixes.
    EndpointNotAllowed {
        suffixes: Vec<String>,
    },
}

/// The most allowed suffixes that an error lists.
const MAX_SUFFIXES_QUOTED: usize = 4;

impl TokenError {
    /// A stable code:
    ///
    /// - `ERR_TOKEN_EMPTY`: nothing but white space.
    /// - `ERR_TOKEN_MALFORMED`: not an envelope or JWT, or an invalid one, or longer than [`MAX_CREDENTIAL_CHARS`].
    /// - `ERR_TOKEN_EXPIRY`: claim `exp` is not a time between 1970 and the year 9999.
    /// - `ERR_V2_KEY`: a v2 API key instead of a token or v1 key.
    /// - `ERR_NOT_V2_KEY`: another credential instead of a v2 API key.
    /// - `ERR_ENDPOINT_MISSING`: the credential contains no endpoint and none was given.
    /// - `ERR_ENDPOINT_INVALID`: an endpoint is not a plain host name.
    /// - `ERR_ENDPOINT_NOT_ALLOWED`: an endpoint is outside the allowed suffixes.
    pub fn code(&self) -> &'static str {
        match self.0 {
            ErrorKind::Empty | ErrorKind::EmptyApiKey => "ERR_TOKEN_EMPTY",
            ErrorKind::TooLong
            | ErrorKind::NoCredential
            | ErrorKind::Envelope(_)
            | ErrorKind::Jwt(_)
            | ErrorKind::JwtInEnvelope(_) => "ERR_TOKEN_MALFORMED",
            ErrorKind::Expiry => "ERR_TOKEN_EXPIRY",
            ErrorKind::V2Key => "ERR_V2_KEY",
            ErrorKind::NotV2Key => "ERR_NOT_V2_KEY",
            ErrorKind::EndpointMissing | ErrorKind::EndpointEmpty => "ERR_ENDPOINT_MISSING",
            ErrorKind::EndpointInvalid { .. } => "ERR_ENDPOINT_INVALID",
            ErrorKind::EndpointNotAllowed { .. } => "ERR_ENDPOINT_NOT_ALLOWED",
        }
    }

    /// What was expected, what was found, and what to do.
    pub fn message(&self) -> String {
        self.to_string()
    }

    /// Whether the text is malformed or not a credential, as opposed to a credential that is not allowed. A vending
    /// service that returned such a text may return a valid credential next time.
    pub fn is_malformed(&self) -> bool {
        match self.0 {
            ErrorKind::Empty
            | ErrorKind::EmptyApiKey
            | ErrorKind::TooLong
            | ErrorKind::NoCredential
            | ErrorKind::Envelope(_)
            | ErrorKind::Jwt(_)
            | ErrorKind::JwtInEnvelope(_)
            | ErrorKind::Expiry => true,
            ErrorKind::V2Key
            | ErrorKind::NotV2Key
            | ErrorKind::EndpointMissing
            | ErrorKind::EndpointEmpty
            | ErrorKind::EndpointInvalid { .. }
            | ErrorKind::EndpointNotAllowed { .. } => false,
        }
    }

    /// Whether the credential is empty.
    pub(super) fn is_empty(&self) -> bool {
        self.0 == ErrorKind::Empty
    }
}

impl From<ErrorKind> for TokenError {
    fn from(kind: ErrorKind) -> Self {
        TokenError(kind)
    }
}

impl fmt::Display for TokenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let malformed = |f: &mut fmt::Formatter<'_>, expected: &str, flaw: &dyn fmt::Display| {
            write!(
                f,
                "failed to parse token: expected {expected}{flaw}, found something else; copy the whole credential again"
            )
        };
        match &self.0 {
            ErrorKind::Empty => f.write_str(
                "malformed auth token: API key cannot be an empty string; expected a credential, found nothing",
            ),
            ErrorKind::EmptyApiKey => f.write_str("API key cannot be an empty string"),
            ErrorKind::TooLong => write!(
                f,
                "failed to parse token: expected at most {MAX_CREDENTIAL_CHARS} characters, found more; copy the credential alone"
            ),
            ErrorKind::NoCredential => malformed(f, "an envelope in base64, or a JWT", &""),
            ErrorKind::Envelope(flaw) => malformed(f, "an envelope with ", flaw),
            ErrorKind::Jwt(flaw) => malformed(f, "a JWT with ", flaw),
            ErrorKind::JwtInEnvelope(flaw) => malformed(f, "an envelope whose api_key is a JWT with ", flaw),
            ErrorKind::Expiry => f.write_str(
                "failed to parse token: expected claim `exp` in whole seconds since 1970, found no sane time; mint the token again",
            ),
            ErrorKind::V2Key => f.write_str(
                "Received a v2 API key. Are you using the correct key? Or did you mean to use `fromApiKeyV2()` or `fromEnvVarV2()` instead?",
            ),
            ErrorKind::NotV2Key => f.write_str(
                "Received an invalid v2 API key. Are you using the correct key? Or did you mean to use `fromString()` with a legacy key instead?",
            ),
            ErrorKind::EndpointMissing => f.write_str(
                "Malformed token; unable to determine cache endpoint. Depending on the type of token you are using, you may need to specify the cacheEndpoint explicitly: give `endpoint` or `endpointOverrides`.",
            ),
            ErrorKind::EndpointEmpty => f.write_str("Endpoint cannot be an empty string"),
            ErrorKind::EndpointInvalid { port_allowed: true } => f.write_str(
                "expected an endpoint that is a plain host name with an optional port, found something else; leave out scheme, path and user",
            ),
            ErrorKind::EndpointInvalid { port_allowed: false } => f.write_str(
                "expected an endpoint that is a plain host name, found something else (a scheme, port, path, user, trailing dot, or a character that no host name has)",
            ),
            ErrorKind::EndpointNotAllowed { suffixes } => write!(
                f,
                "expected an endpoint under {}, found one elsewhere: the credential would be sent there; where that is meant, name its suffix in `allowedEndpointSuffixes`",
                list_of(suffixes)
            ),
        }
    }
}

/// Lists the suffixes for a message, without any that may be a credential passed by mistake.
fn list_of(suffixes: &[String]) -> String {
    let quoted = suffixes.iter().take(MAX_SUFFIXES_QUOTED);
    let mut names: Vec<&str> = quoted
        .map(|suffix| if is_quotable(suffix.as_bytes()) { suffix } else { "a suffix that is not shown" })
        .collect();
    if suffixes.len() > MAX_SUFFIXES_QUOTED {
        names.push("others");
    }
    names.join(" or ")
}

impl fmt::Debug for TokenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {self}", self.code())
    }
}

impl Error for TokenError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match &self.0 {
            ErrorKind::Envelope(error) => Some(error),
            ErrorKind::Jwt(error) | ErrorKind::JwtInEnvelope(error) => Some(error),
            _ => None,
        }
    }
}
