//! What a credential says.

use super::endpoint::{Endpoints, Overrides};
use super::secret::Secret;
use crate::scope::Grant;
use alloc::{string::String, vec::Vec};

/// The longest a disposable token may live: 25 hours, in milliseconds (Momento's limits page, since February 2026).
pub const MAX_DISPOSABLE_LIFE_MS: i64 = 25 * 60 * 60 * 1000;

/// What a credential is, by its form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Version {
    /// A disposable token or a v1 API key; their form is the same.
    V1,
    /// A v2 API key.
    V2,
    /// A legacy token.
    Legacy,
    /// A session token.
    Session,
}

impl Version {
    /// `v1`, `v2`, `legacy` or `session`.
    pub fn name(self) -> &'static str {
        match self {
            Version::V1 => "v1",
            Version::V2 => "v2",
            Version::Legacy => "legacy",
            Version::Session => "session",
        }
    }
}

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

/// What a careful reader would point out about a credential.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Warning {
    /// A stable code, `WARN_…`.
    pub code: &'static str,
    /// The same in words.
    pub message: String,
}

/// What a credential says. Nothing in it is proved: only Momento's servers check the signature.
#[derive(Debug)]
pub struct Token {
    pub(super) version: Version,
    pub(super) endpoint: Option<String>,
    pub(super) endpoints: Option<Endpoints>,
    pub(super) expires_at: Option<i64>,
    pub(super) grant: Option<Grant>,
    pub(super) token_id: Option<String>,
    pub(super) subject: Option<String>,
    pub(super) disposable: bool,
    pub(super) warnings: Vec<Warning>,
    pub(super) credential: Secret,
}

impl Token {
    /// What kind of credential it is.
    pub fn version(&self) -> Version {
        self.version
    }

    /// Base endpoint (claim of the envelope, the option, or the override's base).
    pub fn endpoint(&self) -> Option<&str> {
        self.endpoint.as_deref()
    }

    /// The hosts derived from it.
    pub fn endpoints(&self) -> Option<&Endpoints> {
        self.endpoints.as_ref()
    }

    /// When it expires, in milliseconds since the epoch (claim `exp`, there in seconds); `None` where it does not say.
    pub fn expires_at(&self) -> Option<i64> {
        self.expires_at
    }

    /// What it may do (claim `p`); `None` where it does not say, or says what is not understood in full.
    pub fn grant(&self) -> Option<&Grant> {
        self.grant.as_ref()
    }

    /// The `tokenId` given at minting (claim `id`).
    pub fn token_id(&self) -> Option<&str> {
        self.token_id.as_deref()
    }

    /// Claim `sub`.
    pub fn subject(&self) -> Option<&str> {
        self.subject.as_deref()
    }

    /// Nothing in it contradicts a disposable token: it expires within the limit and its permissions are explicit.
    pub fn is_disposable(&self) -> bool {
        self.disposable
    }

    /// What a careful reader would point out.
    pub fn warnings(&self) -> &[Warning] {
        &self.warnings
    }

    /// The credential as gRPC sends it: the inner key of an envelope, or the JWT itself.
    pub fn credential(&self) -> &Secret {
        &self.credential
    }

    /// Points something out that the credential alone does not tell.
    #[cfg(feature = "refresh")]
    pub(crate) fn warn(&mut self, code: &'static str, message: String) {
        self.warnings.push(Warning { code, message });
    }

    #[cfg(feature = "refresh")]
    /// Takes in what a vending answer says about expiry. The claim is the truth where there is one.
    pub(crate) fn merge_expiry(&mut self, told: i64, tolerance: i64) {
        match self.expires_at {
            None => {
                self.expires_at = Some(told);
                self.warnings.retain(|warning| warning.code != "WARN_NEVER_EXPIRES");
            }
            Some(claimed) if claimed.abs_diff(told) > tolerance.unsigned_abs() => self.warnings.push(Warning {
                code: "WARN_EXPIRY_DISAGREES",
                message: "The vending service's answer and the token differ on when it expires; the token is believed."
                    .into(),
            }),
            Some(_) => {}
        }
    }
}
