//! The promises to one tab of a group, checked after every event against what is true.
//!
//! As the ledger of a client that is alone, it keeps its own account and knows nothing of how the machine decides. What the two
//! have in common besides (reasons, retries offline, the refresh window) is checked there; here it is about turns and siblings.

use crate::clocks::{MINUTE, MS, SECOND};
use momento_token_wasm::refresh::{Action, Cause, Event, Failure, HEARTBEAT, Machine, Now, Outcome, Policy, Status};
use std::collections::{BTreeMap, VecDeque};

/// What is not counted, or counted twice, for the uncertainty of clocks.
const MARGIN: i64 = 250 * MS;
const WINDOW: i64 = 10 * MINUTE;
const BUDGET: usize = 10;
const MAX_RETRY_AFTER: i64 = 3_600_000;

/// The longest a turn may take (ms) until its request is sent, and after the lock is held.
const PATIENCE: i64 = 5_000;
const LEAST_PATIENCE: i64 = 4_000;
const HUSH: i64 = 100;
/// With a token in hand, half of what it has left; but no less than this (ms) if that leaves so much for a request, and in any
/// case if the timer has been so late, and not so often in time since.
const MOMENT: i64 = 1_500;
const RESERVE: i64 = 250;
const LATE: i64 = 100;
const IN_TIME: u8 = 3;
/// By how much (ms) a sibling's answer must outlive the token in hand.
const BETTER: i64 = 1_000;
/// How long ago what serves those who insist may have been vended.
const FRESH: i64 = 10 * SECOND;

/// A token as the service knows it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Token {
    pub(crate) id: u32,
    /// `None`: never.
    pub(crate) expires: Option<i64>,
}

/// One event, and what is true at that moment.
pub(crate) struct Moment {
    pub(crate) event: Event,
    pub(crate) t: i64,
    pub(crate) now: Now,
    pub(crate) grain: i64,
    /// When the wall clock was last set forward (true time), and how often back.
    pub(crate) leapt: i64,
    pub(crate) set_backs: i64,
    /// The token that the event brings, and when it was vended.
    pub(crate) brings: Option<(Token, i64)>,
}

struct Ask {
    since: i64,
    min_validity: i64,
    force: bool,
}

/// A turn that waits for the lock.
struct Turn {
    flight: u32,
    /// By when (monotonic ms) its request must be sent without the lock.
    until: i64,
    /// When (monotonic ms) the tab came to know that it holds the lock.
    locked: Option<i64>,
    /// What the clocks showed when it began, and how long (ms) it is at least without the lock.
    since: Now,
    set_backs: i64,
    least: i64,
}

impl Turn {
    /// By when (monotonic ms) its request must be sent.
    fn ends(&self, held_up: bool) -> i64 {
        let least = if held_up { self.since.mono + MOMENT } else { self.until };
        self.until.max(least).min(self.locked.map_or(i64::MAX, |at| at + HUSH))
    }
}

struct Held {
    token: Token,
    vended: i64,
}

#[derive(Default)]
pub(crate) struct Ledger {
    begun: bool,
    closed: bool,
    status: Option<Status>,
    air: Option<u32>,
    turn: Option<Turn>,
    /// `Lock` without `Unlock`.
    locking: bool,
    token: Option<Held>,
    last_start: Option<(i64, i64)>,
    /// When (monotonic ms) a sibling's new token was last taken.
    adopted: Option<i64>,
    /// Since when (true time) nothing has failed with the token in hand, and what life (ms) it was given.
    fine: Option<(i64, i64)>,
    window: (f32, f32),
    starts: VecDeque<i64>,
    /// Something has failed since a new token was taken: a sibling's failure without an answer is not its own fault any more.
    suspected: bool,
    /// Before when the service asked not to be asked, when it did so, and how often the wall clock had been set back.
    not_before: Option<(i64, i64, i64)>,
    armed: Option<i64>,
    /// The timer has been late, and so often less than that in time since; unless the page woke.
    held_up: u8,
    waiting: BTreeMap<u32, Ask>,
    /// What the clocks showed, and for how long the token was thought valid, after the last event.
    last: Option<(Now, Option<i64>)>,
    pub(crate) spent_budget: bool,
}

/// What one event brought about.
#[derive(Default)]
struct Batch {
    landed: Option<(u32, bool)>,
    aborted: Option<u32>,
    refused: Option<u32>,
    reported: Option<(u32, Cause)>,
    installed: bool,
    adopted: bool,
    /// And someone waited for a new one.
    insisted: bool,
    told: bool,
    told_failure: bool,
    fetched: bool,
    too_short: Vec<i64>,
}

macro_rules! ensure {
    ($what:expr, $($message:tt)*) => {
        if !$what {
            return Err(format!($($message)*));
        }
    };
}

impl Ledger {
    pub(crate) fn new(policy: &Policy) -> Self {
        Ledger { window: policy.window(), ..Ledger::default() }
    }

    pub(crate) fn in_air(&self) -> Option<u32> {
        self.air
    }

    pub(crate) fn locking(&self) -> bool {
        self.locking
    }

    pub(crate) fn waits_for_lock(&self, flight: u32) -> bool {
        self.turn.as_ref().is_some_and(|turn| turn.flight == flight)
    }

    pub(crate) fn held_up(&self) -> bool {
        self.held_up > 0
    }

    pub(crate) fn has_token(&self) -> bool {
        self.token.is_some()
    }

    pub(crate) fn a_waiting_call(&self, nth: usize) -> Option<u32> {
        self.waiting.keys().nth(nth % self.waiting.len().max(1)).copied()
    }

    /// Until when (true time) the service asked not to be asked.
    pub(crate) fn not_before(&self) -> Option<i64> {
        self.not_before.map(|(until, ..)| until)
    }

    pub(crate) fn check(&mut self, moment: &Moment, actions: &[Action], machine: &Machine) -> Result<(), String> {
        let was_closed = self.closed;
        let mut batch = Batch { landed: self.note(moment), ..Batch::default() };
        for action in actions {
            let answer = matches!(action, Action::Settle { outcome: Outcome::Closed, .. });
            ensure!(!was_closed || answer, "{action:?} after Close");
            self.action(moment, *action, &mut batch)?;
        }
        ensure!(batch.landed.is_none() || batch.installed || batch.reported.is_some(), "an answer without consequence");
        ensure!(batch.refused.is_none(), "refused without a report");
        let needless = self.closed || matches!(moment.event, Event::Heard { fresh: true, .. }) && self.token.is_some();
        let explained = batch.aborted.is_none() || batch.reported.is_some() || needless;
        ensure!(explained, "gave up a request without a report");
        let own_failure = batch.reported.is_some_and(|(_, cause)| cause != Cause::Sibling);
        ensure!(own_failure == batch.told_failure, "a failure of its own: {own_failure}, told: {}", batch.told_failure);
        let asked = matches!(moment.event, Event::Asked { .. });
        ensure!(batch.told == batch.installed || asked, "installed: {}, told: {}", batch.installed, batch.told);
        let heard = self.begun && matches!(moment.event, Event::HeardFailed { .. });
        self.suspected |= heard || batch.reported.is_some();
        self.turns(moment, machine)?;
        self.after(moment, machine, &batch)
    }

    /// What the event itself changes; the flight that it ends, and whether it brought a token.
    fn note(&mut self, moment: &Moment) -> Option<(u32, bool)> {
        if self.armed.is_some_and(|at| moment.now.mono - at > LATE) {
            self.held_up = IN_TIME;
        } else if moment.event == Event::Timer {
            self.held_up = self.held_up.saturating_sub(1);
        }
        match moment.event {
            Event::Start => self.begun = true,
            Event::Get { call, min_validity, force } => {
                self.begun = true;
                self.waiting.insert(call, Ask { since: moment.t, min_validity: min_validity.max(0), force });
            }
            Event::Abandon { call } => drop(self.waiting.remove(&call)),
            Event::Timer => self.armed = None,
            Event::Wake => self.held_up = 0,
            Event::Vended { flight, .. } if self.air == Some(flight) => {
                self.air = None;
                return Some((flight, true));
            }
            Event::HeardFailed { failure, .. } if self.begun && !self.closed => self.heed(moment, failure),
            Event::Failed { flight, failure } if self.air == Some(flight) => {
                self.air = None;
                self.heed(moment, failure);
                return Some((flight, false));
            }
            Event::Locked { flight } => {
                if let Some(turn) = self.turn.as_mut().filter(|turn| turn.flight == flight && turn.locked.is_none()) {
                    turn.locked = Some(moment.now.mono);
                }
            }
            Event::Close => self.closed = true,
            _ => {}
        }
        None
    }

    /// What the service asks of one it asks of all.
    fn heed(&mut self, moment: &Moment, failure: Failure) {
        if let Failure::Retry { after } = failure {
            let until = moment.t + after.unwrap_or(0).clamp(0, MAX_RETRY_AFTER) * MS;
            if self.not_before.is_none_or(|(before, ..)| before < until) {
                self.not_before = Some((until, moment.t, moment.set_backs));
            }
        }
    }

    fn action(&mut self, moment: &Moment, action: Action, batch: &mut Batch) -> Result<(), String> {
        let now = moment.now;
        match action {
            Action::Fetch { flight, .. } => {
                ensure!(!core::mem::replace(&mut batch.fetched, true), "two requests at once");
                self.fetch(moment, flight)?;
            }
            Action::Abort { flight } => {
                ensure!(self.air.take() == Some(flight), "aborted a flight that is not in the air");
                batch.aborted = Some(flight);
            }
            Action::Arm { delay } => {
                ensure!((1..=HEARTBEAT).contains(&delay), "a timer of {delay} ms");
                self.armed = Some(now.mono + delay);
            }
            Action::Disarm => ensure!(self.armed.take().is_some(), "disarmed no timer"),
            Action::Install { flight } => {
                ensure!(batch.landed == Some((flight, true)), "installed what did not arrive");
                self.take(moment)?;
                batch.installed = true;
            }
            Action::Adopt => {
                ensure!(matches!(moment.event, Event::Heard { .. }) && self.begun, "adopted what was not heard of");
                self.take(moment)?;
                batch.adopted = true;
                batch.insisted = self.waiting.values().any(|ask| ask.force);
            }
            Action::Drop => {
                ensure!(self.token.take().is_some(), "dropped a token that is not in hand");
                self.fine = None;
            }
            Action::Refuse { flight } => {
                ensure!(batch.landed == Some((flight, true)), "refused what did not arrive");
                batch.refused = Some(flight);
            }
            Action::Report { flight, cause, retry_at } => {
                let happened = match (cause, moment.event) {
                    (Cause::Answer, _) => batch.landed == Some((flight, false)),
                    (Cause::Timeout, _) => batch.aborted == Some(flight),
                    (Cause::Expired, _) => batch.refused.take() == Some(flight),
                    (Cause::Sibling, Event::HeardFailed { own_fault, .. }) => {
                        self.air.is_none() && (self.suspected || !own_fault)
                    }
                    _ => false,
                };
                ensure!(happened, "reported what did not happen");
                ensure!(retry_at.is_none_or(|at| at >= now.wall), "tries again in the past");
                ensure!(batch.reported.replace((flight, cause)).is_none(), "reported twice");
            }
            Action::Settle { call, outcome } => {
                let ask = self.waiting.remove(&call).ok_or_else(|| format!("call {call} does not wait"))?;
                self.settle(moment, &ask, outcome, batch)?;
            }
            Action::Status(status) => {
                ensure!(self.status.replace(status) != Some(status), "told the same status again");
            }
            Action::Lock { flight, left } => {
                self.early(moment)?;
                ensure!(self.begun && !self.closed && self.air.is_none(), "a turn of no use");
                ensure!(!core::mem::replace(&mut self.locking, true), "asked for the lock twice");
                ensure!((left > 0) == self.token.is_some(), "says that {left} ms are left");
                let patience = match left {
                    0 => PATIENCE,
                    left => MOMENT.min(left - RESERVE).max(left / 2),
                };
                let (until, least) = (now.mono + PATIENCE.min(patience), LEAST_PATIENCE.min(patience));
                self.turn = Some(Turn { flight, until, locked: None, since: now, set_backs: moment.set_backs, least });
            }
            Action::Unlock => {
                ensure!(core::mem::take(&mut self.locking), "released a lock not asked for");
                ensure!(self.air.is_none(), "released the lock with a request in the air");
                self.turn = None;
            }
            Action::Share { fresh } => {
                ensure!(self.token.is_some(), "told of no token");
                ensure!(fresh == batch.installed, "told of a token, new: {fresh}");
                ensure!(!core::mem::replace(&mut batch.told, true), "told twice");
            }
            Action::ShareFailure => {
                ensure!(!core::mem::replace(&mut batch.told_failure, true), "told of a failure twice");
            }
        }
        Ok(())
    }

    /// The token that the event brings is in hand.
    fn take(&mut self, moment: &Moment) -> Result<(), String> {
        let (token, vended) = moment.brings.ok_or("took a token that nobody brought")?;
        ensure!(token.expires.is_none_or(|at| at > moment.t), "took an expired token");
        self.token = Some(Held { token, vended });
        if !matches!(moment.event, Event::Heard { fresh: false, .. }) {
            self.arrived();
            self.suspected = false;
        }
        if matches!(moment.event, Event::Heard { fresh: true, .. }) {
            self.adopted = Some(moment.now.mono);
        }
        Ok(())
    }

    /// A token is not renewed before its time, unless something failed or someone asks.
    fn early(&self, moment: &Moment) -> Result<(), String> {
        if let Some((since, life)) = self.fine
            && self.waiting.is_empty()
            && moment.leapt < since
        {
            let lived = moment.t - since;
            let earliest = (life as f64 * f64::from(self.window.0)) as i64 * MS;
            // A sibling's new token that is no better may still last a little less.
            let slack = (3 + moment.set_backs) * MARGIN + 2 * moment.grain + BETTER * MS;
            ensure!(lived >= earliest - slack, "renewed after {} of {life} ms", lived / MS);
        }
        Ok(())
    }

    /// Limits that hold until a token arrives are past.
    fn arrived(&mut self) {
        self.not_before = None;
        self.starts.clear();
    }

    fn fetch(&mut self, moment: &Moment, flight: u32) -> Result<(), String> {
        let Moment { t, now, grain, leapt, .. } = *moment;
        ensure!(self.air.replace(flight).is_none(), "two flights at once");
        let turn = self.turn.take().ok_or("a request out of turn")?;
        ensure!(turn.flight == flight && self.locking, "a request under another one's lock");
        let (wall, waited) = (now.wall - turn.since.wall, now.mono - turn.since.mono);
        let listened = turn.locked.is_some_and(|at| now.mono - at >= HUSH);
        // Clocks that were set, or stood still, may have made the wait look longer.
        let steady =
            (wall - waited).abs() <= MARGIN / MS / 2 && leapt < t - MINUTE && turn.set_backs == moment.set_backs;
        let least = if self.held_up() { turn.least.max(MOMENT) } else { turn.least };
        let early = steady && !listened && waited < least;
        ensure!(!early, "a request after {waited} ms of its turn, locked: {:?}", turn.locked);
        if let Some((last, mono)) = self.last_start {
            ensure!(t - last >= SECOND - grain, "{} ms after the last request", (t - last) / MS);
            ensure!(now.mono - mono >= 1_000, "{} awake ms after the last request", now.mono - mono);
        }
        ensure!(self.adopted.is_none_or(|at| now.mono - at >= 1_000), "a request upon a sibling's");
        self.last_start = Some((t, now.mono));
        if self.starts.len() == BUDGET {
            let tenth = self.starts.pop_front().map_or(0, |start| t - start);
            ensure!(tenth >= WINDOW - grain, "eleven requests in {} s", tenth / SECOND);
            self.spent_budget = true;
        }
        self.starts.push_back(t);
        if let Some((until, said, set_backs)) = self.not_before {
            let slack = (1 + moment.set_backs - set_backs) * MARGIN + 2 * grain;
            ensure!(t >= until - slack || leapt >= said, "{} ms before Retry-After", (until - t) / MS);
        }
        Ok(())
    }

    fn settle(&mut self, moment: &Moment, ask: &Ask, outcome: Outcome, batch: &mut Batch) -> Result<(), String> {
        ensure!((outcome == Outcome::Closed) == self.closed, "{outcome:?}, closed: {}", self.closed);
        match outcome {
            Outcome::Token => {
                let held = self.token.as_ref().ok_or("served a token that is not in hand")?;
                if let Some(expires) = held.token.expires {
                    let left = expires - moment.t;
                    ensure!(left > 0, "served a token that expired {} ms ago", -left / MS);
                    ensure!(left / MS >= ask.min_validity, "served {} ms, asked {}", left / MS, ask.min_validity);
                }
                let new = batch.installed || batch.adopted && ask.since - held.vended <= FRESH;
                ensure!(!ask.force || new, "served an old token to one who insisted");
            }
            Outcome::Failed { flight } => {
                let reported = batch.reported.is_some_and(|(reported, _)| reported == flight);
                ensure!(reported, "failed for an attempt that did not just fail");
            }
            Outcome::TooShort => batch.too_short.push(ask.min_validity),
            Outcome::Closed => {}
        }
        Ok(())
    }

    /// Nobody waits for a lock or for siblings beyond the bounds, and a timer sees to it.
    fn turns(&self, moment: &Moment, machine: &Machine) -> Result<(), String> {
        let pending = self.air.is_some() || self.turn.is_some();
        ensure!(self.locking == pending, "lock asked for: {}, of use: {pending}", self.locking);
        ensure!(self.turn.is_none() || self.air.is_none(), "a turn with a request in the air");
        if let Some(turn) = &self.turn {
            let until = turn.ends(self.held_up());
            let over = moment.now.mono - until;
            // A token with a millisecond left leaves none to wait, but takes an event of its own.
            ensure!(over <= 0, "a turn {over} ms beyond its time, locked: {:?}", turn.locked);
            ensure!(self.armed.is_some_and(|armed| armed <= until.max(moment.now.mono + 1)), "no timer for a turn");
            ensure!(machine.refresh_at().is_none(), "another attempt is planned in a turn");
        }
        Ok(())
    }

    /// What must hold once all is done.
    fn after(&mut self, moment: &Moment, machine: &Machine, batch: &Batch) -> Result<(), String> {
        let Moment { t, now, .. } = *moment;
        let valid_for = machine.token_valid_for();
        if self.closed {
            ensure!(self.waiting.is_empty(), "someone waits after Close");
            ensure!(self.armed.is_none(), "a timer is armed after Close");
            ensure!(self.air.is_none() && !self.locking, "a flight or lock after Close");
            self.token = None;
        }
        ensure!(valid_for.is_some() == self.token.is_some(), "token in hand: {valid_for:?}");
        if let (Some(held), Some(valid_for)) = (&self.token, valid_for) {
            ensure!(valid_for > 0, "a token in hand for {valid_for} ms");
            if let Some(expires) = held.token.expires {
                let left = (expires - t).div_euclid(MS);
                ensure!(valid_for <= left, "thought valid for {valid_for} of {left} ms");
            }
        }
        for asked in &batch.too_short {
            ensure!(valid_for.is_some_and(|left| left < *asked), "{asked} ms are not too much to ask of {valid_for:?}");
        }
        for (call, ask) in &self.waiting {
            let served = !ask.force && valid_for.is_some_and(|left| left >= ask.min_validity);
            ensure!(!served, "call {call} waits for nothing");
        }
        if let (Event::Heard { life, fresh: true }, Some(left)) = (moment.event, valid_for)
            && life.is_none_or(|life| life + BETTER >= left)
        {
            // No better than the one in hand, but a token has arrived.
            self.arrived();
        }
        if batch.reported.is_some() || valid_for.is_none() {
            self.fine = None;
        } else if let (true, Some(life)) = (batch.installed || batch.adopted, valid_for) {
            self.fine = Some((t, life));
        }
        let before = self.last.replace((now, valid_for));
        if let (true, Some((then, Some(had))), Some(has)) = (batch.adopted && !batch.insisted, before, valid_for) {
            let (wall, mono) = (now.wall - then.wall, now.mono - then.mono);
            let least = had.saturating_sub(wall.max(mono) + 2 * MARGIN / MS + BETTER);
            ensure!(has >= least, "gave up {had} ms for {has}");
        }
        self.timer(now, machine)?;
        self.check_status(machine.status())
    }

    fn timer(&self, now: Now, machine: &Machine) -> Result<(), String> {
        let next = machine.refresh_at();
        let expires = self.last.and_then(|(_, valid_for)| valid_for).is_some_and(|left| left < i64::MAX);
        let needed = self.locking || next.is_some() || expires;
        ensure!(needed == self.armed.is_some(), "timer needed: {needed}, due at {:?}", self.armed);
        ensure!(next.is_none() || self.air.is_none(), "another attempt is planned while one is in the air");
        if let Some(armed) = self.armed {
            let delay = armed - now.mono;
            ensure!((0..=HEARTBEAT).contains(&delay), "a timer due in {delay} ms");
            if let Some(next) = next {
                ensure!(next > now.wall, "an attempt was due and did not start");
                ensure!(delay <= next - now.wall, "the timer is due after the attempt");
            }
        }
        Ok(())
    }

    fn check_status(&self, status: Status) -> Result<(), String> {
        use Status::*;
        let told = self.status.unwrap_or(Idle);
        ensure!(status == told, "status {status:?}, told {told:?}");
        let right = match (self.locking, self.token.is_some()) {
            _ if self.closed => status == Closed,
            _ if !self.begun => status == Idle,
            (true, true) => status == Refreshing,
            (true, false) => status == Fetching,
            (false, true) => matches!(status, Ready | Waiting | Failed),
            (false, false) => matches!(status, Waiting | Failed),
        };
        ensure!(right, "status {status:?}, locking: {}", self.locking);
        Ok(())
    }
}
