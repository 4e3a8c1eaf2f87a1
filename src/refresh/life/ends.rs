//! The ends of all tokens seen, so that a token's life does not start again when it is served again.

use super::rules::Basis;

/// How many tokens are remembered. A source sees a new one every few seconds at most, so that older ones have expired
/// by any clock.
const CAPACITY: usize = 256;

/// An earlier end from a sibling counts only if it differs by more than this (ms). Each hop from tab to tab shortens
/// the life a little, so after some hops the own computation is better.
pub(in super::super) const END_TOLERANCE: i64 = 5_000;

/// When (steady) a token ends, and how that was computed.
#[derive(Clone, Copy, Debug)]
pub(super) struct End {
    pub(super) at: i64,
    pub(super) basis: Basis,
    /// `Date` plus `Age` of the last answer with this token.
    pub(super) date: Option<i64>,
}

/// Ends by token hash, in the order in which the tokens were last seen.
#[derive(Debug, Default)]
pub(super) struct Ends(Vec<(u64, End)>);

impl Ends {
    pub(super) fn clear(&mut self) {
        self.0.clear();
    }

    /// Records the end computed from an answer received at `now`. Returns the end that counts, and whether it was moved
    /// to a later time.
    ///
    /// A token keeps its earlier end, unless an answer proves it valid for longer: one that was confirmed by another;
    /// or one that is not a copy of the previous answer (its `Date` differs or cannot be read), if the earlier end has
    /// passed or was only an assumed length of life.
    pub(super) fn keep(&mut self, token_hash: u64, end: End, now: i64) -> (i64, bool) {
        let known = self.take(token_hash);
        let extended = known.is_some_and(|known| {
            let is_live = end.date.is_none() || end.date != known.date;
            let may_move = known.at <= now || known.basis == Basis::Length;
            end.at > known.at && (matches!(end.basis, Basis::Confirmed { .. }) || is_live && may_move)
        });
        let kept = match known {
            // The `Date` is updated, to detect whether the next answer is a copy of this one.
            Some(known) if end.at > known.at && !extended => End { date: end.date, ..known },
            Some(_) | None => end,
        };
        self.put(token_hash, kept);
        (kept.at, extended)
    }

    pub(super) fn knows(&self, token_hash: u64) -> bool {
        self.position(token_hash).is_some()
    }

    /// The `date` of the answer from which a token's end was computed.
    pub(super) fn date(&self, token_hash: u64) -> Option<i64> {
        let (_, end) = self.0.get(self.position(token_hash)?)?;
        end.date
    }

    /// Records a sibling's end, and whether the sibling `extended` an end that it knew. Returns the end that counts.
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
