//! Decoding options.

/// Options for decoding. By default, the endpoint comes from the credential and must be one of Momento's hosts.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DecodeOptions {
    /// The base endpoint for credentials that contain none.
    pub endpoint: Option<String>,
    /// Replaces the endpoints in the credential.
    pub overrides: Option<Overrides>,
    /// Replaces the default suffix, [`super::DEFAULT_ENDPOINT_SUFFIX`].
    pub allowed_endpoint_suffixes: Option<Vec<String>>,
}

/// Endpoints given by the app, which replace the credential's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Overrides {
    /// A base endpoint with an optional prefix: `prefix.cache.base`.
    Base {
        /// The base endpoint; a port may follow.
        base: String,
        /// Prepended to each derived host.
        prefix: Option<String>,
        /// Whether to use TLS.
        secure: bool,
    },
    /// All three hosts; a port may follow each.
    All {
        /// Host for caches and topics.
        cache: String,
        /// Host for creating and listing caches.
        control: String,
        /// Host for issuing tokens.
        token: String,
        /// Whether to use TLS.
        secure: bool,
    },
}
