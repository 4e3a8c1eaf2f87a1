//! An account of what happened in one tab of a group; what is promised besides stands in `promises.rs`.
//!
//! As the ledger of a client that is alone, it knows nothing of how the machine decides. What the two have in common
//! besides (reasons, retries offline, the refresh window) is checked there; here it is about turns and siblings.

use crate::check::{Alarm, Ask, Checked, ensure};
use crate::limits::Limits;
use momento_token_wasm::refresh::{Action, Cause, Event, Lifetime, Machine, Now, Outcome, Policy, Status};
use std::collections::BTreeMap;

/// The longest a turn may take (ms) until its request is sent, and after the lock is held.
const LOCK_TIMEOUT: i64 = 4_500;
const MIN_LOCK_TIMEOUT: i64 = 4_000;
/// The longest it takes to make sure that siblings were heard, if the token in hand leaves so much.
pub(super) const DRAIN_TIMEOUT: i64 = 500;
pub(super) const LISTEN_TIME: i64 = 100;
/// With a token in hand, half of what it has left; but no less than this (ms) if that leaves so much for a request, and
/// in any case if the timer has been so late, and not so often in time since.
pub(super) const MOMENT: i64 = 1_500;
pub(super) const RESERVE: i64 = 250;
const LATE: i64 = 250;
const IN_TIME: u8 = 3;

/// A token as the service knows it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Token {
    pub(crate) id: u32,
    /// `None`: never.
    pub(crate) expires: Option<i64>,
    /// For how long after that (true time) the tab that was brought it may take it for good, see
    /// [`crate::check::Truth`].
    pub(crate) late: i64,
}

impl Token {
    /// Until when (true time) it may be the current token.
    pub(super) fn until(&self) -> Option<i64> {
        self.expires.map(|at| at + self.late)
    }
}

/// The token that the event brings, and when it was vended.
pub(crate) type Moment = crate::check::Moment<Option<(Token, i64)>>;

/// A turn that waits for the lock.
pub(super) struct Turn {
    pub(super) request: u32,
    /// By when (monotonic ms) its request must be sent without the lock.
    pub(super) until: i64,
    /// When (monotonic ms) the tab came to know that it holds the lock.
    pub(super) locked: Option<i64>,
    /// By when (monotonic ms) it must be sure to have heard its siblings; `i64::MAX`: as of this event.
    pub(super) sounding: Option<i64>,
    /// What the clocks showed when it began, and how long (ms) it is at least without the lock.
    pub(super) since: Now,
    pub(super) set_backs: i64,
    pub(super) least: i64,
}

impl Turn {
    /// By when (monotonic ms) its request must be sent, or the channel sounded for it.
    pub(super) fn ends(&self, held_up: bool) -> i64 {
        let least = if held_up { self.since.mono + MOMENT } else { self.until };
        self.sounding.unwrap_or(self.until.max(least).min(self.locked.map_or(i64::MAX, |at| at + LISTEN_TIME)))
    }
}

pub(super) struct Current {
    pub(super) token: Token,
    pub(super) vended: i64,
}

#[derive(Default)]
pub(crate) struct Ledger {
    pub(super) begun: bool,
    pub(super) closed: bool,
    pub(super) status: Option<Status>,
    pub(super) air: Option<u32>,
    pub(super) turn: Option<Turn>,
    /// `Lock` without `Unlock`.
    pub(super) locking: bool,
    /// The last answer left it in doubt whether its token lives, and the lock is kept for the next one.
    pub(super) uncertain: bool,
    pub(super) keeps_lock: bool,
    pub(super) token: Option<Current>,
    /// When (monotonic ms) a sibling's new token was last taken.
    pub(super) adopted: Option<i64>,
    /// Since when (true time) nothing has failed with the token in hand, and what life (ms) it was given.
    pub(super) fine: Option<(i64, i64)>,
    pub(super) window: (f32, f32),
    pub(super) limits: Limits,
    /// Something has failed since a new token was taken: a sibling's failure without an answer is not its own fault any
    /// more.
    pub(super) suspected: bool,
    pub(super) alarm: Alarm,
    /// The timer has been late, or the page hidden, and so often less than that in time since; unless the page woke.
    pub(super) held_up: u8,
    pub(super) waiting: BTreeMap<u32, Ask>,
    /// What the clocks showed, and for how long the token was thought valid, after the last event.
    pub(super) last: Option<(Now, Option<i64>)>,
}

/// The effects of an event.
#[derive(Default)]
pub(super) struct Batch {
    pub(super) landed: Option<(u32, bool)>,
    pub(super) aborted: Option<u32>,
    pub(super) refused: Option<u32>,
    pub(super) reported: Option<(u32, Cause)>,
    pub(super) doubted: bool,
    pub(super) installed: bool,
    pub(super) adopted: bool,
    /// And someone waited for a new one.
    pub(super) insisted: bool,
    pub(super) told: bool,
    pub(super) told_failure: bool,
    pub(super) fetched: bool,
    pub(super) too_short: Vec<i64>,
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

    pub(crate) fn waits_for_lock(&self, request: u32) -> bool {
        self.turn.as_ref().is_some_and(|turn| turn.request == request)
    }

    pub(crate) fn spent_budget(&self) -> bool {
        self.limits.spent_budget
    }

    pub(crate) fn keeps_lock(&self) -> bool {
        self.keeps_lock
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

    /// The end of a `Retry-After` (true time).
    pub(crate) fn not_before(&self) -> Option<i64> {
        self.limits.not_before()
    }

    pub(crate) fn check(&mut self, moment: &Moment, actions: &[Action], machine: &Machine) -> Checked {
        let was_closed = self.closed;
        let mut batch = Batch { landed: self.note(moment), ..Batch::default() };
        for action in actions {
            let answer = matches!(action, Action::Settle { outcome: Outcome::Closed, .. });
            ensure!(!was_closed || answer, "{action:?} after Close");
            self.action(moment, *action, &mut batch)?;
        }
        let consequence = batch.installed || batch.reported.is_some() || batch.doubted;
        ensure!(batch.landed.is_none() || consequence, "an answer without consequence");
        ensure!(batch.refused.is_none(), "refused without a report");
        let needless =
            self.closed || matches!(moment.event, Event::SiblingToken { fresh: true, .. }) && self.token.is_some();
        let explained = batch.aborted.is_none() || batch.reported.is_some() || needless;
        ensure!(explained, "gave up a request without a report");
        let own_failure = batch.reported.is_some_and(|(_, cause)| cause != Cause::Sibling);
        ensure!(own_failure == batch.told_failure, "a failure of its own: {own_failure}, told: {}", batch.told_failure);
        let asked = matches!(moment.event, Event::SiblingAsked { .. });
        ensure!(batch.told == batch.installed || asked, "installed: {}, told: {}", batch.installed, batch.told);
        let heard = self.begun && matches!(moment.event, Event::SiblingFailed { .. });
        self.suspected |= heard || batch.reported.is_some();
        self.turns(moment, machine)?;
        self.after(moment, machine, &batch)
    }

    /// Records the event. Returns the request that it ends, and whether that returned a token.
    fn note(&mut self, moment: &Moment) -> Option<(u32, bool)> {
        if self.alarm.0.is_some_and(|at| moment.now.mono - at > LATE) {
            self.held_up = self.held_up.max(IN_TIME);
        } else if moment.event == Event::Timer && self.held_up < u8::MAX {
            self.held_up = self.held_up.saturating_sub(1);
        }
        match moment.event {
            Event::Start => self.begun = true,
            Event::Get { call, min_validity, force } => {
                self.begun = true;
                self.waiting.insert(call, Ask::new(moment.t, min_validity, force));
            }
            Event::Abandon { call } => drop(self.waiting.remove(&call)),
            Event::Timer => self.alarm.0 = None,
            Event::Wake => self.held_up = 0,
            Event::Hidden => self.held_up = u8::MAX,
            Event::Vended { request, .. } if self.air == Some(request) => {
                self.air = None;
                return Some((request, true));
            }
            Event::SiblingFailed { failure, .. } if self.begun && !self.closed => self.limits.heed(moment, failure),
            Event::Failed { request, failure } if self.air == Some(request) => {
                self.air = None;
                self.limits.heed(moment, failure);
                return Some((request, false));
            }
            Event::Locked { request } => {
                if let Some(turn) = self.turn.as_mut().filter(|turn| turn.request == request && turn.locked.is_none()) {
                    turn.locked = Some(moment.now.mono);
                }
            }
            Event::Close => self.closed = true,
            _ => {}
        }
        None
    }

    fn action(&mut self, moment: &Moment, action: Action, batch: &mut Batch) -> Checked {
        let now = moment.now;
        match action {
            Action::Fetch { request, .. } => {
                ensure!(!core::mem::replace(&mut batch.fetched, true), "two requests at once");
                self.fetch(moment, request)?;
            }
            Action::Abort { request } => {
                ensure!(self.air.take() == Some(request), "aborted a request that is not in the air");
                batch.aborted = Some(request);
            }
            Action::Arm { delay } => self.alarm.arm(now, delay)?,
            Action::Disarm => self.alarm.disarm()?,
            Action::Install { request } => {
                ensure!(batch.landed == Some((request, true)), "installed what did not arrive");
                self.take(moment)?;
                batch.installed = true;
            }
            Action::Adopt => {
                ensure!(
                    matches!(moment.event, Event::SiblingToken { .. }) && self.begun,
                    "adopted what was not heard of"
                );
                self.take(moment)?;
                batch.adopted = true;
                batch.insisted = self.waiting.values().any(|ask| ask.force);
            }
            Action::Drop => {
                ensure!(self.token.take().is_some(), "dropped a token that is not in hand");
                self.fine = None;
            }
            Action::Refuse { request } => {
                ensure!(batch.landed == Some((request, true)), "refused what did not arrive");
                batch.refused = Some(request);
            }
            Action::Uncertain { request } => {
                ensure!(batch.landed == Some((request, true)), "doubted what did not arrive");
                batch.doubted = true;
                self.uncertain = true;
                self.keeps_lock = true;
                self.fine = None;
            }
            Action::Report { request, cause, retry_at } => {
                let happened = match (cause, moment.event) {
                    (Cause::Answer, _) => batch.landed == Some((request, false)),
                    (Cause::Timeout, _) => batch.aborted == Some(request),
                    (Cause::Expired, _) => batch.refused.take() == Some(request),
                    (Cause::Sibling, Event::SiblingFailed { own_fault, .. }) => {
                        self.air.is_none() && (self.suspected || !own_fault)
                    }
                    _ => false,
                };
                ensure!(happened, "reported what did not happen");
                ensure!(retry_at.is_none_or(|at| at >= now.wall), "tries again in the past");
                ensure!(batch.reported.replace((request, cause)).is_none(), "reported twice");
                self.uncertain = false;
            }
            Action::Settle { call, outcome } => {
                let ask = self.waiting.remove(&call).ok_or_else(|| format!("call {call} does not wait"))?;
                self.settle(moment, &ask, outcome, batch)?;
            }
            Action::Status(status) => {
                ensure!(self.status.replace(status) != Some(status), "told the same status again");
            }
            Action::Lock { request, left } => {
                self.early(moment)?;
                ensure!(self.begun && !self.closed && self.air.is_none(), "a turn of no use");
                ensure!(!core::mem::replace(&mut self.locking, true), "asked for the lock twice");
                ensure!((left > Lifetime::ZERO) == self.token.is_some(), "says that {left:?} are left");
                let patience = match left.millis() {
                    None | Some(0) => LOCK_TIMEOUT,
                    Some(left) => MOMENT.min(left - RESERVE).max(left / 2),
                };
                let (until, least) = (now.mono + LOCK_TIMEOUT.min(patience), MIN_LOCK_TIMEOUT.min(patience));
                self.turn = Some(Turn {
                    request,
                    until,
                    locked: None,
                    sounding: None,
                    since: now,
                    set_backs: moment.set_backs,
                    least,
                });
            }
            Action::Drain { request } => {
                let mut turn = self.turn.take().filter(|turn| turn.request == request).ok_or("sounds out of turn")?;
                self.in_turn(moment, &turn)?;
                ensure!(turn.sounding.replace(i64::MAX).is_none(), "sounds twice");
                self.turn = Some(turn);
            }
            Action::Unlock => {
                ensure!(core::mem::take(&mut self.locking), "released a lock not asked for");
                ensure!(self.air.is_none(), "released the lock with a request in the air");
                self.turn = None;
                self.keeps_lock = false;
            }
            Action::Share { fresh, .. } => {
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
    fn take(&mut self, moment: &Moment) -> Checked {
        let (mut token, vended) = moment.brings.ok_or("took a token that nobody brought")?;
        if let (Event::SiblingToken { .. }, Some(held)) = (moment.event, &self.token)
            && held.token.id == token.id
        {
            // A sibling's word on the token in hand changes its end only by more than a few seconds.
            token.late = token.late.max(held.token.late);
        }
        ensure!(token.until().is_none_or(|at| at > moment.t), "I1: took an expired token");
        self.uncertain = false;
        self.token = Some(Current { token, vended });
        if !matches!(moment.event, Event::SiblingToken { fresh: false, .. }) {
            self.limits.arrived();
            self.suspected = false;
        }
        if matches!(moment.event, Event::SiblingToken { fresh: true, .. }) {
            self.adopted = Some(moment.now.mono);
        }
        Ok(())
    }
}
