//! When the next request is due, derived from the state each time.

use super::super::clock::earlier;
use super::state::{Machine, Phase, Plan};

/// How long before expiry (ms) a renewal starts at the latest if timers fire once a second: one timer to start, one
/// more to let the owner of the lock go first, and the request.
const LAG: i64 = 3_000;

/// The same if timers fire once a minute, as in pages that have been hidden for some minutes.
const LONG_LAG: i64 = 60_000 + LAG;

impl Machine {
    /// The steady time at which a request is wanted, regardless of rate limits and network; `None` if none is.
    fn wanted_at(&self) -> Option<i64> {
        match self.plan {
            Plan::Refresh | Plan::Unlimited | Plan::Immediate if self.calls.any() => Some(self.now()),
            Plan::Retry | Plan::Refused if self.calls.any_forced() => Some(self.now()),
            Plan::OnDemand if !self.calls.any() => None,
            Plan::Unlimited => None,
            Plan::Refresh => earlier(Some(self.planned_at), self.latest_refresh()),
            Plan::Retry | Plan::Refused | Plan::Pause | Plan::OnDemand | Plan::Confirm | Plan::Immediate => {
                Some(self.planned_at)
            }
        }
    }

    /// If timers are late: the steady time by which a renewal must start so that a timer fires before the token
    /// expires, but not before its window opens.
    fn latest_refresh(&self) -> Option<i64> {
        let lag = if self.timer.is_throttled_to_minutes() { LONG_LAG } else { LAG };
        let term = self.token.as_ref()?.term?;
        self.timer.is_throttled().then(|| term.window_opens.max(term.expires - lag))
    }

    /// Whether a caller waits for the next request, or something other than the schedule caused it.
    fn is_on_demand(&self) -> bool {
        match self.plan {
            Plan::OnDemand | Plan::Immediate | Plan::Confirm => true,
            Plan::Refresh | Plan::Unlimited | Plan::Retry | Plan::Refused | Plan::Pause => self.calls.any_forced(),
        }
    }

    /// Milliseconds until the next request is sent; 0 for now, `None` if there is none.
    pub(super) fn next_attempt(&self) -> Option<i64> {
        if self.phase != Phase::Open || self.request.is_some() {
            return None;
        }
        let mut at = self.wanted_at()?.max(self.not_before);
        if let Some(probe) = self.offline {
            if self.token.is_some() && !self.calls.any() {
                return None;
            }
            at = at.max(probe);
        }
        let limit = self.attempts.wait(self.time.awake(), self.is_on_demand(), self.max_delay());
        Some((at - self.now()).max(limit).max(0))
    }

    /// The longest delay (ms) that the budget may cause; `None` for no limit. Requests of earlier machines must not
    /// delay a renewal until the token has expired.
    fn max_delay(&self) -> Option<i64> {
        if !self.attempts.counts_inherited(self.time.awake()) || self.attempts.is_failing() {
            return None;
        }
        let term = self.token.as_ref()?.term?;
        let latest = term.refresh + (term.expires - term.refresh) / 8 * 7;
        Some((latest - self.now()).max(0))
    }

    /// The next steady time at which something changes without an event.
    pub(super) fn next_change(&self) -> Option<i64> {
        let request = match self.turn_ends() {
            Some(at) => Some(at),
            None => self.next_attempt().map(|delay| self.in_ms(delay)),
        };
        let expires = self.token.as_ref().and_then(|token| token.expires());
        let deadline = self.request.as_ref().map(|request| request.deadline);
        earlier(earlier(request, expires), deadline)
    }

    /// Whether the last request failed permanently and no caller asks for another.
    pub(super) fn has_given_up(&self) -> bool {
        self.plan == Plan::OnDemand && !self.calls.any()
    }

    /// Whether the next request is to confirm an uncertain answer.
    pub(super) fn is_confirming(&self) -> bool {
        self.plan == Plan::Confirm
    }

    pub(super) fn is_due_but_offline(&self) -> bool {
        self.offline.is_some() && self.wanted_at().is_some_and(|at| at <= self.now())
    }
}
