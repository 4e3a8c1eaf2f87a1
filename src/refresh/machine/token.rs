//! The current token, as far as the machine knows it.

use super::super::lifetime::Lifetime;

/// The current token. Times are steady.
#[derive(Debug)]
pub(super) struct CurrentToken {
    /// The hash of its bytes.
    pub(super) hash: u64,
    /// When it ends; `None`: it never does.
    pub(super) term: Option<Term>,
    /// When it counts as a good one.
    pub(super) proven: i64,
    /// It was given a later end than before.
    pub(super) extended: bool,
    /// `Date` plus `Age` of the answer from which its life was computed.
    pub(super) date: Option<i64>,
}

/// The times of a token that expires.
#[derive(Clone, Copy, Debug)]
pub(super) struct Term {
    pub(super) expires: i64,
    /// The life it arrived with (ms).
    pub(super) life: i64,
    /// When it may be renewed at the earliest.
    pub(super) window_opens: i64,
    /// When it is to be renewed.
    pub(super) refresh: i64,
}

impl CurrentToken {
    pub(super) fn expires(&self) -> Option<i64> {
        self.term.map(|term| term.expires)
    }

    /// The life it has left.
    pub(super) fn left(&self, now: i64) -> Lifetime {
        self.expires().map_or(Lifetime::Forever, |expires| Lifetime::Millis(expires - now))
    }
}
