//! Limits of credentials.

/// The longest a disposable token may live: 25 hours, in milliseconds (Momento's limits page, since February 2026).
pub const MAX_DISPOSABLE_LIFE_MS: i64 = 25 * 60 * 60 * 1000;

/// The longest credential that is read, in characters, without white space around it. The largest of Momento's take a
/// few thousand.
pub const MAX_CREDENTIAL_CHARS: usize = 65_536;
