//! A decoded credential.

use super::endpoint::Endpoints;
use super::secret::Secret;
use super::version::Version;
use super::warning::Warning;
#[cfg(feature = "refresh")]
use super::warning::WarningKind;
use crate::scope::Grant;
use std::fmt;

/// A decoded credential. Nothing in it is verified: only Momento's servers can check the signature.
pub struct Token {
    pub(super) version: Version,
    pub(super) credential: Secret,
    pub(super) endpoint: Option<String>,
    pub(super) endpoints: Option<Endpoints>,
    pub(crate) expires_at: Option<i64>,
    /// Whether `expires_at` comes from a vending service's response, because the token has no claim `exp`.
    #[cfg(feature = "refresh")]
    pub(crate) expiry_from_answer: bool,
    pub(super) issued_at: Option<i64>,
    pub(super) grant: Option<Grant>,
    /// Claim `p` as received, if it can be decoded.
    #[cfg(all(target_arch = "wasm32", feature = "js"))]
    pub(super) permissions: Option<String>,
    pub(super) token_id: Option<String>,
    pub(super) subject: Option<String>,
    pub(super) disposable: bool,
    pub(super) warnings: Vec<Warning>,
}

impl Token {
    /// The kind of credential.
    pub fn version(&self) -> Version {
        self.version
    }

    /// The base endpoint: field `endpoint` of the envelope,
    /// [`DecodeOptions::endpoint`](super::DecodeOptions::endpoint), or the base of [`Overrides`](super::Overrides).
    pub fn endpoint(&self) -> Option<&str> {
        self.endpoint.as_deref()
    }

    /// The hosts derived from the base endpoint.
    pub fn endpoints(&self) -> Option<&Endpoints> {
        self.endpoints.as_ref()
    }

    /// When it expires, in milliseconds since the epoch (claim `exp`, which is in seconds); `None` if not stated.
    pub fn expires_at(&self) -> Option<i64> {
        self.expires_at
    }

    /// Claim `exp`, in milliseconds since the epoch: [`Token::expires_at`], unless that comes from a response.
    #[cfg(all(target_arch = "wasm32", feature = "source"))]
    pub(crate) fn claimed_expiry(&self) -> Option<i64> {
        self.expires_at.filter(|_| !self.expiry_from_answer)
    }

    /// When it was issued, in milliseconds since the epoch (claim `iat`, which is in seconds); `None` if not stated.
    pub fn issued_at(&self) -> Option<i64> {
        self.issued_at
    }

    /// What it permits (claim `p`); `None` if the claim is missing or cannot be decoded in full.
    pub fn grant(&self) -> Option<&Grant> {
        self.grant.as_ref()
    }

    /// Claim `p` as received: base64 of protobuf. `None` if [`grant`](Self::grant) is `None`.
    #[cfg(all(target_arch = "wasm32", feature = "js"))]
    pub(crate) fn permissions(&self) -> Option<&str> {
        self.permissions.as_deref()
    }

    /// The `tokenId` that was requested for it (claim `id`).
    pub fn token_id(&self) -> Option<&str> {
        self.token_id.as_deref()
    }

    /// The subject (claim `sub`).
    pub fn subject(&self) -> Option<&str> {
        self.subject.as_deref()
    }

    /// Whether it may be a disposable token: it expires within
    /// [`MAX_DISPOSABLE_LIFE_MS`](super::MAX_DISPOSABLE_LIFE_MS), and its permissions are explicit.
    pub fn is_disposable(&self) -> bool {
        self.disposable
    }

    /// Warnings about anything unusual.
    pub fn warnings(&self) -> &[Warning] {
        &self.warnings
    }

    /// The credential as gRPC sends it: the inner key of an envelope, or the JWT itself.
    pub fn credential(&self) -> &Secret {
        &self.credential
    }
}

/// What a vending service's response adds to a token.
#[cfg(feature = "refresh")]
impl Token {
    pub(crate) fn warn(&mut self, warning: Warning) {
        self.warnings.push(warning);
    }

    /// Removes the warnings of this kind.
    pub(crate) fn remove_warning(&mut self, kind: &WarningKind) {
        self.warnings.retain(|warning| warning.code != kind.code());
    }

    /// Adds the expiry stated in a vending service's response, in milliseconds since the epoch. Claim `exp` takes
    /// precedence; a difference of more than `tolerance` milliseconds adds a warning.
    pub(crate) fn merge_expiry(&mut self, answered: i64, tolerance: i64) {
        match self.expires_at {
            None => {
                self.expires_at = Some(answered);
                self.expiry_from_answer = true;
                self.remove_warning(&WarningKind::NeverExpires);
            }
            Some(claimed) if claimed.abs_diff(answered) > tolerance.unsigned_abs() => {
                self.warn(WarningKind::ExpiryDisagrees.into());
            }
            Some(_) => {}
        }
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Token")
            .field("version", &self.version)
            .field("endpoint", &self.endpoint)
            .field("endpoints", &self.endpoints)
            .field("expires_at", &self.expires_at)
            .field("issued_at", &self.issued_at)
            .field("grant", &self.grant)
            .field("token_id", &self.token_id)
            .field("subject", &self.subject)
            .field("disposable", &self.disposable)
            .field("warnings", &self.warnings)
            .field("credential", &self.credential)
            .finish()
    }
}
