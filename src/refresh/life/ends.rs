//! The ends of all tokens seen, so that the same token does not get a second life when it is served again.

use super::rules::Basis;

/// So many tokens are remembered. A source sees another every few seconds at most, and one that is so far back has
/// expired by every clock.
const CAPACITY: usize = 256;

/// An earlier end from a sibling counts only if the difference is more than this (ms): each hop takes a little off, and
/// after some hops one's own computation is the better one.
pub(in super::super) const END_TOLERANCE: i64 = 5_000;

/// When (steady) a token ends, and what that was computed from.
#[derive(Clone, Copy, Debug)]
pub(super) struct End {
    pub(super) at: i64,
    pub(super) basis: Basis,
    /// `Date` plus `Age` of the answer that brought the token last.
    pub(super) date: Option<i64>,
}

/// By the tokens' hashes, the one seen last at the end.
#[derive(Debug, Default)]
pub(super) struct Ends(Vec<(u64, End)>);

impl Ends {
    pub(super) fn clear(&mut self) {
        self.0.clear();
    }

    /// Takes in what an answer received at `now` says. Gives the end that counts, and whether it is a later one than
    /// before.
    ///
    /// A token keeps its earlier end. An answer that shows it alive extends that: one that was confirmed by another; or,
    /// if the answer is no copy of the one before (its `Date` differs, or cannot be read), one that comes after an end
    /// that has passed or that was only the usual length of a life.
    pub(super) fn keep(&mut self, token_hash: u64, end: End, now: i64) -> (i64, bool) {
        let known = self.take(token_hash);
        let extended = known.is_some_and(|known| {
            let is_live = end.date.is_none() || end.date != known.date;
            let may_move = known.at <= now || known.basis == Basis::Length;
            end.at > known.at && (matches!(end.basis, Basis::Confirmed { .. }) || is_live && may_move)
        });
        let kept = match known {
            // Whether the next one is a copy shows by the `Date` of this one.
            Some(known) if end.at > known.at && !extended => End { date: end.date, ..known },
            Some(_) | None => end,
        };
        self.put(token_hash, kept);
        (kept.at, extended)
    }

    pub(super) fn knows(&self, token_hash: u64) -> bool {
        self.position(token_hash).is_some()
    }

    /// The `date` of the answer that a token's end was computed from.
    pub(super) fn date(&self, token_hash: u64) -> Option<i64> {
        let (_, end) = self.0.get(self.position(token_hash)?)?;
        end.date
    }

    /// Takes in what a sibling says, and whether it `extended` an end that it knew. Gives the end that counts.
    pub(super) fn sibling_end(&mut self, token_hash: u64, end: End, extended: bool) -> i64 {
        let kept = match self.take(token_hash) {
            Some(known) if !extended && known.at - end.at <= END_TOLERANCE => known,
            Some(_) | None => end,
        };
        self.put(token_hash, kept);
        kept.at
    }

    fn position(&self, token_hash: u64) -> Option<usize> {
        self.0.iter().position(|(other, _)| *other == token_hash)
    }

    fn take(&mut self, token_hash: u64) -> Option<End> {
        let at = self.position(token_hash)?;
        Some(self.0.remove(at).1)
    }

    fn put(&mut self, token_hash: u64, end: End) {
        if self.0.len() == CAPACITY {
            self.0.remove(0);
        }
        self.0.push((token_hash, end));
    }
}
