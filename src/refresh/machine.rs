//! The state machine.

mod group;
mod plan;
mod react;
#[cfg(test)]
mod tests;

use super::backoff::{Attempts, Dice};
use super::calls::{Calls, Fate};
use super::clock::{Now, Step, Timeline};
use super::event::*;
use super::life::Lives;
use super::policy::Policy;
use group::Turn;
use plan::Plan;

/// The longest a timer is armed for (ms). Sleep and clock changes are thus noticed even where no
/// event tells of them; it is also far below the 2^31 ms beyond which browsers fire at once.
pub const HEARTBEAT: i64 = 30_000;

/// A timer that comes later than this (ms) is held up, as in pages that are hidden. More than clocks are coarse:
/// browsers round to 100 ms at most.
const LATE: i64 = 250;

/// Where timers are held up, so many in a row that are in time are no accident.
const ACCIDENTS: u8 = 3;

/// In place of that number, where the page is hidden: until it is shown.
const ALWAYS: u8 = u8::MAX;

/// What has to be done before a token ends is begun so long before (ms) where timers come once a second: one to begin,
/// one more for the owner of a lock to go ahead, and the request.
const LAG: i64 = 3_000;

/// The same where they come once a minute, as in pages that have been hidden for some minutes; and how late (ms) one is
/// that tells so.
const LONG_LAG: i64 = 60_000 + LAG;
const FAR_BEHIND: i64 = 2_000;

/// The longest (ms) that the lock is kept for the request that settles a doubt.
const LONGEST_HOLD: i64 = 7_000;

/// Decides when to fetch a token. See the [module](super) for how it is driven.
#[derive(Debug)]
pub struct Machine {
    policy: Policy,
    dice: Dice,
    time: Timeline,
    phase: Phase,
    token: Option<Held>,
    /// How long tokens live.
    lives: Lives,
    /// There may be siblings to share tokens with.
    shared: bool,
    /// The attempt that waits for its turn among the siblings.
    turn: Option<Turn>,
    flight: Option<Flight>,
    /// It holds on to the group's lock from one request to the next, since the answer was in doubt.
    keeps_lock: bool,
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
    /// Refusals since a token last arrived.
    refusals: u32,
    /// When (steady) the last token ended by itself, where none has been rejected since.
    ended: Option<i64>,
    /// Rejections since a token last proved good.
    rejections: u32,
    /// The next token replaces a rejected one.
    replacing: bool,
    /// A token has arrived before.
    seen_token: bool,
    /// While offline: the steady time of the next probe.
    offline: Option<i64>,
    calls: Calls,
    /// When the timer fires (awake time, for that is what timers count); [`NEVER`]: none is armed.
    armed: i64,
    /// Timers are late: so many more must be in time until they are not; or [`ALWAYS`].
    held_up: u8,
    /// They come once a minute: so many more must be sooner until they do not.
    far_behind: u8,
    /// The status told last.
    told: Status,
    /// What to do after the last event.
    notes: Vec<Note>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    Idle,
    Open,
    Closed,
}

/// The token in hand, as far as the machine knows it. Times are steady, and [`NEVER`] is never.
#[derive(Debug)]
struct Held {
    /// The hash of its bytes.
    token: u64,
    expires: i64,
    /// The life it arrived with (ms).
    life: i64,
    /// When it may be renewed at the earliest, and when it is to be.
    opens: i64,
    refresh: i64,
    /// When it has proved good.
    proven: i64,
    /// It was given a later end than before.
    moved: bool,
    /// `Date` and `Age` of the answer that its life was reckoned from, or [`NONE`].
    date: i64,
}

#[derive(Debug)]
struct Flight {
    id: u32,
    /// The steady time at which it was sent.
    sent: i64,
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
            dice: Dice::new(seed),
            time: Timeline::new(now),
            phase: Phase::Idle,
            token: None,
            lives: Lives::default(),
            shared,
            turn: None,
            flight: None,
            keeps_lock: false,
            next_flight: 0,
            attempts: Attempts::new(),
            plan: Plan::Refresh,
            at: 0,
            not_before: 0,
            malformed: 0,
            refusals: 0,
            ended: None,
            rejections: 0,
            replacing: false,
            seen_token: false,
            offline: None,
            calls: Calls::default(),
            armed: NEVER,
            held_up: 0,
            far_behind: 0,
            told: Status::Idle,
            notes: Vec::new(),
        }
    }

    /// Takes an event and what the clocks show, and tells what to do, in this order.
    ///
    /// Call it for every event without delay, and only read the clocks for the purpose.
    pub fn handle(&mut self, event: Event, now: Now) -> Vec<Action> {
        let mut reported = 0;
        self.tell(event.into(), now).iter().map(|note| note.action(&mut reported)).collect()
    }

    /// The same in numbers.
    pub(crate) fn tell(&mut self, signal: Signal, now: Now) -> &[Note] {
        self.notes.clear();
        if self.phase == Phase::Closed {
            if signal.event == GET {
                self.act(SETTLE, TOO_LATE, signal.id, 0);
            }
            return &self.notes;
        }
        let step = self.time.observe(now);
        if step != Step::Even {
            self.lives.forget();
        }
        // Whether it has fired or is found overdue.
        let late = if self.armed == NONE { 0 } else { self.time.awake() - self.armed };
        self.time.observed(signal.event != WAKE && late <= FAR_BEHIND);
        // The page did not run: what comes so much later proves nothing of the answer before.
        if late > FAR_BEHIND && self.plan == Plan::Reask {
            self.lives.settled();
        }
        let fired = signal.event == TIMER;
        self.held_up = count(self.held_up, late > LATE, fired);
        self.far_behind = count(self.far_behind, late > FAR_BEHIND, fired);
        // First, so that no caller is served a token that expired …
        self.expire();
        // … or joins a request that is overdue, and none keeps a page that wakes from a new one.
        if matches!(signal.event, GET | WAKE) {
            self.time_out();
        }
        if step == Step::Jump {
            self.wake();
        }
        self.take(signal);
        // Last, for any other event may be the very answer, or take a caller away.
        self.time_out();
        self.take_off();
        self.arm();
        let status = self.status();
        if status != self.told {
            self.told = status;
            self.act(STATUS, status as u8, 0, 0);
        }
        &self.notes
    }

    /// Adds to what is to be done.
    #[inline(never)]
    fn act(&mut self, action: u8, what: u8, id: u32, ms: i64) {
        self.notes.push(Note { action, what, id, ms });
    }

    /// Settles those who wait, or some of them.
    #[inline(never)]
    fn settle(&mut self, fate: Fate) {
        let mut waiting = 0;
        for at in 0..self.calls.0.len() {
            let call = self.calls.0[at];
            match fate.of(&call) {
                Ok(outcome) => self.act(SETTLE, outcome, call.id, 0),
                Err(false) => {}
                Err(true) => {
                    self.calls.0[waiting] = call;
                    waiting += 1;
                }
            }
        }
        self.calls.0.truncate(waiting);
    }

    /// The status told last.
    #[cfg_attr(
        not(all(target_arch = "wasm32", feature = "js")),
        allow(dead_code, reason = "`js` has no need to derive it again")
    )]
    pub(crate) fn told(&self) -> Status {
        self.told
    }

    /// What the machine is up to.
    pub fn status(&self) -> Status {
        let trying = self.flight.is_some() || self.turn.is_some() || self.plan == Plan::Reask;
        match (self.phase, trying, &self.token) {
            (Phase::Idle, ..) => Status::Idle,
            (Phase::Closed, ..) => Status::Closed,
            (_, true, None) => Status::Fetching,
            (_, true, Some(_)) => Status::Refreshing,
            _ if self.plan == Plan::Demand && !self.calls.any() => Status::Failed,
            _ if self.attempts.failing() => Status::Waiting,
            _ if self.offline.is_some() && self.wanted_at() <= self.now() => Status::Waiting,
            (_, false, Some(_)) => Status::Ready,
            (_, false, None) => Status::Waiting,
        }
    }

    /// When the next attempt starts, by the client's wall clock (ms since the epoch), as far as
    /// known: `None` while one is under way, or where it takes an event to bring one about.
    pub fn refresh_at(&self) -> Option<i64> {
        Some(self.due()).filter(|at| *at != NONE)
    }

    /// The same, or [`NONE`].
    #[inline(never)]
    pub(crate) fn due(&self) -> i64 {
        match self.next_attempt() {
            NEVER => NONE,
            _ if self.turn.is_some() => NONE,
            delay => self.time.wall() + delay,
        }
    }

    /// The life (ms) the token in hand has left as of the last event: `None` without a token,
    /// `i64::MAX` where it never expires.
    pub fn token_valid_for(&self) -> Option<i64> {
        Some(self.left()).filter(|left| *left != NONE)
    }

    /// The same, or [`NONE`].
    #[inline(never)]
    pub(crate) fn left(&self) -> i64 {
        match &self.token {
            None => NONE,
            Some(Held { expires: NEVER, .. }) => NEVER,
            Some(token) => token.expires - self.now(),
        }
    }

    /// How long there is time to get a new one.
    fn time_left(&self) -> i64 {
        if self.token.is_some() { self.left() } else { NEVER }
    }

    #[inline(never)]
    fn now(&self) -> i64 {
        self.time.steady()
    }

    #[inline(never)]
    fn in_ms(&self, delay: i64) -> i64 {
        self.now() + delay
    }

    fn expire(&mut self) {
        let now = self.now();
        let Some(token) = &self.token else { return };
        if token.proven <= now {
            self.rejections = 0;
        }
        if token.expires <= now {
            self.ended = Some(token.expires);
            self.token = None;
            self.act(DROP, 0, 0, 0);
        }
    }

    #[inline(never)]
    fn time_out(&mut self) {
        let now = self.now();
        if let Some(Flight { id, .. }) = self.flight.take_if(|flight| flight.deadline <= now) {
            self.act(ABORT, 0, id, 0);
            self.fail(id, Cause::Timeout, RETRY, NONE);
        }
    }

    fn take_off(&mut self) {
        let due = self.next_attempt() == 0;
        // Something else has come of the doubt, or the request has to wait for something else.
        if self.plan != Plan::Reask || self.next_attempt() > LONGEST_HOLD {
            self.release();
        }
        if self.keeps_lock {
            if due {
                self.keeps_lock = false;
                let id = self.number();
                self.launch(id);
            }
        } else if self.shared {
            self.take_turn(due);
        } else if due {
            let id = self.number();
            self.launch(id);
        }
    }

    fn number(&mut self) -> u32 {
        let id = self.next_flight;
        self.next_flight = id.wrapping_add(1);
        id
    }

    #[inline(never)]
    fn launch(&mut self, id: u32) {
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
            self.offline = Some(self.draw(plan::PROBE));
        }
        self.attempts.started(self.time.awake());
        let (sent, deadline) = (self.now(), self.in_ms(self.policy.request_timeout));
        self.flight = Some(Flight { id, sent, deadline, probe });
        self.act(FETCH, reason as u8, id, 0);
    }

    fn arm(&mut self) {
        let mut at = match self.turn_ends() {
            Some(go) => go,
            None => match self.next_attempt() {
                NEVER => NEVER,
                delay => self.in_ms(delay),
            },
        };
        if let Some(token) = &self.token {
            at = at.min(token.expires);
        }
        if let Some(flight) = &self.flight {
            at = at.min(flight.deadline);
        }
        if at == NEVER {
            if self.armed != NEVER {
                self.armed = NEVER;
                self.act(DISARM, 0, 0, 0);
            }
            return;
        }
        let delay = (at - self.now()).clamp(1, HEARTBEAT);
        let awake = self.time.awake();
        let at = awake + delay;
        // A timer that fires a little early does no harm; one that is overdue may have been lost.
        if self.armed < awake || self.armed > at {
            self.armed = at;
            self.act(ARM, 0, 0, delay);
        }
    }
}

/// Counts late timers, and those in time after one.
fn count(before: u8, late: bool, fired: bool) -> u8 {
    match before {
        ALWAYS => ALWAYS,
        _ if late => ACCIDENTS,
        before => before.saturating_sub(fired.into()),
    }
}
