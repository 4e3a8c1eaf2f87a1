//! Warnings about unusual credentials.

use super::limits::MAX_DISPOSABLE_LIFE_MS;
use super::version::Version;
use crate::scope::{Grant, ScopeError};

/// Warnings about unusual credentials.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Warning {
    /// A stable code, `WARN_…`.
    pub code: &'static str,
    /// A description for people.
    pub message: String,
}

/// A token with less than this left, in milliseconds, expires soon.
const EXPIRES_SOON_MS: i64 = 10_000;
/// The Auth API reference allows "up to ten" permissions, the limits page 20.
const MANY_PERMISSIONS: usize = 10;

/// Warnings about a token itself, or about the expiry stated in a response.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum WarningKind {
    NestedV2Key,
    SuperUser,
    ManyPermissions,
    ScopeNotUnderstood(ScopeError),
    NeverExpires,
    LongLived,
    Expired,
    ExpiresSoon,
    #[cfg(feature = "refresh")]
    ExpiryDisagrees,
}

impl WarningKind {
    pub(crate) fn code(&self) -> &'static str {
        match self {
            WarningKind::NestedV2Key => "WARN_NESTED_V2_KEY",
            WarningKind::SuperUser => "WARN_SUPER_USER",
            WarningKind::ManyPermissions => "WARN_MANY_PERMISSIONS",
            WarningKind::ScopeNotUnderstood(_) => "WARN_SCOPE_NOT_UNDERSTOOD",
            WarningKind::NeverExpires => "WARN_NEVER_EXPIRES",
            WarningKind::LongLived => "WARN_LONG_LIVED",
            WarningKind::Expired => "WARN_EXPIRED",
            WarningKind::ExpiresSoon => "WARN_EXPIRES_SOON",
            #[cfg(feature = "refresh")]
            WarningKind::ExpiryDisagrees => "WARN_EXPIRY_DISAGREES",
        }
    }

    fn message(&self) -> String {
        let message = match self {
            WarningKind::NestedV2Key => {
                "An envelope holds a v2 API key: a long-lived key whose rights are a role on the server. Send browsers disposable tokens."
            }
            WarningKind::SuperUser => {
                "This key may do anything in the whole account. Keep it on the server; send browsers disposable tokens."
            }
            WarningKind::ManyPermissions => {
                "More than ten permissions: Momento's documents differ on whether that is allowed."
            }
            WarningKind::ScopeNotUnderstood(error) => {
                return format!("The permissions are not fully understood, so no scope is given: {error}.");
            }
            WarningKind::NeverExpires => {
                "This credential never expires. Keep it on the server; send browsers disposable tokens."
            }
            WarningKind::LongLived => {
                "This key lives longer than a disposable token may (25 hours): it is an API key. Keep it on the server."
            }
            WarningKind::Expired => "This credential has expired.",
            WarningKind::ExpiresSoon => "This credential expires within ten seconds.",
            #[cfg(feature = "refresh")]
            WarningKind::ExpiryDisagrees => {
                "The vending service's answer and the token differ on when it expires; the token is believed."
            }
        };
        String::from(message)
    }
}

impl From<WarningKind> for Warning {
    fn from(kind: WarningKind) -> Self {
        Warning { code: kind.code(), message: kind.message() }
    }
}

/// What the warnings about a credential depend on.
pub(super) struct Facts<'a> {
    pub(super) version: Version,
    /// Whether the JWT is a v2 API key, alone or in an envelope.
    pub(super) is_v2_key: bool,
    /// Remaining life in milliseconds; negative if expired, `None` if unlimited.
    pub(super) remaining: Option<i64>,
    /// What claim `p` grants; `None` without the claim.
    pub(super) grant: Option<Result<&'a Grant, ScopeError>>,
}

impl Facts<'_> {
    fn permission_count(&self) -> usize {
        match self.grant {
            Some(Ok(Grant::Scope(scope))) => scope.permissions().len(),
            _ => 0,
        }
    }

    fn outlives_disposable_tokens(&self) -> bool {
        self.remaining.is_none_or(|remaining| remaining > MAX_DISPOSABLE_LIFE_MS)
    }

    /// Whether it may be a disposable token.
    pub(super) fn is_disposable(&self) -> bool {
        let is_v1_key = self.version == Version::V1 && !self.is_v2_key;
        is_v1_key && !self.outlives_disposable_tokens() && self.permission_count() > 0
    }

    /// The warnings, in order.
    pub(super) fn warnings(&self) -> Vec<Warning> {
        let is_v1 = self.version == Version::V1;
        let mut kinds = Vec::new();
        if is_v1 && self.is_v2_key {
            kinds.push(WarningKind::NestedV2Key);
        }
        match &self.grant {
            Some(Ok(Grant::SuperUser)) => kinds.push(WarningKind::SuperUser),
            Some(Ok(Grant::Scope(_))) if self.permission_count() > MANY_PERMISSIONS => {
                kinds.push(WarningKind::ManyPermissions);
            }
            Some(Err(error)) => kinds.push(WarningKind::ScopeNotUnderstood(error.clone())),
            Some(Ok(Grant::Scope(_))) | None => {}
        }
        match self.remaining {
            None if self.version != Version::Session => kinds.push(WarningKind::NeverExpires),
            Some(_) if is_v1 && self.outlives_disposable_tokens() => kinds.push(WarningKind::LongLived),
            Some(..=0) => kinds.push(WarningKind::Expired),
            Some(1..EXPIRES_SOON_MS) => kinds.push(WarningKind::ExpiresSoon),
            _ => {}
        }
        kinds.into_iter().map(Warning::from).collect()
    }
}
