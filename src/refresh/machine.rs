//! The state machine.

mod group;
mod plan;
mod react;
#[cfg(test)]
mod tests;

use super::backoff::Attempts;
use super::calls::Calls;
use super::clock::{Now, Timeline};
use super::event::{Action, Cause, Event, Failure, Outcome, Reason, Status};
use super::policy::Policy;
use alloc::vec::Vec;
use fastrand::Rng;
use group::Turn;
use plan::Plan;

/// The longest a timer is armed for (ms). Sleep and clock changes are thus noticed even where no
/// event tells of them; it is also far below the 2^31 ms beyond which browsers fire at once.
pub const HEARTBEAT: i64 = 30_000;

/// Decides when to fetch a token. See the [module](super) for how it is driven.
#[derive(Debug)]
pub struct Machine {
    policy: Policy,
    rng: Rng,
    time: Timeline,
    phase: Phase,
    token: Option<Held>,
    /// There may be siblings to share tokens with.
    shared: bool,
    /// The attempt that waits for its turn among the siblings.
    turn: Option<Turn>,
    flight: Option<Flight>,
    next_flight: u32,
    attempts: Attempts,
    /// What the next attempt waits for, and the steady time it is planned for. Without meaning
    /// while a request is in the air: its outcome makes a new plan.
    plan: Plan,
    at: i64,
    /// The server asked for no attempt before this steady time.
    not_before: i64,
    /// Unreadable answers in a row.
    malformed: u8,
    /// Rejections since a token last proved good.
    rejections: u32,
    /// The next token replaces a rejected one.
    replacing: bool,
    /// A token has arrived before.
    seen_token: bool,
    /// While offline: the steady time of the next probe.
    offline: Option<i64>,
    calls: Calls,
    /// When the timer fires (awake time, for that is what timers count).
    armed: Option<i64>,
    /// The status told last.
    told: Status,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    Idle,
    Open,
    Closed,
}

/// The token in hand, as far as the machine knows it. Times are steady.
#[derive(Debug)]
struct Held {
    /// `None`: never.
    expires: Option<i64>,
    /// The life it arrived with (ms).
    life: i64,
    /// When it is to be renewed; `i64::MAX`: never.
    refresh: i64,
    /// When it has proved good.
    proven: i64,
}

impl Held {
    fn left(&self, steady: i64) -> i64 {
        self.expires.map_or(i64::MAX, |expires| expires.saturating_sub(steady))
    }
}

#[derive(Debug)]
struct Flight {
    id: u32,
    /// The steady time at which it is given up.
    deadline: i64,
    /// It was sent although the browser says that it is offline.
    probe: bool,
}

impl Machine {
    /// A machine that waits for [`Event::Start`] or the first [`Event::Get`]. `seed` spreads the
    /// attempts of many clients: it should differ from one to the next.
    pub fn new(policy: Policy, seed: u64, now: Now) -> Self {
        Self::build(policy, false, seed, now)
    }

    /// A machine with siblings (the other tabs), with which it shares what is vended: it speaks
    /// [`Action::Lock`], [`Action::Share`] and the like as well.
    pub fn in_group(policy: Policy, seed: u64, now: Now) -> Self {
        Self::build(policy, true, seed, now)
    }

    fn build(policy: Policy, shared: bool, seed: u64, now: Now) -> Self {
        Machine {
            policy,
            rng: Rng::with_seed(seed),
            time: Timeline::new(now),
            phase: Phase::Idle,
            token: None,
            shared,
            turn: None,
            flight: None,
            next_flight: 0,
            attempts: Attempts::new(),
            plan: Plan::Refresh,
            at: 0,
            not_before: 0,
            malformed: 0,
            rejections: 0,
            replacing: false,
            seen_token: false,
            offline: None,
            calls: Calls::default(),
            armed: None,
            told: Status::Idle,
        }
    }

    /// Takes an event and what the clocks show, and tells what to do, in this order.
    ///
    /// Call it for every event without delay, and only read the clocks for the purpose.
    pub fn handle(&mut self, event: Event, now: Now) -> Vec<Action> {
        let mut out = Vec::new();
        if self.phase == Phase::Closed {
            if let Event::Get { call, .. } = event {
                let outcome = Outcome::Closed;
                out.push(Action::Settle { call, outcome });
            }
            return out;
        }
        let jumped = self.time.observe(now);
        // First, so that no caller is served a token that expired …
        self.expire(&mut out);
        // … or joins a request that is overdue, and none keeps a page that wakes from a new one.
        if matches!(event, Event::Get { .. } | Event::Wake) {
            self.time_out(&mut out);
        }
        if jumped {
            self.wake();
        }
        self.take(event, &mut out);
        // Last, for any other event may be the very answer, or take a caller away.
        self.time_out(&mut out);
        self.take_off(&mut out);
        self.arm(&mut out);
        let status = self.status();
        if status != self.told {
            self.told = status;
            out.push(Action::Status(status));
        }
        out
    }

    /// What the machine is up to.
    pub fn status(&self) -> Status {
        let trying = self.flight.is_some() || self.turn.is_some();
        match (self.phase, trying, &self.token) {
            (Phase::Idle, ..) => Status::Idle,
            (Phase::Closed, ..) => Status::Closed,
            (_, true, None) => Status::Fetching,
            (_, true, Some(_)) => Status::Refreshing,
            _ if self.plan == Plan::Demand && !self.calls.any() => Status::Failed,
            _ if self.attempts.failing() => Status::Waiting,
            _ if self.offline.is_some() && self.wanted_at().is_some_and(|at| at <= self.now()) => Status::Waiting,
            (_, false, Some(_)) => Status::Ready,
            (_, false, None) => Status::Waiting,
        }
    }

    /// When the next attempt starts, by the client's wall clock (ms since the epoch), as far as
    /// known: `None` while one is under way, or where it takes an event to bring one about.
    pub fn refresh_at(&self) -> Option<i64> {
        if self.turn.is_some() {
            return None;
        }
        let delay = self.next_attempt()?;
        Some(self.time.wall().saturating_add(delay))
    }

    /// The life (ms) the token in hand has left as of the last event: `None` without a token,
    /// `i64::MAX` where it never expires.
    pub fn token_valid_for(&self) -> Option<i64> {
        self.token.as_ref().map(|token| token.left(self.now()))
    }

    fn now(&self) -> i64 {
        self.time.steady()
    }

    fn in_ms(&self, delay: i64) -> i64 {
        self.now().saturating_add(delay)
    }

    fn expire(&mut self, out: &mut Vec<Action>) {
        let now = self.now();
        let Some(token) = &self.token else { return };
        if token.proven <= now {
            self.rejections = 0;
        }
        if token.left(now) <= 0 {
            self.token = None;
            out.push(Action::Drop);
        }
    }

    fn time_out(&mut self, out: &mut Vec<Action>) {
        let now = self.now();
        if let Some(flight) = self.flight.take_if(|flight| flight.deadline <= now) {
            out.push(Action::Abort { flight: flight.id });
            self.fail(flight.id, Cause::Timeout, Failure::Retry { after: None }, out);
        }
    }

    fn take_off(&mut self, out: &mut Vec<Action>) {
        let due = self.next_attempt() == Some(0);
        if self.shared {
            self.take_turn(due, out);
        } else if due {
            let id = self.number();
            self.launch(id, out);
        }
    }

    fn number(&mut self) -> u32 {
        let id = self.next_flight;
        self.next_flight = id.wrapping_add(1);
        id
    }

    fn launch(&mut self, id: u32, out: &mut Vec<Action>) {
        let reason = if self.replacing {
            Reason::Rejected
        } else if self.calls.any_forced() {
            Reason::Forced
        } else if self.seen_token {
            Reason::Refresh
        } else {
            Reason::First
        };
        let probe = self.offline.is_some();
        if probe {
            self.offline = Some(self.draw_probe(plan::PROBE));
        }
        self.attempts.started(self.time.awake());
        self.flight = Some(Flight { id, deadline: self.in_ms(self.policy.request_timeout), probe });
        out.push(Action::Fetch { flight: id, reason });
    }

    fn arm(&mut self, out: &mut Vec<Action>) {
        let now = self.now();
        let expiry = self.token.as_ref().and_then(|token| token.expires);
        let deadline = self.flight.as_ref().map(|flight| flight.deadline);
        let until = |at: i64| at.saturating_sub(now);
        let attempt = match &self.turn {
            Some(turn) => Some(until(turn.go)),
            None => self.next_attempt(),
        };
        let next = [expiry.map(until), deadline.map(until), attempt];
        let Some(next) = next.into_iter().flatten().min() else {
            if self.armed.take().is_some() {
                out.push(Action::Disarm);
            }
            return;
        };
        let delay = next.clamp(1, HEARTBEAT);
        let awake = self.time.awake();
        let at = awake.saturating_add(delay);
        // A timer that fires a little early does no harm; one that is overdue may have been lost.
        if !self.armed.is_some_and(|armed| armed >= awake && armed <= at) {
            self.armed = Some(at);
            out.push(Action::Arm { delay });
        }
    }
}
