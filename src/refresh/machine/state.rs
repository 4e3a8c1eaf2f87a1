//! The state of the machine.

use super::super::action::{Action, Status};
use super::super::backoff::Attempts;
use super::super::calls::{Calls, Settlement};
use super::super::clock::{Now, Timeline};
use super::super::life::Lives;
use super::super::policy::Policy;
use super::super::random;
use super::super::timer::Timer;
use super::token::CurrentToken;
use super::turn::Turn;
use fastrand::Rng;

/// Decides when to fetch a token. The [module documentation](crate::refresh) explains how to drive it.
#[derive(Debug)]
pub struct Machine {
    pub(super) policy: Policy,
    /// Spreads the requests of many clients. The driver provides the seed: a generator seeded here would have the same
    /// seed on every wasm32 client, and all of them would draw the same delays.
    pub(super) rng: Rng,
    pub(super) time: Timeline,
    pub(super) phase: Phase,
    pub(super) token: Option<CurrentToken>,
    /// How long tokens are valid.
    pub(super) lives: Lives,
    /// Whether there may be siblings to share tokens with.
    pub(super) shared: bool,
    /// The request that waits for the lock.
    pub(super) turn: Option<Turn>,
    /// The pending request.
    pub(super) request: Option<Request>,
    pub(super) next_request: u32,
    /// Whether the lock is kept for the next request because the last answer was uncertain.
    pub(super) holds_lock: bool,
    pub(super) attempts: Attempts,
    /// What the next request waits for, and the steady time it is planned for. Meaningless while a request is pending:
    /// its result makes a new plan.
    pub(super) plan: Plan,
    pub(super) planned_at: i64,
    /// The steady time before which the server wants no request.
    pub(super) not_before: i64,
    /// The number of malformed answers in a row.
    pub(super) malformed: u8,
    /// The number of refusals since a token last arrived.
    pub(super) refusals: u32,
    /// When (steady) the last token expired by itself, unless one has been rejected since.
    pub(super) expired: Option<i64>,
    /// The number of rejections since a token last counted as accepted.
    pub(super) rejections: u32,
    /// Whether the next token replaces a rejected one.
    pub(super) replacing: bool,
    /// Whether a token has arrived before.
    pub(super) had_token: bool,
    /// The steady time of the next probe while offline; `None` while online.
    pub(super) offline: Option<i64>,
    pub(super) calls: Calls,
    pub(super) timer: Timer,
    /// The last published status.
    pub(super) published: Status,
    /// The actions collected for the current event.
    pub(super) actions: Vec<Action>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Phase {
    Idle,
    Open,
    Closed,
}

/// A pending request.
#[derive(Debug)]
pub(super) struct Request {
    pub(super) id: u32,
    /// The steady time at which it was sent.
    pub(super) sent: i64,
    /// The steady time at which it times out.
    pub(super) deadline: i64,
    /// Whether it was sent although the browser reports that it is offline.
    pub(super) is_probe: bool,
}

/// What the next request waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Plan {
    /// The token's refresh, or the very first request. Callers do not wait for that time.
    Refresh,
    /// A caller, since the token never expires.
    Unlimited,
    /// The backoff after a failure. Callers wait for it, unless they force a request.
    Retry,
    /// The delay after a refusal that may be temporary, because there is or was a token. Callers wait for it, unless
    /// they force a request. Waking ends it.
    Refused,
    /// The pause after a rejection. Even forced calls wait for it, since its purpose is to slow down callers that force
    /// a request after each rejection.
    Pause,
    /// A caller, after a permanent failure, but no sooner than planned.
    OnDemand,
    /// The time at which an uncertain answer is to be confirmed. Even forced calls wait for it.
    Confirm,
    /// Nothing, because the page woke or came online.
    Immediate,
}

impl Machine {
    /// Creates a machine that waits for [`Event::Start`] or the first [`Event::Get`]. `seed` must differ from client to
    /// client: it spreads their requests.
    ///
    /// [`Event::Start`]: crate::refresh::Event::Start
    /// [`Event::Get`]: crate::refresh::Event::Get
    pub fn new(policy: Policy, seed: u64, now: Now) -> Self {
        Self::build(policy, false, seed, now)
    }

    /// Creates a machine that shares its tokens with sibling tabs. It also uses [`Action::Lock`], [`Action::Share`] and
    /// the other actions for siblings.
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
            lives: Lives::default(),
            shared,
            turn: None,
            request: None,
            next_request: 0,
            holds_lock: false,
            attempts: Attempts::default(),
            plan: Plan::Refresh,
            planned_at: 0,
            not_before: 0,
            malformed: 0,
            refusals: 0,
            expired: None,
            rejections: 0,
            replacing: false,
            had_token: false,
            offline: None,
            calls: Calls::default(),
            timer: Timer::new(),
            published: Status::Idle,
            actions: Vec::new(),
        }
    }

    /// Appends an action.
    pub(super) fn act(&mut self, action: Action) {
        self.actions.push(action);
    }

    /// Settles waiting calls.
    pub(super) fn settle(&mut self, settlement: Settlement) {
        let actions = &mut self.actions;
        self.calls.settle(settlement, |call, outcome| actions.push(Action::Settle { call, outcome }));
    }

    /// The steady time.
    pub(super) fn now(&self) -> i64 {
        self.time.steady()
    }

    /// The steady time in this many milliseconds.
    pub(super) fn in_ms(&self, delay: i64) -> i64 {
        self.now() + delay
    }

    /// A random steady time, `least` to `least + spread` milliseconds from now.
    pub(super) fn draw(&mut self, least: i64, spread: i64) -> i64 {
        let delay = random::between(&mut self.rng, least, least + spread);
        self.in_ms(delay)
    }

    /// Remaining life (ms) of the current token; `None` if there is no token or it never expires.
    pub(super) fn time_left(&self) -> Option<i64> {
        let expires = self.token.as_ref()?.expires()?;
        Some(expires - self.now())
    }
}
