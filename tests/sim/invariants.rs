//! The promises, checked after every event against what is true.
//!
//! The ledger keeps its own account of what the machine was told and what it said, in true time,
//! and knows nothing of how the machine decides.

use crate::clocks::{MINUTE, MS, SECOND};
use momento_token_wasm::refresh::{
    Action, Cause, Event, Failure, HEARTBEAT, Machine, Now, Outcome, Policy, Reason, Status,
};
use std::collections::{BTreeMap, VecDeque};

/// What the machine takes off a token's life for the uncertainty of clocks, and as much again for
/// what it has not counted yet.
const MARGIN: i64 = 250 * MS;

const MIN_GAP: i64 = SECOND;
const WINDOW: i64 = 10 * MINUTE;
const BUDGET: usize = 10;
const MALFORMED: u32 = 3;
/// Between probes while offline, and before the first where nothing was tried before; less half a minute of clocks set forward.
const PROBE: i64 = 4 * MINUTE;
const FIRST_PROBE: i64 = MINUTE;
const MAX_RETRY_AFTER: i64 = 60 * MINUTE;

/// One event, and what is true at that moment.
pub(crate) struct Moment {
    pub(crate) event: Event,
    /// True time.
    pub(crate) t: i64,
    pub(crate) now: Now,
    /// How coarse the clocks are.
    pub(crate) grain: i64,
    /// When the wall clock was last set forward (true time).
    pub(crate) leapt: i64,
    /// How often it has been set back.
    pub(crate) set_backs: i64,
    /// For `Vended`: when the token truly expires, and by how much the server's time was taken to
    /// be later than it is (ms).
    pub(crate) vended: Option<(Option<i64>, i64)>,
}

impl Moment {
    /// By how much the machine's time may have run ahead of the truth since the wall clock had been
    /// set back so often: by what it counts for each time, by rounding, and by a little that it had
    /// not counted before.
    fn slack(&self, set_backs: i64) -> i64 {
        (1 + self.set_backs - set_backs) * MARGIN + 2 * self.grain
    }
}

struct Held {
    since: i64,
    expires: Option<i64>,
    /// By how much (true time) it looks older than it is.
    error: i64,
    /// How often the wall clock had been set back.
    set_backs: i64,
    /// The life (ms) that the machine gave it on arrival.
    life: i64,
}

impl Held {
    /// By how much it may have less life left, in the eyes of the client, than it truly has, unless
    /// the wall clock was set forward.
    fn slack(&self, moment: &Moment) -> i64 {
        self.error + MARGIN + moment.slack(self.set_backs)
    }
}

struct Ask {
    since: i64,
    min_validity: i64,
    force: bool,
}

#[derive(Default)]
pub(crate) struct Ledger {
    window: (f32, f32),
    begun: bool,
    closed: bool,
    status: Option<Status>,
    air: Option<u32>,
    token: Option<Held>,
    seen_token: bool,
    /// The last token was rejected; `Some(false)`: or it expired at that very moment.
    rejected: Option<bool>,
    /// The last attempt failed; for good, at this time.
    failing: bool,
    terminal: bool,
    /// How many answers in a row could not be read.
    malformed: u32,
    /// Since that failure for good something happened that may bring about another attempt.
    stirred: bool,
    /// Before when the service asked not to be asked, when it did so, and how often the wall clock
    /// had been set back.
    not_before: Option<(i64, i64, i64)>,
    last_start: Option<(i64, i64)>,
    /// The last ten starts since a token arrived (true time and monotonic ms).
    starts: VecDeque<(i64, i64)>,
    /// Since when the machine has been told that it is offline, or sent its last probe.
    offline: Option<i64>,
    /// How long the next probe must wait.
    probe_gap: i64,
    probing: bool,
    /// When (monotonic ms) the timer is due.
    armed: Option<i64>,
    last_now: Option<Now>,
    waiting: BTreeMap<u32, Ask>,
    pub(crate) spent_budget: bool,
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

    pub(crate) fn waits(&self, call: u32) -> bool {
        self.waiting.contains_key(&call)
    }

    pub(crate) fn a_waiting_call(&self, nth: usize) -> Option<u32> {
        self.waiting.keys().nth(nth % self.waiting.len().max(1)).copied()
    }

    pub(crate) fn has_token(&self) -> bool {
        self.token.is_some()
    }

    pub(crate) fn told_offline(&self) -> bool {
        self.offline.is_some()
    }

    /// Until when (true time) the server asked not to be asked.
    pub(crate) fn not_before(&self) -> Option<i64> {
        self.not_before.map(|(until, ..)| until)
    }

    pub(crate) fn check(&mut self, moment: &Moment, actions: &[Action], machine: &Machine) -> Result<(), String> {
        let was_closed = self.closed;
        let landed = self.note(moment);
        let mut batch = Batch { landed, ..Batch::default() };
        for (n, action) in actions.iter().enumerate() {
            if was_closed {
                let answer = matches!(action, Action::Settle { outcome: Outcome::Closed, .. });
                ensure!(answer && n == 0, "{action:?} after Close");
            }
            self.action(moment, action, &mut batch)?;
        }
        if let Some((_, vended)) = landed {
            ensure!(batch.installed || batch.reported.is_some(), "an answer without consequence");
            ensure!(vended || !batch.installed, "a failure installed a token");
        }
        ensure!(batch.refused.is_none(), "refused without a report");
        if batch.installed || batch.reported.is_some() {
            // Whoever asks when an overdue attempt is given up waits for the next one.
            let new = |id| matches!(moment.event, Event::Get { call, .. } if call == id);
            ensure!(self.waiting.keys().all(|id| new(*id)), "an attempt ended, and someone still waits for it");
        }
        self.after(moment, machine, &batch)
    }

    /// What the event itself changes; the flight that it ends, and whether it brought a token.
    fn note(&mut self, moment: &Moment) -> Option<(u32, bool)> {
        let t = moment.t;
        if self.last_now.is_some_and(|last| {
            let (wall, mono) = (moment.now.wall - last.wall, moment.now.mono - last.mono);
            (wall - mono).abs() > 4_000
        }) {
            self.stirred = true;
        }
        self.last_now = Some(moment.now);
        if self.closed {
            if let Event::Get { call, .. } = moment.event {
                self.waiting.insert(call, Ask { since: t, min_validity: 0, force: false });
            }
            return None;
        }
        match moment.event {
            Event::Start => self.begun = true,
            Event::Get { call, min_validity, force } => {
                self.begun = true;
                self.waiting.insert(call, Ask { since: t, min_validity: min_validity.max(0), force });
            }
            Event::Abandon { call } => drop(self.waiting.remove(&call)),
            Event::Timer => self.armed = None,
            Event::Wake => self.stirred = true,
            Event::Online => {
                self.stirred = true;
                self.offline = None;
            }
            Event::Offline if self.offline.is_none() => {
                self.offline = Some(t);
                self.probe_gap = if self.last_start.is_some() { PROBE } else { FIRST_PROBE };
            }
            Event::Offline => {}
            Event::Rejected => {
                if let Some(held) = &self.token {
                    self.stirred = true;
                    let alive = held.expires.is_none_or(|at| at - t > held.slack(moment));
                    self.rejected = Some(alive && moment.leapt < held.since);
                }
            }
            Event::Vended { flight, .. } if self.air == Some(flight) => {
                self.air = None;
                if self.probing {
                    self.offline = None;
                }
                return Some((flight, true));
            }
            Event::Failed { flight, failure } if self.air == Some(flight) => {
                self.air = None;
                match failure {
                    Failure::Terminal => self.fail(true),
                    Failure::Malformed => {
                        let nth = self.malformed + 1;
                        self.fail(nth >= MALFORMED);
                        self.malformed = nth;
                    }
                    Failure::Retry { after } => {
                        self.fail(false);
                        if let Some(after) = after {
                            let after = after.clamp(0, MAX_RETRY_AFTER / MS) * MS;
                            self.not_before = Some((t + after, t, moment.set_backs));
                        }
                    }
                }
                return Some((flight, false));
            }
            Event::Vended { .. } | Event::Failed { .. } => {}
            Event::Close => self.closed = true,
            // One client alone has no siblings; see `group.rs`.
            Event::Locked { .. } | Event::Heard { .. } | Event::HeardFailed { .. } | Event::Asked { .. } => {}
        }
        None
    }

    fn fail(&mut self, terminal: bool) {
        self.failing = true;
        self.malformed = 0;
        self.terminal = terminal;
        self.stirred = false;
    }

    fn action(&mut self, moment: &Moment, action: &Action, batch: &mut Batch) -> Result<(), String> {
        let Moment { t, now, .. } = *moment;
        match *action {
            Action::Fetch { flight, reason } => {
                ensure!(batch.fetched.replace(flight).is_none(), "two flights at once");
                self.fetch(moment, flight, reason)?;
            }
            Action::Abort { flight } => {
                ensure!(self.air.take() == Some(flight), "aborted a flight that is not in the air");
                if !self.closed {
                    batch.aborted = Some(flight);
                    self.fail(false);
                }
            }
            Action::Arm { delay } => {
                ensure!((1..=HEARTBEAT).contains(&delay), "a timer of {delay} ms");
                self.armed = Some(now.mono + delay);
            }
            Action::Disarm => ensure!(self.armed.take().is_some(), "disarmed no timer"),
            Action::Install { flight } => {
                ensure!(batch.landed == Some((flight, true)), "installed what did not arrive");
                let (expires, error) = moment.vended.ok_or("installed without an answer")?;
                ensure!(expires.is_none_or(|at| at > t), "installed an expired token");
                let (error, set_backs) = (error * MS, moment.set_backs);
                let life = 0; // Known once the machine is asked.
                self.token = Some(Held { since: t, expires, error, set_backs, life });
                self.seen_token = true;
                self.rejected = None;
                self.failing = false;
                self.malformed = 0;
                self.terminal = false;
                self.not_before = None;
                self.starts.clear();
                batch.installed = true;
            }
            Action::Drop => {
                let held = self.token.take().ok_or("dropped a token that is not in hand")?;
                if moment.event != Event::Rejected && moment.leapt < held.since {
                    let expires = held.expires.ok_or("dropped a token that never expires")?;
                    ensure!(expires - t <= held.slack(moment), "dropped a token with {} ms left", (expires - t) / MS);
                }
            }
            Action::Refuse { flight } => {
                ensure!(batch.landed == Some((flight, true)), "refused what did not arrive");
                let (expires, error) = moment.vended.ok_or("refused without an answer")?;
                let expires = expires.ok_or("refused a token that never expires")?;
                ensure!(expires - t <= error * MS + MARGIN + 2 * MS, "refused a token that is still good");
                batch.refused = Some(flight);
                self.fail(false);
            }
            Action::Report { flight, cause, retry_at } => {
                let happened = match cause {
                    Cause::Answer => batch.landed == Some((flight, false)),
                    Cause::Timeout => batch.aborted == Some(flight),
                    Cause::Expired => batch.refused.take() == Some(flight),
                    Cause::Sibling => false,
                };
                ensure!(happened, "reported what did not happen");
                ensure!(batch.reported.replace(flight).is_none(), "reported twice");
                ensure!(retry_at.is_none_or(|at| at >= now.wall), "tries again in the past");
                let known = !self.terminal && (self.offline.is_none() || self.token.is_none());
                ensure!(retry_at.is_some() == known, "tries again: {retry_at:?}, expected one: {known}");
            }
            Action::Settle { call, outcome } => {
                let ask = self.waiting.remove(&call).ok_or_else(|| format!("call {call} does not wait"))?;
                self.settle(moment, &ask, outcome, batch)?;
            }
            Action::Status(status) => {
                ensure!(self.status.replace(status) != Some(status), "told the same status again");
            }
            Action::Lock { .. } | Action::Unlock | Action::Adopt | Action::Share { .. } | Action::ShareFailure => {
                return Err(format!("{action:?} without siblings"));
            }
        }
        Ok(())
    }

    fn fetch(&mut self, moment: &Moment, flight: u32, reason: Reason) -> Result<(), String> {
        let Moment { t, now, grain, leapt, .. } = *moment;
        ensure!(self.begun && !self.closed, "a request before Start or after Close");
        ensure!(self.air.replace(flight).is_none(), "two flights at once");
        if let Some((last, mono)) = self.last_start {
            ensure!(t - last >= MIN_GAP - grain, "{} ms after the last attempt", (t - last) / MS);
            ensure!(now.mono - mono >= MIN_GAP / MS, "{} awake ms after the last attempt", now.mono - mono);
        }
        self.last_start = Some((t, now.mono));
        if self.starts.len() == BUDGET {
            let tenth = self.starts.pop_front().map_or(0, |(start, _)| t - start);
            ensure!(tenth >= WINDOW - grain, "eleven attempts in {} s", tenth / SECOND);
            self.spent_budget = true;
        }
        self.starts.push_back((t, now.mono));
        if let Some((until, said, set_backs)) = self.not_before {
            ensure!(
                t >= until - moment.slack(set_backs) || leapt >= said,
                "{} ms before Retry-After",
                (until - t) / MS
            );
        }
        ensure!(
            !self.terminal || self.stirred || !self.waiting.is_empty(),
            "an attempt that nobody asked for after a failure for good"
        );
        self.probing = self.offline.is_some();
        let least = core::mem::replace(&mut self.probe_gap, PROBE);
        if let Some(since) = self.offline.replace(t) {
            ensure!(self.token.is_none() || !self.waiting.is_empty(), "a probe without need");
            ensure!(
                t - since >= least - MINUTE / 2 || leapt >= since,
                "a request {} ms into offline",
                (t - since) / MS
            );
        } else {
            self.offline = None;
        }
        let replacing = reason == Reason::Rejected;
        ensure!(replacing || self.rejected != Some(true), "reason {reason:?}, rejected: {:?}", self.rejected);
        match reason {
            Reason::Forced => ensure!(self.waiting.values().any(|ask| ask.force), "nobody insisted"),
            Reason::First => ensure!(!self.seen_token, "not the first"),
            Reason::Refresh => ensure!(self.seen_token, "the first"),
            Reason::Rejected => ensure!(self.rejected.is_some(), "nothing was rejected"),
        }
        if let Some(held) = &self.token
            && !self.failing
            && self.waiting.is_empty()
            && leapt < held.since
        {
            let earliest = (held.life as f64 * f64::from(self.window.0)) as i64 * MS;
            let lived = t - held.since;
            ensure!(
                lived >= earliest - moment.slack(held.set_backs),
                "renewed after {} of {} ms",
                lived / MS,
                held.life
            );
        }
        Ok(())
    }

    fn settle(&mut self, moment: &Moment, ask: &Ask, outcome: Outcome, batch: &mut Batch) -> Result<(), String> {
        ensure!((outcome == Outcome::Closed) == self.closed, "{outcome:?}, closed: {}", self.closed);
        match outcome {
            Outcome::Token => {
                let held = self.token.as_ref().ok_or("served a token that is not in hand")?;
                if let Some(expires) = held.expires {
                    let left = expires - moment.t;
                    ensure!(left > 0, "served a token that expired {} ms ago", -left / MS);
                    ensure!(left / MS >= ask.min_validity, "served {} ms, asked {}", left / MS, ask.min_validity);
                }
                ensure!(!ask.force || held.since >= ask.since, "served the old token to one who insisted");
            }
            Outcome::Failed { flight } => {
                ensure!(batch.reported == Some(flight), "failed for an attempt that did not just fail");
            }
            Outcome::TooShort => batch.too_short.push(ask.min_validity),
            Outcome::Closed => {}
        }
        Ok(())
    }

    /// What must hold once all is done.
    fn after(&mut self, moment: &Moment, machine: &Machine, batch: &Batch) -> Result<(), String> {
        let Moment { t, now, leapt, .. } = *moment;
        let valid_for = machine.token_valid_for();
        if self.closed {
            ensure!(self.waiting.is_empty(), "someone waits after Close");
            ensure!(self.armed.is_none(), "a timer is armed after Close");
            ensure!(self.air.is_none(), "a flight is in the air after Close");
            self.token = None;
        }
        ensure!(valid_for.is_some() == self.token.is_some(), "token in hand: {valid_for:?}");
        if let (Some(held), Some(valid_for)) = (&mut self.token, valid_for) {
            if batch.installed {
                held.life = valid_for;
            }
            match held.expires {
                None => ensure!(valid_for == i64::MAX, "a token that never expires, for {valid_for} ms"),
                Some(at) => {
                    let left = at - t;
                    ensure!(valid_for > 0, "a token in hand that expired {} ms ago", -valid_for);
                    ensure!(valid_for <= left / MS, "thought valid for {valid_for} of {} ms", left / MS);
                    let least = left - held.slack(moment);
                    ensure!(
                        valid_for >= least / MS || leapt >= held.since,
                        "thought valid for only {valid_for} of {} ms",
                        left / MS
                    );
                }
            }
            for asked in &batch.too_short {
                ensure!(*asked > held.life && *asked > valid_for, "{asked} ms are not too much to ask");
            }
        } else {
            ensure!(batch.too_short.is_empty(), "too short, and no token in hand");
        }
        for (call, ask) in &self.waiting {
            let served = !ask.force && valid_for.is_some_and(|left| left >= ask.min_validity);
            ensure!(!served, "call {call} waits for nothing");
        }
        self.hurry(moment, machine)?;
        self.timer(now, machine)?;
        let status = machine.status();
        let told = self.status.unwrap_or(Status::Idle);
        ensure!(status == told, "status {status:?}, told {told:?}");
        self.check_status(status)
    }

    /// A page that wakes without a token, or a caller who insists, waits for nothing but limits.
    fn hurry(&self, moment: &Moment, machine: &Machine) -> Result<(), String> {
        let Moment { t, now, .. } = *moment;
        let (urgent, spread) = match moment.event {
            // It may have come online before, which is spread.
            Event::Wake => (self.token.is_none(), SECOND),
            Event::Get { force, .. } => (force && !self.terminal, 0),
            _ => (false, 0),
        };
        let failing = self.failing && self.air.is_none() && self.begun && !self.closed;
        if !urgent || !failing || self.offline.is_some() || self.rejected.is_some() {
            return Ok(());
        }
        let next = machine.refresh_at().ok_or("no attempt is planned")?;
        let gap = self.last_start.map_or(0, |(_, mono)| mono + MIN_GAP / MS - now.mono);
        let tenth = self.starts.front().filter(|_| self.starts.len() == BUDGET);
        let budget = tenth.map_or(0, |(_, mono)| mono + WINDOW / MS - now.mono);
        let asked = self.not_before.map_or(0, |(until, ..)| until - t) / MS;
        let limit = gap.max(budget).max(asked).max(0) + 1 + (spread + MARGIN + 2 * moment.grain) / MS;
        ensure!(next - now.wall <= limit, "waits for {} ms, limits say {limit}", next - now.wall);
        Ok(())
    }

    fn timer(&self, now: Now, machine: &Machine) -> Result<(), String> {
        let next = machine.refresh_at();
        let needed =
            self.air.is_some() || next.is_some() || self.token.as_ref().is_some_and(|held| held.expires.is_some());
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
        let resting = self.terminal && self.waiting.is_empty();
        let right = match (self.air.is_some(), self.token.is_some()) {
            _ if self.closed => status == Closed,
            _ if !self.begun => status == Idle,
            (true, true) => status == Refreshing,
            (true, false) => status == Fetching,
            _ if resting && !self.stirred => status == Failed,
            _ if resting => matches!(status, Failed | Waiting),
            _ if self.failing => status == Waiting,
            (false, true) if self.offline.is_some() => matches!(status, Ready | Waiting),
            (false, true) => status == Ready,
            (false, false) => status == Waiting,
        };
        ensure!(right, "status {status:?}");
        Ok(())
    }
}

/// What one event brought about.
#[derive(Default)]
struct Batch {
    landed: Option<(u32, bool)>,
    fetched: Option<u32>,
    aborted: Option<u32>,
    refused: Option<u32>,
    reported: Option<u32>,
    installed: bool,
    /// The validities asked for by those who were told that it is too much.
    too_short: Vec<i64>,
}
