//! How long a token is valid, computed from clocks that may each be wrong.
//!
//! An [`Answer`] contains what the vending service and the token say about time. [`Lives::judge`] compares it with the
//! client's wall clock and gives a [`Verdict`]. The rules themselves are pure functions ([`rules`]); what they have to
//! remember from one answer to the next is in [`Lives`]: the end of every token seen ([`ends`]), a confirmed offset of
//! the wall clock, and the last answer if that was uncertain.
//!
//! What is promised, for lives of 10 s or more, is in `docs/clocks.md` and checked by `tests/sim`.

mod answer;
mod ends;
mod rules;
#[cfg(test)]
mod tests;

use super::clock::bounded;
use super::lifetime::Lifetime;
pub use answer::Answer;
pub(super) use answer::TimedAnswer;
pub(super) use ends::END_TOLERANCE;
use ends::{End, Ends};
use rules::{Basis, Judgement};
pub(super) use rules::{CONFIRM_SPREAD, UNCERTAINTY};

/// An uncertain answer is remembered for so long (ms), should the request after it fail.
const REMEMBERED: i64 = 60_000;

/// What is to become of an answer's token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// It is valid.
    Good {
        /// For how long.
        life: Lifetime,
        /// It was given a later end than before, see [`Ends::keep`].
        extended: bool,
    },
    /// Ask once more: the next answer decides.
    Uncertain {
        /// After this time (ms) at the earliest.
        wait: i64,
    },
    /// It has expired.
    Expired,
}

/// What has been learned about time and tokens.
#[derive(Debug, Default)]
pub(super) struct Lives {
    ends: Ends,
    /// What has to be added to the wall clock for it to be right; `None`: nothing is known to be wrong with it.
    offset: Option<i64>,
    /// The last answer, if it was uncertain.
    uncertain: Option<TimedAnswer>,
}

impl Lives {
    /// The wall clock was set, or the device slept: what was computed from it is void.
    pub(super) fn forget(&mut self) {
        self.ends.clear();
        self.offset = None;
    }

    /// Judges the token of an answer. The verdict holds as of the answer's receipt, when the wall clock showed `wall`.
    pub(super) fn judge(&mut self, answer: TimedAnswer, wall: i64) -> Verdict {
        let mut timed = answer.bounded();
        timed.repeated = self.ends.knows(timed.answer.token_hash);
        let previous = self.uncertain.take().filter(|previous| timed.sent - previous.received <= REMEMBERED);
        let now = timed.received;
        let (life, basis) = match self.apply_rules(&timed, wall, previous.as_ref()) {
            Judgement::Good { life, basis } => (life, basis),
            Judgement::Unlimited => return Verdict::Good { life: Lifetime::Forever, extended: false },
            Judgement::Uncertain { wait } => {
                self.uncertain = Some(timed);
                return Verdict::Uncertain { wait };
            }
            Judgement::Expired => {
                self.offset = None;
                return Verdict::Expired;
            }
        };
        if let Basis::Confirmed { offset } = basis {
            self.offset = Some(offset);
        }
        let end = End { at: now + life, basis, date: timed.earliest() };
        let (kept, extended) = self.ends.keep(timed.answer.token_hash, end, now);
        if kept > now {
            return Verdict::Good { life: Lifetime::Millis(kept - now), extended };
        }
        // A token whose end has passed, although it is valid by the wall clock, or by the answer if it has no claim.
        let looks_valid = timed.answer.expires_at.is_none_or(|at| at - self.corrected(wall) > UNCERTAINTY);
        if previous.is_none() && looks_valid {
            self.uncertain = Some(timed);
            return Verdict::Uncertain { wait: rules::CONFIRM_DELAY };
        }
        self.offset = None;
        Verdict::Expired
    }

    /// Forgets the uncertain answer: there is another token, or the next answer comes so much later that it would prove
    /// nothing.
    pub(super) fn forget_uncertain(&mut self) {
        self.uncertain = None;
    }

    /// `Date` plus `Age` of the answer that the token's end was computed from, for siblings.
    pub(super) fn date(&self, token_hash: u64) -> Option<i64> {
        self.ends.date(token_hash)
    }

    /// A sibling says that a token has this life left, computed from an answer of that `date`. Gives the life it has
    /// here.
    ///
    /// A token that is known keeps its earlier end here as well, unless the sibling knew of an end too and had reason
    /// to extend it.
    pub(super) fn sibling_token(
        &mut self,
        token_hash: u64,
        date: Option<i64>,
        life: Lifetime,
        extended: bool,
        now: i64,
    ) -> Lifetime {
        match life {
            // Nobody passes on a token that has expired: this says nothing about its end.
            Lifetime::Millis(ms) if ms > 0 => {
                let end = End { at: now + ms, basis: Basis::Clock, date: date.map(bounded) };
                Lifetime::Millis(self.ends.sibling_end(token_hash, end, extended) - now)
            }
            Lifetime::Millis(_) | Lifetime::Forever => life,
        }
    }

    fn corrected(&self, wall: i64) -> i64 {
        wall + self.offset.unwrap_or_default()
    }

    /// The rules, with the confirmed offset or, if that cannot be right, without.
    fn apply_rules(&mut self, timed: &TimedAnswer, wall: i64, previous: Option<&TimedAnswer>) -> Judgement {
        if let Some(offset) = self.offset {
            if let Some(judgement) = rules::judge_by_offset(timed, wall, offset, previous) {
                return judgement;
            }
            self.offset = None;
        }
        rules::judge(timed, wall, previous)
    }
}
