//! How long a token lives, reckoned from clocks of which each may be wrong.
//!
//! An [`Answer`] says what the vending service and the token say about time. [`Lives::judge`] holds it against the
//! client's wall clock and gives a [`Verdict`]. The rules themselves are pure functions ([`rules`]); what they have to
//! remember from one answer to the next is in [`Lives`]: the end of every token seen ([`ends`]), an offset of the wall
//! clock that was found to be right, and the last answer while it is in doubt.
//!
//! What is promised, for lives of 10 s or more, is in `docs/clocks.md` and checked by `tests/sim`.

mod answer;
mod ends;
mod rules;
#[cfg(test)]
mod tests;

use super::clock::tame;
pub use answer::Answer;
pub(super) use answer::Sighting;
pub(super) use ends::SAME;
use ends::{End, Ends};
use rules::{Basis, Judgement};
pub(super) use rules::{REASK_SPREAD, UNCERTAINTY};

/// An answer that brought no clarity is remembered for so long (ms) where the request after it brings none at all.
const DOUBT_STANDS: i64 = 60_000;

/// What is to become of an answer's token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// It is good for so long (ms); [`NEVER`](super::event::NEVER): without end.
    Good(i64),
    /// Ask once more, after this time (ms) at least: the next answer decides.
    Doubtful(i64),
    /// It has ended.
    Expired,
}

/// What has been learned about time and tokens since the source began.
#[derive(Debug, Default)]
pub(super) struct Lives {
    ends: Ends,
    /// What is to be added to the wall clock for it to be right; `None`: nothing is known against it.
    offset: Option<i64>,
    /// The answer that was in doubt.
    doubt: Option<Sighting>,
    /// The token judged last was given a later end than before, see [`Ends::moved`].
    moved: bool,
}

impl Lives {
    /// The wall clock was set, or the device slept: what was reckoned by it says nothing any more.
    pub(super) fn forget(&mut self) {
        self.ends.clear();
        self.offset = None;
    }

    /// Whether the token judged or heard of last was given a later end than it had before.
    pub(super) fn moved(&self) -> bool {
        self.moved
    }

    /// Judges the token of an answer. Its verdict holds as of the answer's receipt, when the wall clock showed `wall`.
    pub(super) fn judge(&mut self, seen: Sighting, wall: i64) -> Verdict {
        let mut seen = seen.tame();
        seen.repeated = self.ends.knows(seen.answer.token);
        self.moved = false;
        let doubt = self.doubt.take().filter(|doubt| seen.sent - doubt.received <= DOUBT_STANDS);
        let judgement = self.rule(&seen, wall, doubt.as_ref());
        let now = seen.received;
        let (life, basis) = match judgement {
            Judgement::Good { life: super::event::NEVER, .. } => return Verdict::Good(super::event::NEVER),
            Judgement::Good { life, basis } => (life, basis),
            Judgement::Doubtful { wait } => {
                self.doubt = Some(seen);
                return Verdict::Doubtful(wait);
            }
            Judgement::Expired => {
                self.offset = None;
                return Verdict::Expired;
            }
        };
        if let Basis::Confirmed { offset } = basis {
            self.offset = Some(offset);
        }
        let end = End { at: now + life, basis, date: seen.earliest() };
        let (kept, moved) = self.ends.keep(seen.answer.token, end, now);
        self.moved = moved;
        if kept > now {
            return Verdict::Good(kept - now);
        }
        // The very token whose end has passed, though by the wall clock it lives, or by the answer where it has no
        // claim.
        let lives = seen.answer.expires_at.is_none_or(|at| at - self.corrected(wall) > UNCERTAINTY);
        if doubt.is_none() && lives {
            self.doubt = Some(seen);
            return Verdict::Doubtful(rules::REASK);
        }
        self.offset = None;
        Verdict::Expired
    }

    /// What was in doubt needs no second answer, or one that comes much later would prove nothing.
    pub(super) fn settled(&mut self) {
        self.doubt = None;
    }

    /// `Date` and `Age` of the answer that the token's end was reckoned from, for siblings.
    pub(super) fn date(&self, token: u64) -> Option<i64> {
        self.ends.date(token)
    }

    /// A sibling says that a token is good for so long (ms) from now on. Gives for how long it is good here.
    ///
    /// A token that is known keeps its earlier end here as well, unless the sibling knew of an end too and had reason
    /// to give it a later one.
    pub(super) fn heard(&mut self, answer: Answer, life: i64, moved: bool, now: i64) -> i64 {
        self.moved = moved;
        // Nobody passes on what has ended: that is no word on it.
        if life <= 0 || life == super::event::NEVER {
            return life;
        }
        let end = End { at: now + life, basis: Basis::Clock, date: answer.date.map(tame) };
        self.ends.heard(answer.token, end, moved) - now
    }

    fn corrected(&self, wall: i64) -> i64 {
        wall + self.offset.unwrap_or_default()
    }

    /// The rules, with the kept offset or, where that cannot be right, without.
    fn rule(&mut self, seen: &Sighting, wall: i64, doubt: Option<&Sighting>) -> Judgement {
        if let Some(offset) = self.offset {
            if let Some(judgement) = rules::judge_by_offset(seen, wall, offset, doubt) {
                return judgement;
            }
            self.offset = None;
        }
        rules::judge(seen, wall, doubt)
    }
}
