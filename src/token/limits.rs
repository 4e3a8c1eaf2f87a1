//! Limits on credentials.

/// The longest life of a disposable token: 25 hours, in milliseconds (Momento's limits page, since February 2026).
pub const MAX_DISPOSABLE_LIFE_MS: i64 = 25 * 60 * 60 * 1000;

/// The longest credential that is decoded, in characters, without surrounding white space. Momento's longest have a few
/// thousand.
pub const MAX_CREDENTIAL_CHARS: usize = 65_536;
