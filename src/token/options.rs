//! How to decode.

/// How to decode. The default reads what the credential carries and allows Momento's own hosts.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DecodeOptions {
    /// Base endpoint for credentials that carry none.
    pub endpoint: Option<String>,
    /// Replaces the endpoints in the credential.
    pub overrides: Option<Overrides>,
    /// Replaces the default suffix, [`super::DEFAULT_ENDPOINT_SUFFIX`].
    pub allowed_endpoint_suffixes: Option<Vec<String>>,
}

/// Endpoints named by the app itself, in place of the credential's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Overrides {
    /// A base endpoint, and perhaps a prefix: `prefix.cache.base`.
    Base {
        /// The base endpoint; a port may follow.
        base: String,
        /// Put before each derived host.
        prefix: Option<String>,
        /// TLS.
        secure: bool,
    },
    /// All three hosts; a port may follow each.
    All {
        /// Caches and topics.
        cache: String,
        /// Making and listing caches.
        control: String,
        /// Minting tokens.
        token: String,
        /// TLS.
        secure: bool,
    },
}
