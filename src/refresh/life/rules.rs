//! The rules, one by one and without memory. `docs/clocks.md` explains what they are for.
//!
//! Three clocks are involved: the client's, that of the host that vends (by its `Date`), and that of Momento, which
//! signs the claim `exp`. Only the last one counts, and it is the one that cannot be read. What a token has left by the
//! client's clock is called `by_wall` here, and what it has left by the host's, `by_date`.

use super::super::clock::TOLERANCE;
use super::answer::TimedAnswer;

/// By how much (ms) the steady time may lag behind the truth: what [`Timeline`](super::super::clock::Timeline) does not
/// count, and what a clock that advances in tenths of a second does not show yet. It is taken off every life.
pub(in super::super) const UNCERTAINTY: i64 = TOLERANCE + 100;

/// Clocks that differ by no more than this (ms) agree, and a client's clock that is wrong by no more than this is
/// right.
const AGREEMENT: i64 = 5_000;

/// A token may have so much more (ms) left than its whole life before that is taken for a wrong clock.
const SLACK: i64 = 60_000;

/// The same, with its life, if that is not known (ms): the most that Momento grants a disposable token.
const DEFAULT_LIFE: i64 = 25 * 3_600_000;

/// A time that moves with the clock differs from it by no more than this (ms): whole seconds, and what is not counted.
const STEP_TOLERANCE: i64 = 1_200;

/// An answer that took longer than this (ms) is no measure of time: its page may have been frozen, and what was stored
/// meanwhile is another copy.
const MAX_LATENCY: i64 = 10_000;

/// The least time (ms) before a request that follows an uncertain answer.
pub(super) const CONFIRM_DELAY: i64 = 3_000;

/// How much is added to it at random, at most.
pub(in super::super) const CONFIRM_SPREAD: i64 = 1_000;

/// What a token's end was computed from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Basis {
    /// The claim `exp`, or what the answer says, and a clock.
    Clock,
    /// The length of a life alone: it has at least as long as requested (rule 5).
    Length,
    /// Two answers, of which the second confirmed the first (rules 6 and 7). The wall clock is right with this offset
    /// added (ms).
    Confirmed { offset: i64 },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Judgement {
    /// It is valid for so long (ms, more than 0).
    Good { life: i64, basis: Basis },
    /// It never expires.
    Unlimited,
    /// Ask again, not before this time (ms) has passed.
    Uncertain { wait: i64 },
    /// It has expired.
    Expired,
}

impl Judgement {
    fn good(life: i64, basis: Basis) -> Self {
        if life > 0 { Judgement::Good { life, basis } } else { Judgement::Expired }
    }
}

/// An answer as seen with one wall clock.
struct View<'a> {
    timed: &'a TimedAnswer,
    wall: i64,
    /// An offset was added to the wall clock, which is known no better than `Date` is.
    by_offset: bool,
    /// What the token has left (ms) by the wall clock.
    by_wall: i64,
    /// The same by the host's clock, if that can be read.
    date: Option<HostClock>,
    /// The most that the token can have left by a right clock, if its life may be the one requested, and if not.
    most: i64,
    most_known: i64,
}

#[derive(Clone, Copy)]
struct HostClock {
    /// Between which times the host's clock is now.
    earliest: i64,
    latest: i64,
    /// What the token has left (ms): at least, and at most.
    left: i64,
    left_at_most: i64,
}

impl<'a> View<'a> {
    fn new(timed: &'a TimedAnswer, expires_at: i64, wall: i64, by_offset: bool) -> Self {
        let left = |now: i64| expires_at - now - UNCERTAINTY;
        let most = |life: Option<i64>| life.map_or(DEFAULT_LIFE, |life| life + SLACK);
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

    /// The host's clock, if what is left by it is plausible. A life that was only requested proves nothing against it.
    fn plausible_date(&self) -> Option<HostClock> {
        self.date.filter(|date| date.left_at_most > 0 && date.left <= self.most_known)
    }

    /// Both clocks show the same time, as far as can be known.
    fn clocks_agree(&self) -> bool {
        let within = |date: HostClock| date.earliest - AGREEMENT <= self.wall && self.wall <= date.latest + AGREEMENT;
        self.timed.took() <= MAX_LATENCY && self.date.is_some_and(within)
    }

    /// It expired on its way to a client whose clock is right.
    fn expired_on_the_way(&self) -> bool {
        self.clocks_agree() && -AGREEMENT < self.by_wall && self.by_wall <= 0
    }

    /// By the host's clock it may have expired on its way, and the client's does not show it.
    fn may_have_expired(&self) -> bool {
        self.by_wall > 0
            && self.date.is_some_and(|date| date.left <= 0 && date.left_at_most > 0 && !self.wall_decides(date))
    }

    /// The wall clock itself shows a time at which the answer may have arrived.
    fn wall_decides(&self, date: HostClock) -> bool {
        let within = date.earliest <= self.wall && self.wall <= date.latest + AGREEMENT;
        within && !self.by_offset && self.timed.took() <= MAX_LATENCY
    }

    /// Rules 2 to 5: by the wall clock the token is valid. `None`: it is not.
    fn judge_valid(&self, previous: Option<&TimedAnswer>) -> Option<Judgement> {
        if self.by_wall <= 0 {
            return None;
        }
        let unsure = self.may_have_expired();
        if unsure && previous.is_none() {
            return Some(Judgement::Uncertain { wait: CONFIRM_DELAY });
        }
        if unsure && self.by_offset {
            // The offset may have been learned from `Date`, so it is no second opinion. A new token is valid all the same.
            let life = previous.and_then(|previous| self.new_token_life(previous));
            return Some(life.map_or(Judgement::Expired, |life| Judgement::good(life.min(self.by_wall), Basis::Clock)));
        }
        let by_date = |date: HostClock| if unsure { date.left_at_most } else { date.left };
        let clock = |life| Some(Judgement::good(life, Basis::Clock));
        if self.clocks_agree() {
            // A host's clock that is ahead of a right one costs a little of the life, a client's that is behind none.
            let ahead = self.date.filter(|date| self.by_offset || self.wall < date.earliest).map(by_date);
            return clock(ahead.filter(|left| *left > 0).map_or(self.by_wall, |left| left.min(self.by_wall)));
        }
        let plausible = self.plausible_date().map(by_date);
        if self.wall_is_plausible() {
            return clock(plausible.map_or(self.by_wall, |left| left.min(self.by_wall)));
        }
        // More than its whole life: the client's clock is behind, or more was granted than requested.
        match plausible {
            Some(left) => clock(left.min(self.by_wall)),
            None => {
                let life = self.timed.life().unwrap_or(DEFAULT_LIFE - SLACK);
                Some(Judgement::good((life - UNCERTAINTY).min(self.by_wall), Basis::Length))
            }
        }
    }

    /// Rules 6 to 8: by the wall clock it has expired. Either that clock is ahead, or the answer is a copy of an old
    /// one.
    fn judge_expired(&self, previous: Option<&TimedAnswer>) -> Judgement {
        let date = self.plausible_date();
        if date.is_none() && self.timed.life().is_none() {
            return Judgement::Expired;
        }
        // A clock that is ahead by no more than what counts as right shows a valid token as expired. If tokens are
        // served more than once, it can be told from a clock that is further ahead only by a token served after that.
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
        // The host's clock moves on: the answers are live, and the wall clock is ahead.
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
        // Or the tokens themselves do: each is new. A host's clock that was set in between may still be right.
        if let Some(life) = self.new_token_life(previous) {
            let life = date.map_or(life, |date| date.left.min(life));
            return Judgement::good(life, Basis::Confirmed { offset: self.by_wall - life });
        }
        Judgement::Expired
    }

    /// What the token has left (ms), if each answer brings a new one: its whole life, less the time it was on its way.
    fn new_token_life(&self, previous: &TimedAnswer) -> Option<i64> {
        let life = self.timed.life().filter(|_| self.moved_on(previous, TimedAnswer::start))?;
        Some(life - self.timed.took() - UNCERTAINTY)
    }

    /// From the previous answer to this one, the time that `read` finds in them has moved on as the clock did.
    fn moved_on(&self, previous: &TimedAnswer, read: fn(&TimedAnswer) -> Option<i64>) -> bool {
        let least = self.timed.sent - previous.received - STEP_TOLERANCE;
        let most = self.timed.received - previous.sent + STEP_TOLERANCE;
        let times = read(previous).zip(read(self.timed));
        self.timed.took() <= MAX_LATENCY && times.is_some_and(|(from, to)| (least..=most).contains(&(to - from)))
    }
}

/// Judges an answer by the wall clock as it is. `previous` is the answer before, if that one was uncertain.
pub(super) fn judge(timed: &TimedAnswer, wall: i64, previous: Option<&TimedAnswer>) -> Judgement {
    let Some(expires_at) = timed.answer.expires_at else { return judge_unsigned(timed, wall, false, previous) };
    let view = View::new(timed, expires_at, wall, false);
    if view.expired_on_the_way() {
        return Judgement::Expired;
    }
    view.judge_valid(previous).unwrap_or_else(|| view.judge_expired(previous))
}

/// The same by a wall clock with an offset added; `None` if that leads nowhere, and the answer is to be judged without.
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
        // Counted from the wall clock itself.
        Judgement::Good { life, basis: Basis::Confirmed { offset: more } } => {
            Judgement::Good { life, basis: Basis::Confirmed { offset: offset + more } }
        }
        judgement => judgement,
    })
}

/// Rule 1: the token itself does not say when it expires, but the answer may.
fn judge_unsigned(timed: &TimedAnswer, wall: i64, by_offset: bool, previous: Option<&TimedAnswer>) -> Judgement {
    let by_clock = |left: i64| Judgement::good(left - UNCERTAINTY, Basis::Clock);
    match (timed.answer.stated_life, timed.answer.stated_expiry) {
        // Counted from when the answer was written.
        (Some(life), _) => by_clock(life - timed.took()),
        (None, Some(at)) => {
            let view = View::new(timed, at, wall, by_offset);
            match view.date {
                None => by_clock(at - wall),
                // As in rule 2.
                Some(date) if view.clocks_agree() && date.earliest <= wall && !by_offset => by_clock(at - wall),
                Some(date) if date.left > 0 || date.left_at_most <= 0 => by_clock(at - date.latest),
                // It may have expired on its way.
                Some(date) if previous.is_some() => by_clock(at - date.earliest),
                Some(_) => Judgement::Uncertain { wait: CONFIRM_DELAY },
            }
        }
        (None, None) => Judgement::Unlimited,
    }
}
