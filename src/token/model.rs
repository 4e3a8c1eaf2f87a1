//! What a credential says.

use super::endpoint::{Endpoints, HostFlags, Overrides};
use super::fields::{Field, PERMISSIONS, field, start};
use super::secret::Credential;
#[cfg(feature = "refresh")]
use super::warning::Kind;
use super::warning::{Warning, each_warning};
use crate::codec::block::Block;
use crate::scope::{Grant, ScopeError, TokenScope};
use std::fmt;

/// The longest a disposable token may live: 25 hours, in milliseconds (Momento's limits page, since February 2026).
pub const MAX_DISPOSABLE_LIFE_MS: i64 = 25 * 60 * 60 * 1000;

/// What a credential is, by its form.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Version {
    /// A disposable token or a v1 API key; their form is the same.
    #[default]
    V1 = 0,
    /// A v2 API key.
    V2 = 1,
    /// A legacy token.
    Legacy = 2,
    /// A session token.
    Session = 3,
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

/// [`DecodeOptions`], borrowed.
#[derive(Clone, Default)]
pub(crate) struct Settings<'a> {
    /// The option `endpoint`, and then the overrides: base and prefix; or else the hosts for caches, control and
    /// tokens, all three.
    pub(crate) hosts: [Option<&'a str>; 6],
    /// The overrides are without TLS.
    pub(crate) insecure: bool,
    pub(crate) suffixes: Option<Vec<&'a str>>,
}

impl DecodeOptions {
    pub(crate) fn settings(&self) -> Settings<'_> {
        let mut hosts = [None; 6];
        let mut insecure = false;
        match &self.overrides {
            Some(Overrides::Base { base, prefix, secure }) => {
                (hosts[1], hosts[2], insecure) = (Some(&base[..]), prefix.as_deref(), !secure);
            }
            Some(Overrides::All { cache, control, token, secure }) => {
                (hosts[3], hosts[4], hosts[5], insecure) =
                    (Some(&cache[..]), Some(&control[..]), Some(&token[..]), !secure);
            }
            None => {}
        }
        hosts[0] = self.endpoint.as_deref();
        let suffixes = self.allowed_endpoint_suffixes.as_ref();
        Settings { hosts, insecure, suffixes: suffixes.map(|list| list.iter().map(|suffix| &suffix[..]).collect()) }
    }
}

/// What a credential says. Nothing in it is proved: only Momento's servers check the signature.
pub struct Token {
    pub(crate) version: Version,
    /// Where endpoints are known.
    pub(crate) hosts: Option<HostFlags>,
    pub(crate) expires_at: Option<i64>,
    /// Claim `iat`, in milliseconds since the epoch.
    #[cfg(feature = "refresh")]
    pub(crate) issued_at: Option<i64>,
    /// It is a vending answer that says when it expires, and no claim.
    #[cfg(feature = "refresh")]
    pub(crate) told_expiry: bool,
    pub(crate) disposable: bool,
    pub(crate) super_user: bool,
    /// How many there are.
    pub(crate) permissions: u32,
    /// A set; see `warning::Kind`.
    pub(crate) warnings: u32,
    /// Why no scope is given although there is a claim.
    pub(crate) not_understood: Option<ScopeError>,
    /// What the answer that it came in has to say about it.
    #[cfg(feature = "refresh")]
    pub(crate) remarks: Vec<Warning>,
    /// Text and permissions; see `fields`.
    pub(crate) block: Block,
}

impl Token {
    /// What kind of credential it is.
    pub fn version(&self) -> Version {
        self.version
    }

    /// Base endpoint (claim of the envelope, the option, or the override's base).
    pub fn endpoint(&self) -> Option<&str> {
        field(&self.block, Field::Endpoint)
    }

    /// The hosts derived from it.
    pub fn endpoints(&self) -> Option<Endpoints<'_>> {
        let HostFlags { secure, overridden } = self.hosts?;
        let host = |name| field(&self.block, name).unwrap_or_default();
        let (cache, control, token) = (host(Field::Cache), host(Field::Control), host(Field::Token));
        Some(Endpoints { cache, control, token, secure, overridden })
    }

    /// When it expires, in milliseconds since the epoch (claim `exp`, there in seconds); `None` where it does not say.
    pub fn expires_at(&self) -> Option<i64> {
        self.expires_at
    }

    /// When it was issued, in milliseconds since the epoch (claim `iat`, there in seconds); `None` where it does not
    /// say.
    #[cfg(feature = "refresh")]
    pub fn issued_at(&self) -> Option<i64> {
        self.issued_at
    }

    /// What it may do (claim `p`), made anew by each call; `None` where it does not say, or says what is not understood
    /// in full.
    pub fn grant(&self) -> Option<Grant> {
        match self.permissions {
            0 => self.super_user.then_some(Grant::SuperUser),
            _ => Some(Grant::Scope(TokenScope::of_explicit(&self.explicit()))),
        }
    }

    /// Its permissions as a message `ExplicitPermissions`.
    pub(crate) fn explicit(&self) -> Vec<u8> {
        self.block.explicit(PERMISSIONS, start(&self.block, PERMISSIONS))
    }

    /// The `tokenId` given at minting (claim `id`).
    pub fn token_id(&self) -> Option<&str> {
        field(&self.block, Field::TokenId)
    }

    /// Claim `sub`.
    pub fn subject(&self) -> Option<&str> {
        field(&self.block, Field::Subject)
    }

    /// Nothing in it contradicts a disposable token: it expires within the limit and its permissions are explicit.
    pub fn is_disposable(&self) -> bool {
        self.disposable
    }

    /// What a careful reader would point out.
    pub fn warnings(&self) -> Vec<Warning> {
        let mut warnings = Vec::new();
        each_warning(self.warnings, self.not_understood.as_ref(), &mut |code, message| {
            warnings.push(Warning { code, message: String::from(message) });
        });
        #[cfg(feature = "refresh")]
        warnings.extend_from_slice(&self.remarks);
        warnings
    }

    /// The credential as gRPC sends it: the inner key of an envelope, or the JWT itself.
    pub fn credential(&self) -> Credential<'_> {
        Credential(field(&self.block, Field::Credential).unwrap_or_default())
    }

    /// Points something out that the credential alone does not tell.
    #[cfg(feature = "refresh")]
    pub(crate) fn warn(&mut self, warning: Warning) {
        self.remarks.push(warning);
    }

    /// Takes in what a vending answer says about expiry. The claim is the truth where there is one.
    #[cfg(feature = "refresh")]
    pub(crate) fn merge_expiry(&mut self, told: i64, tolerance: i64) {
        match self.expires_at {
            None => {
                self.expires_at = Some(told);
                self.told_expiry = true;
                self.unwarn(Kind::NeverExpires);
            }
            Some(claimed) if claimed.abs_diff(told) > tolerance.unsigned_abs() => self.warn(Warning {
                code: "WARN_EXPIRY_DISAGREES",
                message: "The vending service's answer and the token differ on when it expires; the token is believed."
                    .into(),
            }),
            Some(_) => {}
        }
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Token")
            .field("version", &self.version)
            .field("endpoint", &self.endpoint())
            .field("endpoints", &self.endpoints())
            .field("expires_at", &self.expires_at)
            .field("grant", &self.grant())
            .field("token_id", &self.token_id())
            .field("subject", &self.subject())
            .field("disposable", &self.disposable)
            .field("warnings", &self.warnings())
            .field("credential", &self.credential())
            .finish()
    }
}
