//! Parts shared by both ledgers: of a single client and of a tab in a group.

use crate::clocks::{Clocks, HOUR, MINUTE, MS, SECOND};
use momento_token_wasm::refresh::{Action, Event, Failure, HEARTBEAT, Machine, Now, Policy};

pub(crate) type Checked = Result<(), String>;

/// Elapsed time that the machine may not have counted yet.
pub(crate) const MARGIN: i64 = 250 * MS;

/// What it subtracts from a token's life for that and for clocks that advance in tenths of a second.
pub(crate) const LOSS: i64 = MARGIN + 100 * MS;

macro_rules! ensure {
    ($what:expr, $($message:tt)*) => {
        if !$what {
            return Err(format!($($message)*));
        }
    };
}
pub(crate) use ensure;

/// An event, and the truth at that moment.
pub(crate) struct Moment<Brings> {
    pub(crate) event: Event,
    /// True time.
    pub(crate) t: i64,
    pub(crate) now: Now,
    /// The resolution of the clocks.
    pub(crate) grain: i64,
    /// When the wall clock was last set forward (true time).
    pub(crate) set_forward_at: i64,
    /// How often it has been set back.
    pub(crate) set_backs: i64,
    /// The truth about the token in the event.
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

/// The truth about a token in an event.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Truth {
    /// When it ends (true time); `None`: never.
    pub(crate) ends: Option<i64>,
    /// How long after that (true time) a client may treat it as valid, because its clock is wrong by that much or
    /// nothing is guaranteed.
    pub(crate) late: i64,
    /// By how much (ms) it may look older than it is; `None` for any time.
    pub(crate) error: Option<i64>,
}

/// Longer than any guarantee.
pub(crate) const ANY: i64 = 1 << 50;

impl Truth {
    /// Until when (true time) it may be the current token.
    pub(crate) fn until(&self) -> Option<i64> {
        self.ends.map(|ends| ends + self.late)
    }

    /// The truth about a token that arrives at `t` from a host whose clock is right, readable (`dated`) or not, after a
    /// request that `took` this long.
    pub(crate) fn of_right_host(ends: Option<i64>, clocks: &Clocks, dated: bool, t: i64, took: i64) -> Self {
        let left = ends.map_or(0, |ends| ends - t);
        let ahead = clocks.ahead;
        let near = ahead.abs() < 5 * SECOND - clocks.grain;
        let late = match () {
            () if near => (-ahead).max(0),
            // A client's clock that is behind cannot be distinguished from a host's that is ahead, so a token that has
            // ended when it is sent counts as valid.
            () if ahead < 0 && left <= LOSS => ANY,
            // `Date` has whole seconds, and nothing is guaranteed for short lives.
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

/// The remaining life (ms) of the current token according to the machine; `i64::MAX` if unlimited.
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

    /// Whether a token with this remaining life (ms), if there is one, is enough.
    pub(crate) fn served_by(&self, valid_for: Option<i64>) -> bool {
        !self.force && valid_for.is_some_and(|left| left >= self.min_validity)
    }

    /// Checks that a token which truly expires then may be returned now.
    pub(crate) fn may_be_given(&self, expires: Option<i64>, t: i64) -> Checked {
        if let Some(expires) = expires {
            let left = expires - t;
            ensure!(left > 0, "served a token that expired {} ms ago", -left / MS);
            ensure!(left / MS >= self.min_validity, "served {} ms, asked {}", left / MS, self.min_validity);
        }
        Ok(())
    }
}

/// Whether the service has refused and is asked again nevertheless.
pub(crate) fn asks_again(event: Event, actions: &[Action]) -> bool {
    let failure = match event {
        Event::Failed { failure, .. } | Event::SiblingFailed { failure, .. } => failure,
        _ => return false,
    };
    failure == Failure::Terminal
        && actions.iter().any(|action| matches!(action, Action::Report { retry_at: Some(_), .. }))
}

/// The machine's timer: when (monotonic ms) it is due.
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

    /// Checks that it is armed if and only if something is awaited that needs a timer.
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

/// By when (true time) a token must arrive once nothing fails any more.
///
/// At worst the pending request times out, and then the budget of ten attempts in ten minutes is waited for; that is
/// longer than any backoff (5 min), pause (5 min) or probe (6 min). What the server has asked for comes first, plus a
/// random delay of the backoff.
pub(crate) fn token_due(policy: &Policy, t: i64, not_before: Option<i64>) -> i64 {
    let timeout = policy.request_timeout() * MS;
    let asked = not_before.map_or(0, |until| until + 5 * MINUTE);
    asked.max(t + timeout + 10 * MINUTE) + 10 * SECOND
}
