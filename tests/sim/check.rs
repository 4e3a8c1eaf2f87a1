//! What both ledgers, of a client alone and of a tab in a group, are made of.

use crate::clocks::{Clocks, HOUR, MINUTE, MS, SECOND};
use momento_token_wasm::refresh::{Action, Event, Failure, HEARTBEAT, Machine, Now, Policy};

pub(crate) type Checked = Result<(), String>;

/// What the machine may not have counted yet.
pub(crate) const MARGIN: i64 = 250 * MS;

/// What it takes off a token's life for that, and for clocks that go in tenths of a second.
pub(crate) const LOSS: i64 = MARGIN + 100 * MS;

macro_rules! ensure {
    ($what:expr, $($message:tt)*) => {
        if !$what {
            return Err(format!($($message)*));
        }
    };
}
pub(crate) use ensure;

/// One event, and what is true at that moment.
pub(crate) struct Moment<Brings> {
    pub(crate) event: Event,
    /// True time.
    pub(crate) t: i64,
    pub(crate) now: Now,
    /// How coarse the clocks are.
    pub(crate) grain: i64,
    /// When the wall clock was last set forward (true time).
    pub(crate) set_forward_at: i64,
    /// How often it has been set back.
    pub(crate) set_backs: i64,
    /// The truth about a token that it brings.
    pub(crate) brings: Brings,
}

impl<Brings> Moment<Brings> {
    /// By how much the machine's time may have run ahead of the truth since the wall clock had been
    /// set back so often: by what it counts for each time, by rounding, and by a little that it had
    /// not counted before.
    pub(crate) fn slack(&self, set_backs: i64) -> i64 {
        (1 + self.set_backs - set_backs) * MARGIN + 2 * self.grain
    }
}

/// A token that an event brings, and what is true of it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Truth {
    /// When it ends (true time); `None`: never.
    pub(crate) ends: Option<i64>,
    /// For how long after that (true time) a client may take it for good: its own clock is wrong by so much, or nothing
    /// is promised to it.
    pub(crate) late: i64,
    /// By how much (ms) it may look older than it is; `None`: by any time.
    pub(crate) error: Option<i64>,
}

/// No promise is as long.
pub(crate) const ANY: i64 = 1 << 50;

impl Truth {
    /// Until when (true time) it may be in hand.
    pub(crate) fn until(&self) -> Option<i64> {
        self.ends.map(|ends| ends + self.late)
    }

    /// Of a token that is brought at `t` by an answer of a host whose clock is right, whether that can be read
    /// (`dated`) or not. The request `took` so long.
    pub(crate) fn of_right_host(ends: Option<i64>, clocks: &Clocks, dated: bool, t: i64, took: i64) -> Self {
        let left = ends.map_or(0, |ends| ends - t);
        let ahead = clocks.ahead;
        let near = ahead.abs() < 5 * SECOND - clocks.grain;
        let late = match () {
            () if near => (-ahead).max(0),
            // Nobody can tell a clock that is behind from a host's that is ahead: a token that has ended when it is
            // sent is taken for good.
            () if ahead < 0 && left <= LOSS => ANY,
            // `Date` has whole seconds, and nothing is promised of lives that are short.
            () if ahead < 0 && left < (10 * SECOND).max(2 * SECOND + took) => SECOND + took + clocks.grain,
            () => 0,
        };
        // A life that is not known counts as one of 25 hours.
        // Nor can the clocks be compared by an answer that took long.
        let known = near && took <= 10 * SECOND && (dated || left < 24 * HOUR);
        let behind = if ahead < clocks.grain { SECOND + took } else { 0 };
        let error = known.then(|| (ahead.max(0) + clocks.grain + behind) / MS + 2);
        Truth { ends, late, error }
    }
}

/// For how long (ms) the token in hand is good in the machine's eyes; `i64::MAX`: it never expires.
pub(crate) fn valid_for(machine: &Machine) -> Option<i64> {
    machine.token_valid_for().map(|left| left.millis().unwrap_or(i64::MAX))
}

/// What a caller asked for, and when (true time).
pub(crate) struct Ask {
    pub(crate) since: i64,
    pub(crate) min_validity: i64,
    pub(crate) force: bool,
}

impl Ask {
    pub(crate) fn new(since: i64, min_validity: i64, force: bool) -> Self {
        Ask { since, min_validity: min_validity.max(0), force }
    }

    /// A token with so long left (ms), if there is one, would do.
    pub(crate) fn served_by(&self, valid_for: Option<i64>) -> bool {
        !self.force && valid_for.is_some_and(|left| left >= self.min_validity)
    }

    /// A token that truly expires then may be given to it now.
    pub(crate) fn may_be_given(&self, expires: Option<i64>, t: i64) -> Checked {
        if let Some(expires) = expires {
            let left = expires - t;
            ensure!(left > 0, "served a token that expired {} ms ago", -left / MS);
            ensure!(left / MS >= self.min_validity, "served {} ms, asked {}", left / MS, self.min_validity);
        }
        Ok(())
    }
}

/// The service has refused, and is asked again all the same.
pub(crate) fn asks_again(event: Event, actions: &[Action]) -> bool {
    let failure = match event {
        Event::Failed { failure, .. } | Event::SiblingFailed { failure, .. } => failure,
        _ => return false,
    };
    failure == Failure::Terminal
        && actions.iter().any(|action| matches!(action, Action::Report { retry_at: Some(_), .. }))
}

/// The one timer: when (monotonic ms) it is due.
#[derive(Default)]
pub(crate) struct Alarm(pub(crate) Option<i64>);

impl Alarm {
    pub(crate) fn arm(&mut self, now: Now, delay: i64) -> Checked {
        ensure!((1..=HEARTBEAT).contains(&delay), "a timer of {delay} ms");
        self.0 = Some(now.mono + delay);
        Ok(())
    }

    pub(crate) fn disarm(&mut self) -> Checked {
        ensure!(self.0.take().is_some(), "disarmed no timer");
        Ok(())
    }

    /// It is armed where something is awaited that takes a timer, and for nothing else.
    pub(crate) fn check(&self, now: Now, machine: &Machine, in_air: bool, awaited: bool) -> Checked {
        let next = machine.refresh_at();
        let needed = awaited || next.is_some();
        ensure!(needed == self.0.is_some(), "timer needed: {needed}, due at {:?}", self.0);
        ensure!(next.is_none() || !in_air, "another attempt is planned while one is in the air");
        if let Some(armed) = self.0 {
            let delay = armed - now.mono;
            ensure!((0..=HEARTBEAT).contains(&delay), "a timer due in {delay} ms");
            if let Some(next) = next {
                ensure!(next > now.wall, "an attempt was due and did not start");
                ensure!(delay <= next - now.wall, "the timer is due after the attempt");
            }
        }
        Ok(())
    }
}

/// By when (true time) a token must arrive in fair weather, whatever happened before.
///
/// At worst the request in the air times out, and then the budget of ten attempts in ten minutes
/// is waited for; that is longer than any backoff (5 min), pause (5 min) or probe (6 min). What
/// the server has asked for comes first, with a draw from the backoff on top.
pub(crate) fn token_due(policy: &Policy, t: i64, not_before: Option<i64>) -> i64 {
    let timeout = policy.request_timeout() * MS;
    let asked = not_before.map_or(0, |until| until + 5 * MINUTE);
    asked.max(t + timeout + 10 * MINUTE) + 10 * SECOND
}
