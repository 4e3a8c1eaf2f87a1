//! The rules, one by one and without memory. `docs/clocks.md` says in plain words what they are for.
//!
//! Three clocks are involved: the client's, that of the host that vends (by its `Date`), and that of Momento, which
//! signs the claim `exp`. Only the last one counts, and it is the one that nobody can read. What is left of a token by
//! the client's clock is called `by_wall` here, and what is left by the host's, `by_date`.

use super::super::event::NEVER;
use super::answer::Sighting;

/// By how much (ms) the steady time may lag behind the truth: what [`Timeline`](super::super::clock::Timeline) does not
/// count, and what a clock that goes to the next tenth of a second does not show yet. It is taken off every life.
pub(in super::super) const UNCERTAINTY: i64 = super::super::clock::TOLERANCE + 100;

/// Clocks that differ by no more than this (ms) agree, and a client's clock that is wrong by no more than this is
/// right.
pub(in super::super) const AGREEMENT: i64 = 5_000;

/// A token may have so much more (ms) left than its whole life before that is taken for the error of a clock.
const SLACK: i64 = 60_000;

/// The same, with its life, where that is not known (ms): the most that Momento grants a disposable token.
const LONGEST: i64 = 25 * 3_600_000;

/// A time that moves with the clock differs from it by no more than this (ms): whole seconds, and what is not counted.
const STEP: i64 = 1_200;

/// An answer that was on its way for longer than this (ms) is no measure of time: its page may have been frozen, and
/// what was stored meanwhile is another copy.
const PROMPT: i64 = 10_000;

/// The least time (ms) before a request that is to settle a doubt, and how much is drawn at random on top.
pub(super) const REASK: i64 = 3_000;
pub(in super::super) const REASK_SPREAD: i64 = 1_000;

/// What a token's end was reckoned from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Basis {
    /// The claim `exp`, or what the answer says, and a clock.
    Clock,
    /// The length of a life alone: it has at least as long as asked for (rule 5).
    Length,
    /// Two answers, of which the second proved the first (rules 6 and 7). The wall clock is right with this added (ms).
    Confirmed { offset: i64 },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Judgement {
    Good {
        /// In milliseconds, more than 0; [`NEVER`]: without end.
        life: i64,
        basis: Basis,
    },
    Doubtful {
        /// Not before this time (ms) from now.
        wait: i64,
    },
    Expired,
}

impl Judgement {
    fn good(life: i64, basis: Basis) -> Self {
        if life > 0 { Judgement::Good { life, basis } } else { Judgement::Expired }
    }
}

/// An answer as it looks by one wall clock.
struct View<'a> {
    seen: &'a Sighting,
    wall: i64,
    /// An offset was added to the wall clock, which is known no better than `Date` is.
    by_offset: bool,
    /// What the token has left (ms) by the wall clock.
    by_wall: i64,
    /// The same by the host's, where that can be read.
    date: Option<Dated>,
    /// The most that the token can have left by a right clock, where its life may be the one asked for, and where not.
    most: i64,
    most_known: i64,
}

#[derive(Clone, Copy)]
struct Dated {
    /// Between which times the host's clock stands now.
    earliest: i64,
    latest: i64,
    /// What the token has left (ms): at least, and at most.
    left: i64,
    left_at_most: i64,
}

impl<'a> View<'a> {
    fn new(seen: &'a Sighting, expires_at: i64, wall: i64, by_offset: bool) -> Self {
        let left = |now: i64| expires_at - now - UNCERTAINTY;
        let most = |life: Option<i64>| life.map_or(LONGEST, |life| life + SLACK);
        View {
            seen,
            wall,
            by_offset,
            by_wall: left(wall),
            date: seen.earliest().zip(seen.latest()).map(|(earliest, latest)| Dated {
                earliest,
                latest,
                left: left(latest),
                left_at_most: left(earliest),
            }),
            most: most(seen.life()),
            most_known: most(seen.known_life()),
        }
    }

    fn wall_is_plausible(&self) -> bool {
        self.by_wall > 0 && self.by_wall <= self.most
    }

    /// What is left by the host's clock, where that is plausible. A life that was only asked for proves nothing against
    /// it.
    fn plausible_date(&self) -> Option<Dated> {
        self.date.filter(|date| date.left_at_most > 0 && date.left <= self.most_known)
    }

    /// Both clocks show the same time, as far as can be told.
    fn clocks_agree(&self) -> bool {
        let within = |date: Dated| date.earliest - AGREEMENT <= self.wall && self.wall <= date.latest + AGREEMENT;
        self.seen.took() <= PROMPT && self.date.is_some_and(within)
    }

    /// It died on its way to a client whose clock is right.
    fn died_on_the_way(&self) -> bool {
        self.clocks_agree() && -AGREEMENT < self.by_wall && self.by_wall <= 0
    }

    /// By the host's clock it may have died on its way, and the client's cannot tell.
    fn may_have_died(&self) -> bool {
        self.by_wall > 0
            && self.date.is_some_and(|date| date.left <= 0 && date.left_at_most > 0 && !self.wall_tells(date))
    }

    /// The wall clock itself shows a time at which the answer may have arrived.
    fn wall_tells(&self, date: Dated) -> bool {
        let within = date.earliest <= self.wall && self.wall <= date.latest + AGREEMENT;
        within && !self.by_offset && self.seen.took() <= PROMPT
    }

    /// Rules 2 to 5: by the wall clock the token lives. `None`: it does not.
    fn living(&self, doubt: Option<&Sighting>) -> Option<Judgement> {
        if self.by_wall <= 0 {
            return None;
        }
        let unsure = self.may_have_died();
        if unsure && doubt.is_none() {
            return Some(Judgement::Doubtful { wait: REASK });
        }
        if unsure && self.by_offset {
            return Some(Judgement::Expired);
        }
        let by_date = |date: Dated| if unsure { date.left_at_most } else { date.left };
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
        // More than its whole life: the client's clock is behind, or more was granted than asked for.
        match plausible {
            Some(left) => clock(left.min(self.by_wall)),
            None => {
                let life = self.seen.life().unwrap_or(LONGEST - SLACK);
                Some(Judgement::good((life - UNCERTAINTY).min(self.by_wall), Basis::Length))
            }
        }
    }

    /// Rules 6 to 8: by the wall clock it has ended. Either that clock is ahead, or the answer is a copy of an old one.
    fn ended(&self, doubt: Option<&Sighting>) -> Judgement {
        let date = self.plausible_date();
        if date.is_none() && self.seen.life().is_none() {
            return Judgement::Expired;
        }
        // A clock that is ahead by no more than what counts as right shows a token that lives as ended. Where tokens
        // are served more than once, it can be told from one that is further ahead only by a token that is served after
        // that.
        let wait = REASK.max(self.by_wall + AGREEMENT + 2 * UNCERTAINTY);
        let Some(doubt) = doubt else { return Judgement::Doubtful { wait } };
        let when_sent = self.by_wall + self.seen.took();
        let served_on = doubt.repeated || doubt.answer.token == self.seen.answer.token;
        if served_on && when_sent > -AGREEMENT - UNCERTAINTY {
            return Judgement::Doubtful { wait };
        }
        if doubt.took() > PROMPT && self.seen.took() <= PROMPT {
            return Judgement::Doubtful { wait };
        }
        let moved = |from: Option<i64>, to: Option<i64>| {
            let least = self.seen.sent - doubt.received - STEP;
            let most = self.seen.received - doubt.sent + STEP;
            self.seen.took() <= PROMPT && from.zip(to).is_some_and(|(from, to)| (least..=most).contains(&(to - from)))
        };
        // The host's clock moves on: the answers are live, and the wall clock is ahead.
        let date = date.filter(|date| date.left > 0);
        if let Some(date) = date {
            if self.seen.answer.age > 0 {
                return Judgement::Expired;
            }
            if moved(doubt.earliest(), self.seen.earliest()) {
                let offset = date.latest - self.wall;
                return Judgement::good(date.left, Basis::Confirmed { offset });
            }
        }
        // Or the tokens themselves do: each is new. A host's clock that was set in between may still be right.
        if let Some(life) = self.seen.life().filter(|_| moved(doubt.start(), self.seen.start())) {
            let life = life - self.seen.took() - UNCERTAINTY;
            let life = date.map_or(life, |date| date.left.min(life));
            return Judgement::good(life, Basis::Confirmed { offset: self.by_wall - life });
        }
        Judgement::Expired
    }
}

/// Judges an answer by the wall clock as it is. `doubt` is the answer before, if that one was in doubt.
pub(super) fn judge(seen: &Sighting, wall: i64, doubt: Option<&Sighting>) -> Judgement {
    let Some(expires_at) = seen.answer.expires_at else { return told(seen, wall, false, doubt) };
    let view = View::new(seen, expires_at, wall, false);
    if view.died_on_the_way() {
        return Judgement::Expired;
    }
    view.living(doubt).unwrap_or_else(|| view.ended(doubt))
}

/// The same by a wall clock to which an offset is added; `None` where that leads nowhere, and the answer is to be
/// judged without.
pub(super) fn judge_by_offset(seen: &Sighting, wall: i64, offset: i64, doubt: Option<&Sighting>) -> Option<Judgement> {
    let Some(expires_at) = seen.answer.expires_at else { return Some(told(seen, wall + offset, true, doubt)) };
    let view = View::new(seen, expires_at, wall + offset, true);
    if view.by_wall > view.most || view.died_on_the_way() {
        return None;
    }
    let judgement = view.living(doubt).unwrap_or_else(|| view.ended(doubt));
    Some(match judgement {
        // Counted from the wall clock itself.
        Judgement::Good { life, basis: Basis::Confirmed { offset: more } } => {
            Judgement::Good { life, basis: Basis::Confirmed { offset: offset + more } }
        }
        judgement => judgement,
    })
}

/// Rule 1: the token itself does not say when it expires, and the answer must do.
fn told(seen: &Sighting, wall: i64, by_offset: bool, doubt: Option<&Sighting>) -> Judgement {
    let by_clock = |left: i64| Judgement::good(left - UNCERTAINTY, Basis::Clock);
    match (seen.answer.length, seen.answer.told_expiry) {
        // Counted from when the answer was written.
        (Some(length), _) => by_clock(length - seen.took()),
        (None, Some(at)) => {
            let view = View::new(seen, at, wall, by_offset);
            match view.date {
                None => by_clock(at - wall),
                // As in rule 2.
                Some(date) if view.clocks_agree() && date.earliest <= wall && !by_offset => by_clock(at - wall),
                Some(date) if date.left > 0 || date.left_at_most <= 0 => by_clock(at - date.latest),
                // It may have died on its way.
                Some(date) if doubt.is_some() => by_clock(at - date.earliest),
                Some(_) => Judgement::Doubtful { wait: REASK },
            }
        }
        (None, None) => Judgement::Good { life: NEVER, basis: Basis::Clock },
    }
}
