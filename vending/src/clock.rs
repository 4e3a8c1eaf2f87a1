//! The wall clock, in the unit of tokens.

use std::time::{SystemTime, UNIX_EPOCH};

/// Whole seconds since 1970. A clock set before that reads as 0, which gives tokens that have expired: useless, but
/// safe.
pub(crate) fn epoch_seconds() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |d| d.as_secs())
}
