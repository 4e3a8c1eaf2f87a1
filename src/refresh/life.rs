//! Computes how long a token is valid, from clocks any of which may be wrong.
//!
//! An [`Answer`] contains what the vending service and the token say about time. [`Lives::judge`] compares it with the
//! client's wall clock and returns a [`Verdict`]. The rules are pure functions ([`rules`]). [`Lives`] is the state that
//! they need from one answer to the next: the end of every token seen ([`ends`]), a confirmed offset of the wall clock,
//! and the last answer if it was uncertain.
//!
//! The guarantees, for lives of 10 s or more, are in `docs/clocks.md` and checked by `tests/sim`.

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

/// How long (ms) an uncertain answer is remembered if the request after it fails.
const REMEMBERED: i64 = 60_000;

/// The result of judging an answer's token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// It is valid.
    Good {
        /// Its remaining life.
        life: Lifetime,
        /// Whether its end was moved to a later time; see [`Ends::keep`].
        extended: bool,
    },
    /// Not decided: another request has to confirm it.
    Uncertain {
        /// The minimum delay (ms) before that request.
        wait: i64,
    },
    /// It has expired.
    Expired,
}

/// What has been learned about time and tokens.
#[derive(Debug, Default)]
pub(super) struct Lives {
    ends: Ends,
    /// The confirmed correction (ms) of the wall clock; `None` if it is not known to be wrong.
    offset: Option<i64>,
    /// The last answer, if it was uncertain.
    uncertain: Option<TimedAnswer>,
}

impl Lives {
    /// Forgets what was computed from the wall clock, because it was set or the device slept.
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
        // The token's end has passed, although it is valid by the wall clock, or by the answer if it has no claim.
        let looks_valid = timed.answer.expires_at.is_none_or(|at| at - self.corrected(wall) > UNCERTAINTY);
        if previous.is_none() && looks_valid {
            self.uncertain = Some(timed);
            return Verdict::Uncertain { wait: rules::CONFIRM_DELAY };
        }
        self.offset = None;
        Verdict::Expired
    }

    /// Forgets the uncertain answer, because there is another token or the next answer comes too late to confirm it.
    pub(super) fn forget_uncertain(&mut self) {
        self.uncertain = None;
    }

    /// `Date` plus `Age` of the answer from which the token's end was computed, for siblings.
    pub(super) fn date(&self, token_hash: u64) -> Option<i64> {
        self.ends.date(token_hash)
    }

    /// Records the remaining life of a sibling's token, computed from an answer with that `date`. Returns the life that
    /// counts here.
    ///
    /// As with answers, a known token keeps its earlier end, unless the sibling has extended an end that it knew.
    pub(super) fn sibling_token(
        &mut self,
        token_hash: u64,
        date: Option<i64>,
        life: Lifetime,
        extended: bool,
        now: i64,
    ) -> Lifetime {
        match life {
            // An expired token says nothing about its end: siblings do not pass one on.
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
