//! The rules for judging an answer, without state. `docs/clocks.md` explains them.
//!
//! Three clocks are involved: the client's, the vending host's (shown by `Date`), and Momento's, by which the claim
//! `exp` is set. Only Momento's decides when a token expires, and it cannot be read. `by_wall` is a token's remaining
//! life by the client's clock, and `by_date` by the host's.

use super::super::clock::TOLERANCE;
use super::answer::TimedAnswer;

/// By how much (ms) the steady time may lag: what [`Timeline`](super::super::clock::Timeline) does not count, plus the
/// resolution of clocks that advance in tenths of a second. It is subtracted from every life.
pub(in super::super) const UNCERTAINTY: i64 = TOLERANCE + 100;

/// Clocks that differ by at most this (ms) count as equal, and a client's clock that is wrong by at most this counts as
/// right.
const AGREEMENT: i64 = 5_000;

/// By how much (ms) a token's remaining life may exceed its whole life before the clock is taken to be wrong.
const SLACK: i64 = 60_000;

/// The longest plausible remaining life (ms) of a token of unknown life: the most that Momento grants a disposable
/// token.
const MAX_PLAUSIBLE_LIFE: i64 = 25 * 3_600_000;

/// By how much (ms) a time that advances with the clock may differ from it, because of whole seconds and time that is
/// not counted.
const STEP_TOLERANCE: i64 = 1_200;

/// An answer that took longer than this (ms) is not used to measure time: the page may have been frozen, and a cache
/// may have stored another copy meanwhile.
const MAX_LATENCY: i64 = 10_000;

/// The minimum delay (ms) before the request that confirms an uncertain answer.
pub(super) const CONFIRM_DELAY: i64 = 3_000;

/// The most that is randomly added to that delay (ms).
pub(in super::super) const CONFIRM_SPREAD: i64 = 1_000;

/// How a token's end was computed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Basis {
    /// From the claim `exp` or the answer's statement, and a clock.
    Clock,
    /// From a length of life alone (rule 5).
    Length,
    /// From two answers, the second of which confirmed the first (rules 6 and 7). The wall clock is right after adding
    /// this offset (ms).
    Confirmed { offset: i64 },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Judgement {
    /// It is valid for this long (ms, more than 0).
    Good { life: i64, basis: Basis },
    /// It never expires.
    Unlimited,
    /// Another request has to confirm it, not before this delay (ms) has passed.
    Uncertain { wait: i64 },
    /// It has expired.
    Expired,
}

impl Judgement {
    fn good(life: i64, basis: Basis) -> Self {
        if life > 0 { Judgement::Good { life, basis } } else { Judgement::Expired }
    }
}

/// An answer in relation to one wall clock.
struct View<'a> {
    timed: &'a TimedAnswer,
    wall: i64,
    /// Whether an offset was added to the wall clock. The result is no more accurate than `Date`.
    by_offset: bool,
    /// The token's remaining life (ms) by the wall clock.
    by_wall: i64,
    /// The host's clock, if it can be read.
    date: Option<HostClock>,
    /// The longest plausible remaining life (ms), first with the requested life taken into account and then without.
    most: i64,
    most_known: i64,
}

#[derive(Clone, Copy)]
struct HostClock {
    /// The bounds of the host's clock now.
    earliest: i64,
    latest: i64,
    /// The bounds of the token's remaining life (ms).
    left: i64,
    left_at_most: i64,
}

impl<'a> View<'a> {
    fn new(timed: &'a TimedAnswer, expires_at: i64, wall: i64, by_offset: bool) -> Self {
        let left = |now: i64| expires_at - now - UNCERTAINTY;
        let most = |life: Option<i64>| life.map_or(MAX_PLAUSIBLE_LIFE, |life| life + SLACK);
        View {
            timed,
            wall,
            by_offset,
            by_wall: left(wall),
            date: timed.earliest().zip(timed.latest()).map(|(earliest, latest)| HostClock {
                earliest,
                latest,
                left: left(latest),
                left_at_most: left(earliest),
            }),
            most: most(timed.life()),
            most_known: most(timed.known_life()),
        }
    }

    fn wall_is_plausible(&self) -> bool {
        self.by_wall > 0 && self.by_wall <= self.most
    }

    /// The host's clock, if the remaining life by it is plausible. A life that was only requested does not make it
    /// implausible.
    fn plausible_date(&self) -> Option<HostClock> {
        self.date.filter(|date| date.left_at_most > 0 && date.left <= self.most_known)
    }

    /// Whether both clocks show the same time, as far as can be determined.
    fn clocks_agree(&self) -> bool {
        let within = |date: HostClock| date.earliest - AGREEMENT <= self.wall && self.wall <= date.latest + AGREEMENT;
        self.timed.took() <= MAX_LATENCY && self.date.is_some_and(within)
    }

    /// Whether the token expired in transit and the client's clock is right.
    fn expired_on_the_way(&self) -> bool {
        self.clocks_agree() && -AGREEMENT < self.by_wall && self.by_wall <= 0
    }

    /// Whether the token may have expired in transit by the host's clock, and the client's does not decide it.
    fn may_have_expired(&self) -> bool {
        self.by_wall > 0
            && self.date.is_some_and(|date| date.left <= 0 && date.left_at_most > 0 && !self.wall_decides(date))
    }

    /// Whether the wall clock, without an offset, shows a time at which the answer may have arrived.
    fn wall_decides(&self, date: HostClock) -> bool {
        let within = date.earliest <= self.wall && self.wall <= date.latest + AGREEMENT;
        within && !self.by_offset && self.timed.took() <= MAX_LATENCY
    }

    /// Rules 2 to 5: the token is valid by the wall clock. Returns `None` if it is not.
    fn judge_valid(&self, previous: Option<&TimedAnswer>) -> Option<Judgement> {
        if self.by_wall <= 0 {
            return None;
        }
        let unsure = self.may_have_expired();
        if unsure && previous.is_none() {
            return Some(Judgement::Uncertain { wait: CONFIRM_DELAY });
        }
        if unsure && self.by_offset {
            // The offset may come from `Date`, so it is not independent evidence. A new token is valid nevertheless.
            let life = previous.and_then(|previous| self.new_token_life(previous));
            return Some(life.map_or(Judgement::Expired, |life| Judgement::good(life.min(self.by_wall), Basis::Clock)));
        }
        let by_date = |date: HostClock| if unsure { date.left_at_most } else { date.left };
        let clock = |life| Some(Judgement::good(life, Basis::Clock));
        if self.clocks_agree() {
            // If the host's clock is ahead of a right one, this loses a little of the life; a client's clock that is
            // behind does not prolong it.
            let ahead = self.date.filter(|date| self.by_offset || self.wall < date.earliest).map(by_date);
            return clock(ahead.filter(|left| *left > 0).map_or(self.by_wall, |left| left.min(self.by_wall)));
        }
        let plausible = self.plausible_date().map(by_date);
        if self.wall_is_plausible() {
            return clock(plausible.map_or(self.by_wall, |left| left.min(self.by_wall)));
        }
        // More than its whole life: the client's clock is behind, or a longer life was granted than requested.
        match plausible {
            Some(left) => clock(left.min(self.by_wall)),
            None => {
                let life = self.timed.life().unwrap_or(MAX_PLAUSIBLE_LIFE - SLACK);
                Some(Judgement::good((life - UNCERTAINTY).min(self.by_wall), Basis::Length))
            }
        }
    }

    /// Rules 6 to 8: the token has expired by the wall clock. Either that clock is ahead, or the answer is a copy of an
    /// old one.
    fn judge_expired(&self, previous: Option<&TimedAnswer>) -> Judgement {
        let date = self.plausible_date();
        if date.is_none() && self.timed.life().is_none() {
            return Judgement::Expired;
        }
        // A clock that is ahead by an amount that still counts as right may show a valid token as expired. If tokens
        // are served more than once, only a token served later distinguishes it from a clock that is further ahead.
        let wait = CONFIRM_DELAY.max(self.by_wall + AGREEMENT + 2 * UNCERTAINTY);
        let Some(previous) = previous else { return Judgement::Uncertain { wait } };
        let when_sent = self.by_wall + self.timed.took();
        let served_again = previous.repeated || previous.answer.token_hash == self.timed.answer.token_hash;
        if served_again && when_sent > -AGREEMENT - UNCERTAINTY {
            return Judgement::Uncertain { wait };
        }
        if previous.took() > MAX_LATENCY && self.timed.took() <= MAX_LATENCY {
            return Judgement::Uncertain { wait };
        }
        // The host's clock has advanced, so the answers are not copies and the wall clock is ahead.
        let date = date.filter(|date| date.left > 0);
        if let Some(date) = date {
            if self.timed.answer.age > 0 {
                return Judgement::Expired;
            }
            if self.moved_on(previous, TimedAnswer::earliest) {
                let offset = date.latest - self.wall;
                return Judgement::good(date.left, Basis::Confirmed { offset });
            }
        }
        // Or each token is new. A host's clock that was set in between may still be right.
        if let Some(life) = self.new_token_life(previous) {
            let life = date.map_or(life, |date| date.left.min(life));
            return Judgement::good(life, Basis::Confirmed { offset: self.by_wall - life });
        }
        Judgement::Expired
    }

    /// The token's remaining life (ms) if each answer contains a new one: its whole life, less the time in transit.
    fn new_token_life(&self, previous: &TimedAnswer) -> Option<i64> {
        let life = self.timed.life().filter(|_| self.moved_on(previous, TimedAnswer::start))?;
        Some(life - self.timed.took() - UNCERTAINTY)
    }

    /// Whether the time that `read` extracts has advanced by as much as the clock from the previous answer to this one.
    fn moved_on(&self, previous: &TimedAnswer, read: fn(&TimedAnswer) -> Option<i64>) -> bool {
        let least = self.timed.sent - previous.received - STEP_TOLERANCE;
        let most = self.timed.received - previous.sent + STEP_TOLERANCE;
        let times = read(previous).zip(read(self.timed));
        self.timed.took() <= MAX_LATENCY && times.is_some_and(|(from, to)| (least..=most).contains(&(to - from)))
    }
}

/// Judges an answer by the uncorrected wall clock. `previous` is the preceding answer if that was uncertain.
pub(super) fn judge(timed: &TimedAnswer, wall: i64, previous: Option<&TimedAnswer>) -> Judgement {
    let Some(expires_at) = timed.answer.expires_at else { return judge_unsigned(timed, wall, false, previous) };
    let view = View::new(timed, expires_at, wall, false);
    if view.expired_on_the_way() {
        return Judgement::Expired;
    }
    view.judge_valid(previous).unwrap_or_else(|| view.judge_expired(previous))
}

/// Judges an answer by the wall clock with an offset added. Returns `None` if the result is implausible, and the answer
/// has to be judged without the offset.
pub(super) fn judge_by_offset(
    timed: &TimedAnswer,
    wall: i64,
    offset: i64,
    previous: Option<&TimedAnswer>,
) -> Option<Judgement> {
    let Some(expires_at) = timed.answer.expires_at else {
        return Some(judge_unsigned(timed, wall + offset, true, previous));
    };
    let view = View::new(timed, expires_at, wall + offset, true);
    if view.by_wall > view.most || view.expired_on_the_way() {
        return None;
    }
    let judgement = view.judge_valid(previous).unwrap_or_else(|| view.judge_expired(previous));
    Some(match judgement {
        // The offset relative to the uncorrected wall clock.
        Judgement::Good { life, basis: Basis::Confirmed { offset: more } } => {
            Judgement::Good { life, basis: Basis::Confirmed { offset: offset + more } }
        }
        judgement => judgement,
    })
}

/// Rule 1: the token itself does not state when it expires, but the answer may.
fn judge_unsigned(timed: &TimedAnswer, wall: i64, by_offset: bool, previous: Option<&TimedAnswer>) -> Judgement {
    let by_clock = |left: i64| Judgement::good(left - UNCERTAINTY, Basis::Clock);
    match (timed.answer.stated_life, timed.answer.stated_expiry) {
        // Counted from when the answer was generated, at the earliest.
        (Some(life), _) => by_clock(life - timed.took()),
        (None, Some(at)) => {
            let view = View::new(timed, at, wall, by_offset);
            match view.date {
                None => by_clock(at - wall),
                // As in rule 2.
                Some(date) if view.clocks_agree() && date.earliest <= wall && !by_offset => by_clock(at - wall),
                Some(date) if date.left > 0 || date.left_at_most <= 0 => by_clock(at - date.latest),
                // It may have expired in transit.
                Some(date) if previous.is_some() => by_clock(at - date.earliest),
                Some(_) => Judgement::Uncertain { wait: CONFIRM_DELAY },
            }
        }
        (None, None) => Judgement::Unlimited,
    }
}
