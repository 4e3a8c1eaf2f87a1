//! What a credential says.

use super::endpoint::Endpoints;
use super::secret::Secret;
use super::version::Version;
use super::warning::Warning;
#[cfg(feature = "refresh")]
use super::warning::WarningKind;
use crate::scope::Grant;
use std::fmt;

/// What a credential says. None of it is proven: only Momento's servers verify the signature.
pub struct Token {
    pub(super) version: Version,
    pub(super) credential: Secret,
    pub(super) endpoint: Option<String>,
    pub(super) endpoints: Option<Endpoints>,
    pub(crate) expires_at: Option<i64>,
    /// `expires_at` is what a vending service's answer says, because the token has no claim `exp`.
    #[cfg(feature = "refresh")]
    pub(crate) expiry_from_answer: bool,
    pub(super) issued_at: Option<i64>,
    pub(super) grant: Option<Grant>,
    /// Claim `p` as it was written, if it is understood.
    #[cfg(all(target_arch = "wasm32", feature = "js"))]
    pub(super) permissions: Option<String>,
    pub(super) token_id: Option<String>,
    pub(super) subject: Option<String>,
    pub(super) disposable: bool,
    pub(super) warnings: Vec<Warning>,
}

impl Token {
    /// What kind of credential it is.
    pub fn version(&self) -> Version {
        self.version
    }

    /// Base endpoint: field `endpoint` of the envelope, [`DecodeOptions::endpoint`](super::DecodeOptions::endpoint), or
    /// the base of [`Overrides`](super::Overrides).
    pub fn endpoint(&self) -> Option<&str> {
        self.endpoint.as_deref()
    }

    /// The hosts derived from it.
    pub fn endpoints(&self) -> Option<&Endpoints> {
        self.endpoints.as_ref()
    }

    /// When it expires, in milliseconds since the epoch (claim `exp`, there in seconds); `None` if it does not say.
    pub fn expires_at(&self) -> Option<i64> {
        self.expires_at
    }

    /// Claim `exp`, in milliseconds since the epoch: [`Token::expires_at`] unless that is what an answer says.
    #[cfg(all(target_arch = "wasm32", feature = "source"))]
    pub(crate) fn claimed_expiry(&self) -> Option<i64> {
        self.expires_at.filter(|_| !self.expiry_from_answer)
    }

    /// When it was issued, in milliseconds since the epoch (claim `iat`, there in seconds); `None` if it does not say.
    pub fn issued_at(&self) -> Option<i64> {
        self.issued_at
    }

    /// What it may do (claim `p`); `None` if it does not say, or if what it says is not understood in full.
    pub fn grant(&self) -> Option<&Grant> {
        self.grant.as_ref()
    }

    /// Claim `p` as it was written: base64 of protobuf. `None` if [`grant`](Self::grant) is.
    #[cfg(all(target_arch = "wasm32", feature = "js"))]
    pub(crate) fn permissions(&self) -> Option<&str> {
        self.permissions.as_deref()
    }

    /// The `tokenId` given at minting (claim `id`).
    pub fn token_id(&self) -> Option<&str> {
        self.token_id.as_deref()
    }

    /// Claim `sub`.
    pub fn subject(&self) -> Option<&str> {
        self.subject.as_deref()
    }

    /// Nothing in it contradicts a disposable token: it expires within [`MAX_DISPOSABLE_LIFE_MS`](super::MAX_DISPOSABLE_LIFE_MS) and its permissions
    /// are explicit.
    pub fn is_disposable(&self) -> bool {
        self.disposable
    }

    /// What is unusual about it.
    pub fn warnings(&self) -> &[Warning] {
        &self.warnings
    }

    /// The credential as gRPC sends it: the inner key of an envelope, or the JWT itself.
    pub fn credential(&self) -> &Secret {
        &self.credential
    }
}

/// What the answer of a vending service adds to a token.
#[cfg(feature = "refresh")]
impl Token {
    pub(crate) fn warn(&mut self, warning: Warning) {
        self.warnings.push(warning);
    }

    /// Takes back the warnings of this kind.
    pub(crate) fn remove_warning(&mut self, kind: &WarningKind) {
        self.warnings.retain(|warning| warning.code != kind.code());
    }

    /// Adds what a vending service's answer says about expiry, in milliseconds since the epoch. Claim `exp` wins if
    /// there is one; a difference of more than `tolerance` milliseconds is worth a warning.
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
