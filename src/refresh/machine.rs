//! The state machine.

use super::backoff::{self, Attempts};
use super::calls::Calls;
use super::clock::{self, Now, Timeline};
use super::event::{Action, Cause, Event, Failure, Outcome, Reason, Status};
use super::policy::Policy;
use alloc::vec::Vec;
use fastrand::Rng;

/// The longest a timer is armed for (ms). Sleep and clock changes are thus noticed even where no
/// event tells of them; it is also far below the 2^31 ms beyond which browsers fire at once.
pub const HEARTBEAT: i64 = 30_000;

/// The most that a server's `Retry-After` is granted (ms).
const MAX_RETRY_AFTER: i64 = 3_600_000;

/// A page that comes online waits for up to this long (ms) if it can: all pages behind one router
/// come online together.
const ONLINE_SPREAD: i64 = 1_000;

/// How often a page that is said to be offline tries all the same (ms, at least and on top at most):
/// what browsers say may be wrong.
const PROBE: (i64, i64) = (240_000, 120_000);

/// A token that was in hand for so long (ms) without being rejected was a good one, even if its
/// refresh is still far off.
const PROVEN: i64 = 3_600_000;

/// Decides when to fetch a token. See the [module](super) for how it is driven.
#[derive(Debug)]
pub struct Machine {
    policy: Policy,
    rng: Rng,
    time: Timeline,
    phase: Phase,
    token: Option<Held>,
    flight: Option<Flight>,
    next_flight: u32,
    attempts: Attempts,
    /// What the next attempt waits for, and the steady time it is planned for. Without meaning
    /// while a request is in the air: its outcome makes a new plan.
    plan: Plan,
    at: i64,
    /// The server asked for no attempt before this steady time.
    not_before: i64,
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

/// What the next attempt waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Plan {
    /// The token's refresh, or the very first attempt. A waiting caller does not wait for it.
    Refresh,
    /// The backoff after a failure. Callers wait for it, unless they insist.
    Retry,
    /// The pause after a rejection. Everyone waits for it: whoever insists after each rejection is
    /// the loop that it is to slow down.
    Pause,
    /// To be asked, after a failure for good: even then not before its time.
    Demand,
    /// Nothing: the page woke or came online.
    Hurry,
}

impl Machine {
    /// A machine that waits for [`Event::Start`] or the first [`Event::Get`]. `seed` spreads the
    /// attempts of many clients: it should differ from one to the next.
    pub fn new(policy: Policy, seed: u64, now: Now) -> Self {
        Machine {
            policy,
            rng: Rng::with_seed(seed),
            time: Timeline::new(now),
            phase: Phase::Idle,
            token: None,
            flight: None,
            next_flight: 0,
            attempts: Attempts::new(),
            plan: Plan::Refresh,
            at: 0,
            not_before: 0,
            rejections: 0,
            replacing: false,
            seen_token: false,
            offline: None,
            calls: Calls::new(),
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
        // Before the event, so that no caller is served an expired token.
        self.expire(&mut out);
        if jumped {
            self.wake();
        }
        self.take(event, &mut out);
        // After the event, for it may be the very answer, or what makes an attempt due.
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
        match (self.phase, &self.flight, &self.token) {
            (Phase::Idle, ..) => Status::Idle,
            (Phase::Closed, ..) => Status::Closed,
            (_, Some(_), None) => Status::Fetching,
            (_, Some(_), Some(_)) => Status::Refreshing,
            _ if self.plan == Plan::Demand && !self.calls.any() => Status::Failed,
            _ if self.attempts.failing() => Status::Waiting,
            _ if self.offline.is_some() && self.wanted_at().is_some_and(|at| at <= self.now()) => Status::Waiting,
            (_, None, Some(_)) => Status::Ready,
            (_, None, None) => Status::Waiting,
        }
    }

    /// When the next attempt starts, by the client's wall clock (ms since the epoch), as far as
    /// known: `None` while one is under way, or where it takes an event to bring one about.
    pub fn refresh_at(&self) -> Option<i64> {
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

    // ── the plan ────────────────────────────────────────────────────────────────────────────────

    /// The steady time at which an attempt is wanted, limits and network apart.
    fn wanted_at(&self) -> Option<i64> {
        let at = match self.plan {
            Plan::Refresh | Plan::Hurry if self.calls.any() => self.now(),
            Plan::Retry if self.calls.any_forced() => self.now(),
            Plan::Demand if !self.calls.any() => return None,
            _ => self.at,
        };
        (at < i64::MAX).then_some(at)
    }

    /// Someone waits for the next attempt, or did something to bring it about.
    fn on_demand(&self) -> bool {
        matches!(self.plan, Plan::Demand | Plan::Hurry) || self.calls.any_forced()
    }

    /// In how many milliseconds the next attempt starts; 0: now.
    fn next_attempt(&self) -> Option<i64> {
        if self.phase != Phase::Open || self.flight.is_some() {
            return None;
        }
        let mut at = self.wanted_at()?.max(self.not_before);
        if let Some(probe) = self.offline {
            let needed = self.token.is_none() || self.calls.any();
            if !needed {
                return None;
            }
            at = at.max(probe);
        }
        let delay = at.saturating_sub(self.now());
        let limit = self.attempts.wait(self.time.awake(), self.on_demand());
        Some(delay.max(limit).max(0))
    }

    // ── one step ────────────────────────────────────────────────────────────────────────────────

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
        if self.next_attempt() != Some(0) {
            return;
        }
        let id = self.next_flight;
        self.next_flight = id.wrapping_add(1);
        let reason = if self.replacing {
            Reason::Rejected
        } else if self.calls.any_forced() {
            Reason::Forced
        } else if self.seen_token {
            Reason::Refresh
        } else {
            Reason::First
        };
        self.attempts.started(self.time.awake());
        self.flight =
            Some(Flight { id, deadline: self.in_ms(self.policy.request_timeout), probe: self.offline.is_some() });
        if self.offline.is_some() {
            self.offline = Some(self.next_probe());
        }
        out.push(Action::Fetch { flight: id, reason });
    }

    fn arm(&mut self, out: &mut Vec<Action>) {
        let now = self.now();
        let expiry = self.token.as_ref().and_then(|token| token.expires);
        let deadline = self.flight.as_ref().map(|flight| flight.deadline);
        let next =
            [expiry, deadline].into_iter().flatten().map(|at| at.saturating_sub(now)).chain(self.next_attempt()).min();
        let Some(next) = next else {
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

    // ── events ──────────────────────────────────────────────────────────────────────────────────

    fn take(&mut self, event: Event, out: &mut Vec<Action>) {
        match event {
            Event::Start => self.open(),
            Event::Get { call, min_validity, force } => {
                self.open();
                self.get(call, min_validity.max(0), force, out);
            }
            Event::Abandon { call } => self.calls.remove(call),
            Event::Rejected => self.reject(out),
            // Whatever it was armed for is found due, or not, without being told.
            Event::Timer => self.armed = None,
            Event::Wake => {
                // Timers set before a freeze or sleep may come very late.
                self.armed = None;
                self.wake();
            }
            Event::Online => self.online(),
            Event::Offline => {
                if self.offline.is_none() {
                    self.offline = Some(self.next_probe());
                }
            }
            Event::Vended { flight, expires_at, server_now } => {
                if let Some(flight) = self.land(flight) {
                    if flight.probe {
                        // An answer: the browser was wrong.
                        self.offline = None;
                    }
                    let server_now = server_now.unwrap_or(self.time.wall());
                    let life = expires_at.map(|at| at.saturating_sub(server_now));
                    self.vended(flight.id, life, out);
                }
            }
            Event::Failed { flight, failure } => {
                if let Some(flight) = self.land(flight) {
                    self.fail(flight.id, Cause::Answer, failure, out);
                }
            }
            Event::Close => self.close(out),
        }
    }

    fn open(&mut self) {
        if self.phase == Phase::Idle {
            self.phase = Phase::Open;
            self.at = self.now();
        }
    }

    fn get(&mut self, call: u32, min_validity: i64, force: bool, out: &mut Vec<Action>) {
        let now = self.now();
        let outcome = match &self.token {
            Some(token) if !force && token.left(now) >= min_validity => Outcome::Token,
            // What it asks for even a fresh token has not; and this one still counts as fresh.
            Some(token) if !force && token.life < min_validity && now < token.refresh => Outcome::TooShort,
            _ => return self.calls.add(call, min_validity, force),
        };
        out.push(Action::Settle { call, outcome });
    }

    fn reject(&mut self, out: &mut Vec<Action>) {
        if self.token.take().is_none() {
            return;
        }
        out.push(Action::Drop);
        let pause = match self.rejections {
            0 => 0,
            nth => backoff::delay(&mut self.rng, nth, i64::MAX),
        };
        self.rejections = self.rejections.saturating_add(1);
        self.replacing = true;
        // A service that fails is not asked any sooner for it.
        let earliest = if self.attempts.failing() { self.at } else { 0 };
        self.plan = Plan::Pause;
        self.at = self.in_ms(pause).max(earliest);
    }

    fn wake(&mut self) {
        let stuck = match self.plan {
            Plan::Retry => self.token.is_none(),
            Plan::Demand => true,
            _ => false,
        };
        if stuck {
            self.plan = Plan::Hurry;
            self.at = self.now();
        }
    }

    fn online(&mut self) {
        let was_offline = self.offline.take().is_some();
        self.wake();
        if was_offline && !self.calls.any() {
            let spread = backoff::uniform(&mut self.rng, ONLINE_SPREAD);
            self.at = self.at.max(self.in_ms(spread));
        }
    }

    /// Takes the flight out of the air, if it is this one.
    fn land(&mut self, id: u32) -> Option<Flight> {
        self.flight.take_if(|flight| flight.id == id)
    }

    fn vended(&mut self, flight: u32, life: Option<i64>, out: &mut Vec<Action>) {
        // What the clocks cannot tell for certain is taken off, see there.
        let life = life.map_or(i64::MAX, |life| life.saturating_sub(clock::TOLERANCE));
        if life <= 0 {
            out.push(Action::Refuse { flight });
            let failure = Failure::Retry { after: None };
            return self.fail(flight, Cause::Expired, failure, out);
        }
        let limited = life < i64::MAX;
        let refresh = if limited { self.draw_refresh(life) } else { i64::MAX };
        self.token = Some(Held {
            expires: limited.then(|| self.in_ms(life)),
            life,
            refresh,
            proven: refresh.min(self.in_ms(PROVEN)),
        });
        self.seen_token = true;
        self.replacing = false;
        self.attempts.succeeded();
        self.not_before = 0;
        self.plan = Plan::Refresh;
        self.at = refresh;
        out.push(Action::Install { flight });
        self.calls.serve(life, out);
    }

    fn fail(&mut self, flight: u32, cause: Cause, failure: Failure, out: &mut Vec<Action>) {
        self.attempts.failed();
        // With a token in hand there is time, but no more than it lasts.
        let within = self.token_valid_for().unwrap_or(i64::MAX);
        let mut delay = self.attempts.delay(&mut self.rng, within);
        self.plan = Plan::Demand;
        if let Failure::Retry { after } = failure {
            self.plan = Plan::Retry;
            let after = after.unwrap_or(0).clamp(0, MAX_RETRY_AFTER);
            self.not_before = self.in_ms(after);
            // On top, not instead: all who were told the same do not return at the same moment.
            delay = delay.saturating_add(after);
        }
        self.at = self.in_ms(delay);
        // The callers of this attempt bring about no other.
        let mut calls = core::mem::replace(&mut self.calls, Calls::new());
        out.push(Action::Report { flight, cause, retry_at: self.refresh_at() });
        calls.settle(Outcome::Failed { flight }, out);
    }

    fn close(&mut self, out: &mut Vec<Action>) {
        self.phase = Phase::Closed;
        self.token = None;
        if let Some(flight) = self.flight.take() {
            out.push(Action::Abort { flight: flight.id });
        }
        self.calls.settle(Outcome::Closed, out);
    }

    // ── draws ───────────────────────────────────────────────────────────────────────────────────

    /// When (steady) to renew a token that has this life (ms) left.
    fn draw_refresh(&mut self, life: i64) -> i64 {
        let (lo, hi) = self.policy.window;
        let share = |share: f32| (life as f64 * f64::from(share)) as i64;
        let spread = backoff::uniform(&mut self.rng, share(hi).saturating_sub(share(lo)));
        self.in_ms(share(lo).saturating_add(spread))
    }

    fn next_probe(&mut self) -> i64 {
        let (least, spread) = PROBE;
        let delay = least.saturating_add(backoff::uniform(&mut self.rng, spread));
        self.in_ms(delay)
    }
}
