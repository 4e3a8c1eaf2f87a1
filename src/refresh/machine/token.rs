//! What the machine knows about the current token.

use super::super::lifetime::Lifetime;

/// The current token. Times are steady.
#[derive(Debug)]
pub(super) struct CurrentToken {
    /// The hash of its bytes.
    pub(super) hash: u64,
    /// Its schedule; `None` if it never expires.
    pub(super) term: Option<Term>,
    /// When it counts as accepted, if it is not rejected before.
    pub(super) proven: i64,
    /// Whether its end was moved to a later time.
    pub(super) extended: bool,
    /// `Date` plus `Age` of the answer from which its life was computed.
    pub(super) date: Option<i64>,
}

/// When a token expires and is renewed.
#[derive(Clone, Copy, Debug)]
pub(super) struct Term {
    pub(super) expires: i64,
    /// Its life on arrival (ms).
    pub(super) life: i64,
    /// The earliest time of its renewal.
    pub(super) window_opens: i64,
    /// The planned time of its renewal.
    pub(super) refresh: i64,
}

impl CurrentToken {
    pub(super) fn expires(&self) -> Option<i64> {
        self.term.map(|term| term.expires)
    }

    /// Its remaining life.
    pub(super) fn left(&self, now: i64) -> Lifetime {
        self.expires().map_or(Lifetime::Forever, |expires| Lifetime::Millis(expires - now))
    }
}
