//! What the machine holds.

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

/// Decides when to fetch a token. See the [module](crate::refresh) for how it is driven.
#[derive(Debug)]
pub struct Machine {
    pub(super) policy: Policy,
    /// Spreads the requests of many clients. Its seed comes from the driver: a generator seeded here would start with
    /// the same number on every wasm32 client, and all of them would draw the same delays.
    pub(super) rng: Rng,
    pub(super) time: Timeline,
    pub(super) phase: Phase,
    pub(super) token: Option<CurrentToken>,
    /// How long tokens are valid.
    pub(super) lives: Lives,
    /// There may be siblings to share tokens with.
    pub(super) shared: bool,
    /// The request that waits for its turn among the siblings.
    pub(super) turn: Option<Turn>,
    /// The request under way.
    pub(super) request: Option<Request>,
    pub(super) next_request: u32,
    /// The group's lock is kept from one request to the next, because the answer was uncertain.
    pub(super) holds_lock: bool,
    pub(super) attempts: Attempts,
    /// What the next request waits for, and the steady time it is planned for. Without meaning while a request is under
    /// way: its outcome makes a new plan.
    pub(super) plan: Plan,
    pub(super) planned_at: i64,
    /// The server asked for no request before this steady time.
    pub(super) not_before: i64,
    /// Unreadable answers in a row.
    pub(super) malformed: u8,
    /// Refusals since a token last arrived.
    pub(super) refusals: u32,
    /// When (steady) the last token expired by itself, unless one has been rejected since.
    pub(super) expired: Option<i64>,
    /// Rejections since a token last counted as a good one.
    pub(super) rejections: u32,
    /// The next token replaces a rejected one.
    pub(super) replacing: bool,
    /// A token has arrived before.
    pub(super) had_token: bool,
    /// While offline: the steady time of the next probe.
    pub(super) offline: Option<i64>,
    pub(super) calls: Calls,
    pub(super) timer: Timer,
    /// The status published last.
    pub(super) published: Status,
    /// What to do after the current event.
    pub(super) actions: Vec<Action>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Phase {
    Idle,
    Open,
    Closed,
}

/// A request under way.
#[derive(Debug)]
pub(super) struct Request {
    pub(super) id: u32,
    /// The steady time at which it was sent.
    pub(super) sent: i64,
    /// The steady time at which it is given up.
    pub(super) deadline: i64,
    /// It was sent although the browser says that it is offline.
    pub(super) is_probe: bool,
}

/// What the next request waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Plan {
    /// The token's refresh, or the very first request. A waiting caller does not wait for it.
    Refresh,
    /// A caller: the token never expires.
    Unlimited,
    /// The backoff after a failure. Callers wait for it, unless they force a request.
    Retry,
    /// The delay after a refusal that may be temporary, because there is or was a token. Callers wait for it, unless
    /// they force a request; a page that wakes does not.
    Refused,
    /// The pause after a rejection. Everyone waits for it: forcing a request after each rejection is the very loop that
    /// it is to slow down.
    Pause,
    /// A caller, after a failure for good: even then not before its time.
    OnDemand,
    /// The time after which an uncertain answer is asked for again. Everyone waits for it.
    Confirm,
    /// Nothing: the page woke or came online.
    Immediate,
}

impl Machine {
    /// A machine that waits for [`Event::Start`] or the first [`Event::Get`]. `seed` spreads the requests of many
    /// clients: it has to differ from one to the next.
    ///
    /// [`Event::Start`]: crate::refresh::Event::Start
    /// [`Event::Get`]: crate::refresh::Event::Get
    pub fn new(policy: Policy, seed: u64, now: Now) -> Self {
        Self::build(policy, false, seed, now)
    }

    /// A machine with siblings (the other tabs), with which it shares what is vended: it uses [`Action::Lock`],
    /// [`Action::Share`] and the like as well.
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

    /// Adds to what is to be done.
    pub(super) fn act(&mut self, action: Action) {
        self.actions.push(action);
    }

    /// Settles those calls whose time has come.
    pub(super) fn settle(&mut self, settlement: Settlement) {
        let actions = &mut self.actions;
        self.calls.settle(settlement, |call, outcome| actions.push(Action::Settle { call, outcome }));
    }

    /// The steady time.
    pub(super) fn now(&self) -> i64 {
        self.time.steady()
    }

    /// The steady time in so many milliseconds.
    pub(super) fn in_ms(&self, delay: i64) -> i64 {
        self.now() + delay
    }

    /// A steady time from now: in `least` milliseconds or up to `spread` more.
    pub(super) fn draw(&mut self, least: i64, spread: i64) -> i64 {
        let delay = random::between(&mut self.rng, least, least + spread);
        self.in_ms(delay)
    }

    /// How long (ms) the current token leaves to get a new one; `None`: there is none, or it never expires.
    pub(super) fn time_left(&self) -> Option<i64> {
        let expires = self.token.as_ref()?.expires()?;
        Some(expires - self.now())
    }
}
