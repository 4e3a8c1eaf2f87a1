//! The ends of all tokens that were seen, so that the same token served again gets no second life.

use super::rules::Basis;

/// So many tokens are remembered. A source sees another every few seconds at most, and a token that was left behind so
/// long ago has ended by every clock.
const MOST: usize = 256;

/// A sibling's word on an end is no news where it is earlier by no more than this (ms): each hop takes a little off,
/// and what has gone from tab to tab some times says less than one's own reckoning.
pub(in super::super) const SAME: i64 = 5_000;

/// When (steady) a token ends, and what that was reckoned from.
#[derive(Clone, Copy, Debug)]
pub(super) struct End {
    pub(super) at: i64,
    pub(super) basis: Basis,
    /// `Date` and `Age` of the answer that brought the token last.
    pub(super) date: Option<i64>,
}

/// By the tokens' hashes, the one seen last at the end.
#[derive(Debug, Default)]
pub(super) struct Ends(Vec<(u64, End)>);

impl Ends {
    pub(super) fn clear(&mut self) {
        self.0.clear();
    }

    /// Takes in what an answer received at `now` says. Gives the end that counts, and whether that is a later one than
    /// before.
    ///
    /// A token keeps its earlier end. An answer that shows it alive moves that: one that was confirmed by another, or,
    /// if the answer is no copy of the one before (its `Date` is another, or cannot be read), one that comes after an
    /// end that has passed or that was only the usual length of a life.
    pub(super) fn keep(&mut self, token: u64, end: End, now: i64) -> (i64, bool) {
        let known = self.take(token);
        let moves = known.is_some_and(|known| {
            let live = end.date.is_none() || end.date != known.date;
            let open = known.at <= now || matches!(known.basis, Basis::Length);
            end.at > known.at && (matches!(end.basis, Basis::Confirmed { .. }) || live && open)
        });
        let kept = match known {
            // Whether the next one is a copy shows by the `Date` of this one.
            Some(known) if end.at > known.at && !moves => End { date: end.date, ..known },
            _ => end,
        };
        self.put(token, kept);
        (kept.at, moves)
    }

    pub(super) fn knows(&self, token: u64) -> bool {
        self.0.iter().any(|(other, _)| *other == token)
    }

    /// The `Date` of the answer that a token's end was reckoned from.
    pub(super) fn date(&self, token: u64) -> Option<i64> {
        self.0.iter().find(|(other, _)| *other == token)?.1.date
    }

    /// Takes in what a sibling says. It `moved` the end where it had one before. Gives the end that counts.
    pub(super) fn heard(&mut self, token: u64, end: End, moved: bool) -> i64 {
        let known = self.take(token);
        let kept = match known {
            Some(known) if !moved && known.at - end.at <= SAME => known,
            _ => end,
        };
        self.put(token, kept);
        kept.at
    }

    fn take(&mut self, token: u64) -> Option<End> {
        let at = self.0.iter().position(|(other, _)| *other == token)?;
        Some(self.0.remove(at).1)
    }

    fn put(&mut self, token: u64, end: End) {
        if self.0.len() == MOST {
            self.0.remove(0);
        }
        self.0.push((token, end));
    }
}
