//! Records the machine's input and output in true time, independently of how the machine decides. Further invariants
//! are in `promises.rs`.

use crate::check::{ANY, Alarm, Ask, Checked, LOSS, Truth, ensure};
use crate::clocks::{MINUTE, MS, SECOND};
use crate::limits::Limits;
use momento_token_wasm::refresh::{Action, Cause, Event, Failure, Machine, Now, Outcome, Policy, Status};
use std::collections::BTreeMap;

const MALFORMED: u32 = 3;
/// How long an expired token still counts when the service refuses a new one.
const GRACE: i64 = 5 * MINUTE;
/// The delays after such refusals, in seconds, plus or minus 20 %. The last one repeats.
const AFTER_REFUSAL: [i64; 5] = [5, 10, 20, 40, 60];
/// The time between probes while offline, allowing for half a minute of clocks set forward.
pub(super) const PROBE: i64 = 4 * MINUTE;
const FIRST_PROBE: i64 = MINUTE;

pub(super) type Moment = crate::check::Moment<Option<Truth>>;

pub(super) struct Current {
    pub(super) since: i64,
    /// When it truly expires, and until when it may be the current token.
    pub(super) expires: Option<i64>,
    pub(super) until: Option<i64>,
    /// By how much (true time) it looks older than it is.
    pub(super) error: i64,
    /// How often the wall clock had been set back.
    pub(super) set_backs: i64,
    /// The life (ms) that the machine gave it on arrival.
    pub(super) life: i64,
}

impl Current {
    /// By how much it may have less life left, in the eyes of the client, than it truly has, unless
    /// the wall clock was set forward.
    pub(super) fn slack(&self, moment: &Moment) -> i64 {
        self.error + LOSS + moment.slack(self.set_backs)
    }
}

#[derive(Default)]
pub(crate) struct Ledger {
    pub(super) window: (f32, f32),
    pub(super) begun: bool,
    pub(super) closed: bool,
    pub(super) status: Option<Status>,
    pub(super) air: Option<u32>,
    pub(super) token: Option<Current>,
    pub(super) seen_token: bool,
    /// Whether the last token was rejected; `Some(false)` if it may have expired at that moment instead.
    pub(super) rejected: Option<bool>,
    /// Whether the last answer was uncertain.
    pub(super) uncertain: bool,
    pub(super) maybe_uncertain: bool,
    /// Whether the last request failed, and when it failed permanently.
    pub(super) failing: bool,
    pub(super) terminal: bool,
    /// The last token that expired by itself, unless one has been rejected since.
    pub(super) ended: Option<Current>,
    /// The number of refusals since a token last arrived that were retried.
    pub(super) refusals: usize,
    /// Until when (true time) there is no automatic retry, and how often the wall clock had been set back then.
    pub(super) refused_until: Option<(i64, i64)>,
    /// Whether it is unclear, given what the client can know, if the last refusal is final.
    pub(super) unclear: bool,
    /// The number of malformed answers in a row.
    pub(super) malformed: u32,
    /// Whether something has happened since the permanent failure that may cause another request.
    pub(super) may_retry: bool,
    pub(super) limits: Limits,
    /// When the machine went offline or sent its last probe.
    pub(super) offline: Option<i64>,
    /// How long the next probe must wait.
    pub(super) probe_gap: i64,
    pub(super) probing: bool,
    pub(super) alarm: Alarm,
    pub(super) last_now: Option<Now>,
    pub(super) waiting: BTreeMap<u32, Ask>,
}

impl Ledger {
    pub(crate) fn new(policy: &Policy) -> Self {
        Ledger { window: policy.window(), ..Ledger::default() }
    }

    pub(crate) fn in_air(&self) -> Option<u32> {
        self.air
    }

    pub(crate) fn spent_budget(&self) -> bool {
        self.limits.spent_budget
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

    /// The end of a `Retry-After` (true time).
    pub(crate) fn not_before(&self) -> Option<i64> {
        self.limits.not_before()
    }

    pub(crate) fn check(&mut self, moment: &Moment, actions: &[Action], machine: &Machine) -> Checked {
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
            let told = batch.installed || batch.reported.is_some() || batch.doubted;
            ensure!(told, "an answer without consequence");
            ensure!(vended || !batch.installed, "a failure installed a token");
        }
        ensure!(batch.refused.is_none(), "refused without a report");
        if batch.installed || batch.reported.is_some() {
            // A caller that arrives when an overdue request times out waits for the next one.
            let new = |id| matches!(moment.event, Event::Get { call, .. } if call == id);
            ensure!(self.waiting.keys().all(|id| new(*id)), "an attempt ended, and someone still waits for it");
        }
        self.after(moment, machine, &batch)
    }

    /// Records the event. Returns the request that it ends, and whether that returned a token.
    fn note(&mut self, moment: &Moment) -> Option<(u32, bool)> {
        let t = moment.t;
        if self.last_now.is_some_and(|last| {
            let (wall, mono) = (moment.now.wall - last.wall, moment.now.mono - last.mono);
            (wall - mono).abs() > 4_000
        }) {
            self.may_retry = true;
        }
        self.last_now = Some(moment.now);
        if self.closed {
            if let Event::Get { call, .. } = moment.event {
                self.waiting.insert(call, Ask::new(t, 0, false));
            }
            return None;
        }
        match moment.event {
            Event::Start => self.begun = true,
            Event::Get { call, min_validity, force } => {
                self.begun = true;
                self.waiting.insert(call, Ask::new(t, min_validity, force));
            }
            Event::Abandon { call } => drop(self.waiting.remove(&call)),
            Event::Timer => self.alarm.0 = None,
            Event::Wake => self.may_retry = true,
            Event::Online => {
                self.may_retry = true;
                self.offline = None;
            }
            Event::Offline if self.offline.is_none() => {
                self.offline = Some(t);
                self.probe_gap = if self.limits.tried() { PROBE } else { FIRST_PROBE };
            }
            Event::Offline => {}
            Event::Rejected => {
                self.ended = None;
                if let Some(held) = &self.token {
                    self.may_retry = true;
                    let alive = held.expires.is_none_or(|at| at - t > held.slack(moment));
                    self.rejected = Some(alive && moment.set_forward_at < held.since);
                    // Unless it expired at that moment, when nothing was rejected.
                    self.maybe_uncertain = core::mem::take(&mut self.uncertain);
                }
            }
            Event::Vended { request, .. } if self.air == Some(request) => {
                self.air = None;
                if self.probing {
                    self.offline = None;
                }
                return Some((request, true));
            }
            Event::Failed { request, failure } if self.air == Some(request) => {
                self.air = None;
                match failure {
                    Failure::Terminal => self.refused(moment),
                    Failure::Malformed => {
                        let nth = self.malformed + 1;
                        if nth >= MALFORMED {
                            self.refused(moment);
                        } else {
                            self.fail(false);
                        }
                        self.malformed = nth;
                    }
                    Failure::Retry { .. } => {
                        self.fail(false);
                        self.limits.heed(moment, failure);
                    }
                }
                return Some((request, false));
            }
            Event::Vended { .. } | Event::Failed { .. } => {}
            Event::Close => self.closed = true,
            Event::Hidden => {}
            // A single client has no siblings (see `group.rs`), and replaces no other machine.
            Event::PriorRequest { .. }
            | Event::Locked { .. }
            | Event::Drained { .. }
            | Event::SiblingToken { .. }
            | Event::SiblingFailed { .. }
            | Event::SiblingAsked { .. } => {}
        }
        None
    }

    /// Records a refusal: final, unless there is a token or one expired recently.
    fn refused(&mut self, moment: &Moment) {
        // The current token may have expired too, if this is the first event since.
        let (recent, unclear) = match self.token.as_ref().or(self.ended.as_ref()) {
            None => (false, false),
            Some(Current { expires: None, .. }) => (true, false),
            Some(held @ Current { expires: Some(expires), .. }) => {
                // The client may treat it as valid for longer or shorter than it is.
                let until = held.until.unwrap_or(*expires);
                let (earliest, latest) = (moment.t - until - LOSS, moment.t - expires + held.slack(moment));
                let set_forward_at = moment.set_forward_at >= held.since;
                (latest < GRACE, earliest < GRACE && (latest >= GRACE || set_forward_at))
            }
        };
        self.fail(!recent);
        self.unclear = unclear;
        if recent || unclear {
            let usual = AFTER_REFUSAL[self.refusals.min(AFTER_REFUSAL.len() - 1)];
            self.refused_until = Some((moment.t + usual * SECOND * 4 / 5, moment.set_backs));
            self.refusals += 1;
        }
    }

    fn fail(&mut self, terminal: bool) {
        self.unclear = false;
        self.refused_until = None;
        self.failing = true;
        self.uncertain = false;
        self.maybe_uncertain = false;
        self.malformed = 0;
        self.terminal = terminal;
        self.may_retry = false;
    }

    fn action(&mut self, moment: &Moment, action: &Action, batch: &mut Batch) -> Checked {
        let Moment { t, now, .. } = *moment;
        match *action {
            Action::Fetch { request, reason } => {
                ensure!(batch.fetched.replace(request).is_none(), "two requests at once");
                self.fetch(moment, request, reason)?;
            }
            Action::Abort { request } => {
                ensure!(self.air.take() == Some(request), "aborted a request that is not in the air");
                if !self.closed {
                    batch.aborted = Some(request);
                    self.fail(false);
                }
            }
            Action::Arm { delay } => self.alarm.arm(now, delay)?,
            Action::Disarm => self.alarm.disarm()?,
            Action::Install { request } => {
                ensure!(batch.landed == Some((request, true)), "installed what did not arrive");
                let truth = moment.brings.ok_or("installed without an answer")?;
                let (expires, until) = (truth.ends, truth.until());
                ensure!(until.is_none_or(|at| at > t), "I1: installed an expired token");
                let (error, set_backs) = (truth.error.map_or(ANY, |error| error * MS), moment.set_backs);
                let life = 0; // Known once the machine is asked.
                self.token = Some(Current { since: t, expires, until, error, set_backs, life });
                self.seen_token = true;
                self.rejected = None;
                self.failing = false;
                self.uncertain = false;
                self.maybe_uncertain = false;
                self.malformed = 0;
                self.terminal = false;
                self.unclear = false;
                self.refusals = 0;
                self.refused_until = None;
                self.limits.arrived();
                batch.installed = true;
            }
            Action::Drop => {
                let held = self.token.take().ok_or("dropped a token that is not in hand")?;
                if moment.event != Event::Rejected && moment.set_forward_at < held.since {
                    let expires = held.expires.ok_or("dropped a token that never expires")?;
                    ensure!(expires - t <= held.slack(moment), "dropped a token with {} ms left", (expires - t) / MS);
                }
                self.ended = (moment.event != Event::Rejected).then_some(held);
            }
            Action::Refuse { request } => {
                ensure!(batch.landed == Some((request, true)), "refused what did not arrive");
                let truth = moment.brings.ok_or("refused without an answer")?;
                let expires = truth.ends.ok_or("refused a token that never expires")?;
                let error = truth.error.map_or(ANY, |error| error * MS);
                ensure!(expires - t <= error + LOSS + 2 * MS, "refused a token that is still good");
                batch.refused = Some(request);
                self.fail(false);
            }
            Action::Uncertain { request } => {
                ensure!(batch.landed == Some((request, true)), "doubted what did not arrive");
                batch.doubted = true;
                self.uncertain = true;
                self.terminal = false;
            }
            Action::Report { request, cause, retry_at } => {
                let happened = match cause {
                    Cause::Answer => batch.landed == Some((request, false)),
                    Cause::Timeout => batch.aborted == Some(request),
                    Cause::Expired => batch.refused.take() == Some(request),
                    Cause::Sibling => false,
                };
                ensure!(happened, "reported what did not happen");
                ensure!(batch.reported.replace(request).is_none(), "reported twice");
                ensure!(retry_at.is_none_or(|at| at >= now.wall), "tries again in the past");
                if core::mem::take(&mut self.unclear) {
                    self.terminal = self.token.is_none() && retry_at.is_none();
                }
                if self.terminal {
                    self.refused_until = None;
                }
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
            Action::Lock { .. }
            | Action::Drain { .. }
            | Action::Unlock
            | Action::Adopt
            | Action::Share { .. }
            | Action::ShareFailure => {
                return Err(format!("{action:?} without siblings"));
            }
        }
        Ok(())
    }
}

/// The effects of an event.
#[derive(Default)]
pub(super) struct Batch {
    pub(super) landed: Option<(u32, bool)>,
    pub(super) fetched: Option<u32>,
    pub(super) aborted: Option<u32>,
    pub(super) refused: Option<u32>,
    pub(super) reported: Option<u32>,
    pub(super) doubted: bool,
    pub(super) installed: bool,
    /// The validities requested by calls settled as too short.
    pub(super) too_short: Vec<i64>,
}
