//! What a careful reader would point out about a credential.

use super::model::{MAX_DISPOSABLE_LIFE_MS, Token, Version};
use crate::scope::{Grant, ScopeError};

/// What a careful reader would point out about a credential.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Warning {
    /// A stable code, `WARN_…`.
    pub code: &'static str,
    /// The same in words.
    pub message: String,
}

/// A token about to expire is worth a word: less than this is left, in milliseconds.
const EXPIRES_SOON_MS: i64 = 10_000;
/// The Auth API reference allows "up to ten" permissions, the limits page 20: above ten is worth a word.
const MANY_PERMISSIONS: usize = 10;

/// Those that more is known of, by their place in [`WARNINGS`]; a token has a set of them all.
#[derive(Clone, Copy)]
pub(super) enum Kind {
    ScopeNotUnderstood = 3,
    #[cfg(feature = "refresh")]
    NeverExpires = 4,
}

static WARNINGS: [(&str, &str); 8] = [
    (
        "WARN_NESTED_V2_KEY",
        "An envelope holds a v2 API key: a long-lived key whose rights are a role on the server. Send browsers disposable tokens.",
    ),
    (
        "WARN_SUPER_USER",
        "This key may do anything in the whole account. Keep it on the server; send browsers disposable tokens.",
    ),
    ("WARN_MANY_PERMISSIONS", "More than ten permissions: Momento's documents differ on whether that is allowed."),
    ("WARN_SCOPE_NOT_UNDERSTOOD", "The permissions are not fully understood, so no scope is given: "),
    ("WARN_NEVER_EXPIRES", "This credential never expires. Keep it on the server; send browsers disposable tokens."),
    (
        "WARN_LONG_LIVED",
        "This key lives longer than a disposable token may (25 hours): it is an API key. Keep it on the server.",
    ),
    ("WARN_EXPIRED", "This credential has expired."),
    ("WARN_EXPIRES_SOON", "This credential expires within ten seconds."),
];

#[cfg(feature = "refresh")]
impl Token {
    pub(super) fn unwarn(&mut self, kind: Kind) {
        self.warnings &= !(1 << kind as u32);
    }
}

/// Each warning's code and message.
pub(crate) fn each_warning(
    warnings: u32,
    not_understood: Option<&ScopeError>,
    say: &mut dyn FnMut(&'static str, &str),
) {
    for (bit, (code, message)) in WARNINGS.iter().enumerate() {
        if warnings >> bit & 1 == 0 {
            continue;
        }
        match not_understood {
            Some(error) if bit == Kind::ScopeNotUnderstood as usize => {
                let mut message = String::from(*message);
                message.push_str(&error.message());
                message.push('.');
                say(code, &message);
            }
            _ => say(code, message),
        }
    }
}

/// Adds the warnings, and tells whether it may be a disposable token. `is_v2`: the JWT is a v2 key.
pub(super) fn judge(token: &mut Token, is_v2: bool, now: i64) {
    let is_v1 = token.version == Version::V1;
    let left = token.expires_at.map(|at| at.saturating_sub(now));
    let too_long = left.is_none_or(|left| left > MAX_DISPOSABLE_LIFE_MS);
    let permissions = match &token.grant {
        Some(Grant::Scope(scope)) => scope.permissions().len(),
        _ => 0,
    };
    // In the order of `WARNINGS`.
    let found = [
        is_v1 && is_v2,
        token.grant == Some(Grant::SuperUser),
        permissions > MANY_PERMISSIONS,
        token.not_understood.is_some(),
        left.is_none() && token.version != Version::Session,
        left.is_some() && too_long && is_v1,
        left.is_some_and(|left| left <= 0),
        left.is_some_and(|left| left > 0 && left < EXPIRES_SOON_MS),
    ];
    for (bit, found) in found.into_iter().enumerate() {
        token.warnings |= u32::from(found) << bit;
    }
    token.disposable = is_v1 && !is_v2 && !too_long && permissions > 0;
}
