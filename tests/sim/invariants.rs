//! What `docs/clocks.md` promises of the lives of tokens, whatever the clocks show, beyond what the ledgers hold every
//! token to (I1: none is held past its end):
//!
//! - I2. A good token is not refused where the client's clock is right, by a service that hands out good ones. It may
//!   cost one wait of three to four seconds.
//! - I3. A client whose clock is wrong has a token after one more request at most, where the host's clock is right and
//!   can be read, or tokens are new and their length is known.
//! - I4. A token's end never moves later, but for good reason.
//! - A client whose clock is right pays nothing where the host's is right as well and can be read.

use crate::check::{Checked, ensure};
use crate::clocks::{MS, SECOND};
use crate::host::Brought;
use momento_token_wasm::refresh::{Answer, Now};
use std::collections::BTreeMap;

/// A client's clock that is off by no more is right.
const RIGHT: i64 = 5 * SECOND;

/// What the machine takes off a life (ms).
const LOSS: i64 = 350;

/// By how much (true time) an end may look later than it did: rounding, and what the machine has not counted yet.
const BLUR: i64 = 700 * MS;
const SHARED_BLUR: i64 = 5_500 * MS;

/// The wall clock steps where it gets further away (ms) from the monotonic one.
const STEP: i64 = 250;

/// An answer that takes longer proves nothing.
const MAX_LATENCY: i64 = 10 * SECOND;

/// By then the request after an answer in doubt is sent, unless the page is frozen: later it settles nothing.
const ASKED_AGAIN: i64 = 5 * SECOND;

/// So much later an answer does not settle the doubt about the one before.
const DOUBT: i64 = 60 * SECOND;

/// What is known of the end of a token that was in hand once.
#[derive(Clone, Copy, Debug)]
struct End {
    /// True time.
    at: i64,
    /// `Date` of the answers that may have said so: the first and the last.
    dates: [Option<i64>; 2],
    /// It was reckoned from the length of a life alone.
    by_length: bool,
}

/// One event, as far as it matters here.
pub(crate) struct Seen<'a> {
    pub(crate) t: i64,
    pub(crate) now: Now,
    /// How far the client's clock is ahead.
    pub(crate) ahead: i64,
    /// What a request brought.
    pub(crate) brought: Option<&'a Brought>,
    /// No token from where it comes has ended when it is sent.
    pub(crate) sound: bool,
    pub(crate) doubted: bool,
    pub(crate) refused: bool,
    pub(crate) installed: bool,
    /// For how long (ms) the token in hand is good, and which one that is.
    pub(crate) held: Option<(u32, i64)>,
    /// There are siblings, whose word takes a little off a life.
    pub(crate) shared: bool,
    /// A sibling told of this one, and that its end was moved.
    pub(crate) moved: Option<u32>,
    /// When the next attempt is due (ms).
    pub(crate) next: Option<i64>,
}

#[derive(Default)]
pub(crate) struct Watch {
    last: Option<Now>,
    lead: i64,
    /// The clock has been set, or it was wrong before.
    was_set: bool,
    ends: BTreeMap<u32, End>,
    /// When the answer before came, if it left the client without a token that it should have had.
    missed: Option<i64>,
    /// It was in doubt.
    doubted: bool,
    /// When it came, if there was no token since.
    waiting_since: Option<i64>,
    /// The page was frozen since.
    was_frozen: bool,
    /// It was one by which a client whose clock is wrong is to get on.
    good: bool,
    in_hand: Option<u32>,
    /// The token that was in hand when the wall clock stepped: its end counts no longer, and will once it is reckoned
    /// anew.
    forgotten: Option<u32>,
}

impl Watch {
    pub(crate) fn check(&mut self, seen: &Seen<'_>) -> Checked {
        if self.stepped(seen.now) {
            self.was_set = true;
            self.ends.clear();
            self.forgotten = self.in_hand;
            self.missed = None;
            self.doubted = false;
            self.waiting_since = None;
        }
        if let Some(id) = seen.moved.filter(|id| seen.held.is_none_or(|(held, _)| held != *id)) {
            // It had good reason, or it would not have been let through there.
            self.ends.remove(&id);
        }
        self.never_later(seen)?;
        // One that nobody waits for any more is no answer.
        if let Some(brought) = seen.brought.filter(|_| seen.doubted || seen.refused || seen.installed) {
            self.not_refused(seen, brought)?;
            self.soon_there(seen, brought)?;
            self.doubted = seen.doubted;
            self.waiting_since = seen.doubted.then_some(seen.t);
            self.was_frozen = false;
        } else if seen.held.is_some() {
            // A sibling had one.
            self.waiting_since = None;
            self.missed = None;
        }
        Ok(())
    }

    /// The page is frozen: the answer after that comes too late to settle a doubt.
    pub(crate) fn frozen(&mut self) {
        self.missed = None;
        self.was_frozen = true;
    }

    fn stepped(&mut self, now: Now) -> bool {
        if let Some(last) = self.last.replace(now) {
            self.lead += (now.wall - last.wall) - (now.mono - last.mono).max(0);
        }
        let stepped = self.lead.abs() > STEP;
        if stepped {
            self.lead = 0;
        }
        stepped
    }

    /// I2, and that nothing is to pay.
    fn not_refused(&self, seen: &Seen<'_>, brought: &Brought) -> Checked {
        if seen.ahead.abs() > RIGHT || !seen.sound {
            return Ok(());
        }
        let left = (brought.ends - seen.t).min(brought.ends - seen.t - seen.ahead);
        if left > 2 * SECOND {
            ensure!(!seen.refused, "I2: refused a token with {} ms left", left / MS);
            let again = self.waiting_since.filter(|since| !(self.was_frozen && brought.sent - since > ASKED_AGAIN));
            ensure!(!(seen.doubted && again.is_some()), "I2: twice in doubt, with {} ms left", left / MS);
            if seen.doubted {
                let wait = seen.next.ok_or("in doubt, and no request is planned")? - seen.now.wall;
                // No sooner than other limits allow.
                ensure!((3_000..=4_000).contains(&wait), "I2: asks again after {wait} ms");
            }
            // Whose clock is as slow as `Date` is coarse may be in doubt in the token's last seconds.
            let prompt = seen.t - brought.sent <= MAX_LATENCY;
            // What siblings reckoned by a clock that was set since may still cost a wait.
            let agree = !self.was_set && prompt && brought.always_right && (0..=SECOND).contains(&seen.ahead);
            ensure!(!(agree && seen.doubted), "in doubt although both clocks are right");
        }
        Ok(())
    }

    /// I3.
    fn soon_there(&mut self, seen: &Seen<'_>, brought: &Brought) -> Checked {
        let wrong = seen.ahead.abs() > RIGHT;
        // What was stuck in a page that was frozen is no measure of time.
        let prompt = seen.t - brought.sent <= MAX_LATENCY;
        let good = prompt && (brought.right_date || brought.fresh);
        // A doubt of before the host's clock was set right is settled by no single answer.
        let since = core::mem::replace(&mut self.good, good);
        let should = wrong && seen.sound && good && (since || !self.doubted) && brought.ends - seen.t > 12 * SECOND;
        let misses = should && seen.held.is_none();
        let before = core::mem::replace(&mut self.missed, misses.then_some(seen.t));
        let again = before.is_some_and(|at| seen.t - at < DOUBT);
        ensure!(!(misses && again), "I3: no token after two requests");
        Ok(())
    }

    /// I4.
    fn never_later(&mut self, seen: &Seen<'_>) -> Checked {
        let before = core::mem::replace(&mut self.in_hand, seen.held.map(|(id, _)| id));
        let Some((id, valid_for)) = seen.held.filter(|(_, left)| *left < i64::MAX) else { return Ok(()) };
        let moved = seen.moved == Some(id);
        let end = seen.t + valid_for * MS;
        let brought = seen.brought.filter(|brought| brought.id == id && seen.installed).map(|brought| brought.answer);
        let blur = if seen.shared { SHARED_BLUR } else { BLUR };
        let date = brought.and_then(earliest);
        if self.forgotten.take_if(|forgotten| *forgotten != id || brought.is_some()).is_none()
            && self.forgotten.is_some()
        {
            return Ok(());
        }
        if let Some(known) = self.ends.get(&id) {
            let live = brought.is_some() && (date.is_none() || known.dates.iter().any(|known| *known != date));
            let passed = known.at <= seen.t + blur;
            let reason = moved || self.doubted && brought.is_some() || live && (passed || known.by_length);
            ensure!(
                end <= known.at + blur || reason,
                "I4: an end moved from {} to {} ms from now, live: {live}",
                (known.at - seen.t) / MS,
                valid_for
            );
        }
        let known = self.ends.get(&id).copied();
        if let Some(answer) = brought {
            // Where the end was kept, what it was reckoned from is what it was.
            let kept = known.filter(|known| (known.at - end).abs() <= blur);
            let by_length = life(&answer).is_some_and(|life| (life - LOSS - valid_for).abs() <= 1)
                || kept.is_some_and(|known| known.by_length);
            let first = kept.map_or(date, |known| known.dates[0]);
            self.ends.insert(id, End { at: end, dates: [first, date], by_length });
        } else if before != Some(id) || known.is_none() || moved {
            self.ends.insert(id, End { at: end, dates: [None; 2], by_length: false });
        } else if let Some(known) = self.ends.get_mut(&id) {
            known.at = known.at.min(end);
        }
        Ok(())
    }
}

fn earliest(answer: Answer) -> Option<i64> {
    answer.date.map(|date| date + answer.age)
}

/// The length that rule 5 takes.
fn life(answer: &Answer) -> Option<i64> {
    let signed = answer.expires_at.zip(answer.issued_at).map(|(end, start)| end - start);
    signed.into_iter().chain(answer.stated_life).min().or(answer.requested_life).or(Some(25 * 3_600_000 - 60_000))
}
