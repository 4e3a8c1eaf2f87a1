//! The guarantees of `docs/clocks.md` about the lives of tokens with wrong clocks, in addition to what the ledgers
//! check for every token (I1: none is kept past its end):
//!
//! - I2. If the client's clock is right and the service returns valid tokens, none is refused. It may take one
//!   additional request after three to four seconds.
//! - I3. If the client's clock is wrong, it has a token after at most one more request, provided that the host's clock
//!   is right and readable, or that tokens are new and their length is known.
//! - I4. A token's end is not moved to a later time without proof.
//! - If the client's clock is right, and the host's is right and readable, no additional request is sent.

use crate::check::{Checked, ensure};
use crate::clocks::{MS, SECOND};
use crate::host::Brought;
use momento_token_wasm::refresh::{Answer, Now};
use std::collections::BTreeMap;

/// A client's clock that is off by at most this counts as right.
const RIGHT: i64 = 5 * SECOND;

/// What the machine subtracts from a life (ms).
const LOSS: i64 = 350;

/// By how much (true time) an end may look later than it did: rounding, and what the machine has not counted yet.
const BLUR: i64 = 700 * MS;
const SHARED_BLUR: i64 = 5_500 * MS;

/// The wall clock has stepped if it diverges from the monotonic one by more than this (ms).
const STEP: i64 = 250;

/// A slower answer proves nothing.
const MAX_LATENCY: i64 = 10 * SECOND;

/// By then the request after an uncertain answer is sent, unless the page is frozen. A later one does not confirm it.
const ASKED_AGAIN: i64 = 5 * SECOND;

/// After this long, an answer does not confirm an earlier one.
const DOUBT: i64 = 60 * SECOND;

/// What is known about the end of a token that was current once.
#[derive(Clone, Copy, Debug)]
struct End {
    /// True time.
    at: i64,
    /// `Date` of the first and the last answer that may have stated it.
    dates: [Option<i64>; 2],
    /// Whether it was computed from a length of life alone.
    by_length: bool,
}

/// The relevant part of an event.
pub(crate) struct Seen<'a> {
    pub(crate) t: i64,
    pub(crate) now: Now,
    /// How far the client's clock is ahead.
    pub(crate) ahead: i64,
    /// The result of a request.
    pub(crate) brought: Option<&'a Brought>,
    /// Whether its source never sends expired tokens.
    pub(crate) sound: bool,
    pub(crate) doubted: bool,
    pub(crate) refused: bool,
    pub(crate) installed: bool,
    /// The current token and its remaining life (ms).
    pub(crate) held: Option<(u32, i64)>,
    /// Whether there are siblings, whose messages shorten a life a little.
    pub(crate) shared: bool,
    /// A sibling sent this token, with its end moved.
    pub(crate) moved: Option<u32>,
    /// When the next request is due (ms).
    pub(crate) next: Option<i64>,
}

#[derive(Default)]
pub(crate) struct Watch {
    last: Option<Now>,
    lead: i64,
    /// Whether the clock has been set, or was wrong from the start.
    was_set: bool,
    ends: BTreeMap<u32, End>,
    /// When the previous answer arrived, if it left the client without a token that it should have had.
    missed: Option<i64>,
    /// Whether it was uncertain.
    doubted: bool,
    /// When it arrived, if there was no token since.
    waiting_since: Option<i64>,
    /// Whether the page was frozen since.
    was_frozen: bool,
    /// Whether a client with a wrong clock must be able to use it.
    good: bool,
    in_hand: Option<u32>,
    /// The current token when the wall clock stepped: its end does not count until it is computed again.
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
            // The sender has checked the proof.
            self.ends.remove(&id);
        }
        self.never_later(seen)?;
        // An answer to a request that is no longer pending does not count.
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

    /// The page is frozen, so the next answer comes too late to confirm an uncertain one.
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

    /// I2, and that no additional request is sent.
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
            // A client whose clock is slow by the resolution of `Date` may be uncertain in the token's last seconds.
            let prompt = seen.t - brought.sent <= MAX_LATENCY;
            // What siblings computed by a clock that was set since may still cost a request.
            let agree = !self.was_set && prompt && brought.always_right && (0..=SECOND).contains(&seen.ahead);
            ensure!(!(agree && seen.doubted), "in doubt although both clocks are right");
        }
        Ok(())
    }

    /// I3.
    fn soon_there(&mut self, seen: &Seen<'_>, brought: &Brought) -> Checked {
        let wrong = seen.ahead.abs() > RIGHT;
        // An answer queued for a frozen page does not measure time.
        let prompt = seen.t - brought.sent <= MAX_LATENCY;
        let good = prompt && (brought.right_date || brought.fresh);
        // An answer from before the host's clock was corrected is not confirmed by a single answer.
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
            // If the end was kept, so was how it was computed.
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

/// The length used by rule 5.
fn life(answer: &Answer) -> Option<i64> {
    let signed = answer.expires_at.zip(answer.issued_at).map(|(end, start)| end - start);
    signed.into_iter().chain(answer.stated_life).min().or(answer.requested_life).or(Some(25 * 3_600_000 - 60_000))
}
