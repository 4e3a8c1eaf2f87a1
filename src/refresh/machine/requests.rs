//! Requests and their results.

use super::super::action::{Action, Cause, Reason};
use super::super::backoff::{self, GRACE};
use super::super::calls::Settlement;
use super::super::event::Failure;
use super::super::life::{Answer, CONFIRM_SPREAD, TimedAnswer, Verdict};
use super::super::lifetime::Lifetime;
use super::events::PROBE;
use super::state::{Machine, Plan, Request};
use super::token::{CurrentToken, Term};

/// The longest `Retry-After` that is honored (ms).
const MAX_RETRY_AFTER: i64 = 3_600_000;

/// This many malformed answers in a row count as terminal.
const MAX_MALFORMED: u8 = 3;

/// A token that has been current for this long (ms) without being rejected counts as accepted, even if its refresh is
/// still far off.
const PROVEN_AFTER: i64 = 3_600_000;

/// The longest time (ms) that the lock is kept for a confirming request.
const MAX_LOCK_HOLD: i64 = 7_000;

impl Machine {
    /// Sends the request if it is due, or takes the next step towards it.
    pub(super) fn proceed(&mut self) {
        let next = self.next_attempt();
        let is_due = next == Some(0);
        // The uncertainty has ended, or the confirming request has to wait for something else.
        if self.plan != Plan::Confirm || next.is_none_or(|delay| delay > MAX_LOCK_HOLD) {
            self.release();
        }
        if self.holds_lock {
            if is_due {
                self.holds_lock = false;
                let request = self.new_request();
                self.start_request(request);
            }
        } else if self.shared {
            self.take_turn(is_due);
        } else if is_due {
            let request = self.new_request();
            self.start_request(request);
        }
    }

    /// Allocates a request number.
    pub(super) fn new_request(&mut self) -> u32 {
        let request = self.next_request;
        self.next_request = request.wrapping_add(1);
        request
    }

    pub(super) fn start_request(&mut self, request: u32) {
        let reason = if self.replacing {
            Reason::Rejected
        } else if self.calls.any_forced() {
            Reason::Forced
        } else if self.had_token {
            Reason::Refresh
        } else {
            Reason::First
        };
        let is_probe = self.offline.is_some();
        if is_probe {
            self.offline = Some(self.draw(PROBE.least, PROBE.spread));
        }
        self.attempts.sent(self.time.awake());
        let (sent, deadline) = (self.now(), self.in_ms(self.policy.request_timeout));
        self.request = Some(Request { id: request, sent, deadline, is_probe });
        self.act(Action::Fetch { request, reason });
    }

    /// Removes the pending request if it has this number.
    pub(super) fn finish_request(&mut self, request: u32) -> Option<Request> {
        self.request.take_if(|under_way| under_way.id == request)
    }

    /// Fails the pending request if it has timed out.
    pub(super) fn time_out(&mut self) {
        let now = self.now();
        if let Some(Request { id, .. }) = self.request.take_if(|request| request.deadline <= now) {
            self.act(Action::Abort { request: id });
            self.fail(id, Cause::Timeout, Failure::Retry { after: None });
        }
    }

    pub(super) fn vended(&mut self, request: &Request, answer: Answer) {
        if request.is_probe {
            // The probe was answered, so the browser was wrong.
            self.offline = None;
        }
        let timed = TimedAnswer { answer, sent: request.sent, received: self.now(), repeated: false };
        let request = request.id;
        match self.lives.judge(timed, self.time.wall()) {
            Verdict::Good { life, extended } => {
                self.install(answer.token_hash, life, extended);
                self.attempts.succeeded(self.time.awake());
                self.not_before = 0;
                self.act(Action::Install { request });
                if self.shared {
                    self.share(true);
                }
                self.settle(Settlement::NewToken(life));
                self.unlock();
            }
            Verdict::Uncertain { wait } => {
                self.act(Action::Uncertain { request });
                self.plan = Plan::Confirm;
                self.planned_at = self.draw(wait, CONFIRM_SPREAD);
                // No sibling should send a request in the meantime.
                self.holds_lock = self.shared;
            }
            Verdict::Expired => {
                self.act(Action::Refuse { request });
                self.fail(request, Cause::Expired, Failure::Retry { after: None });
            }
        }
    }

    /// Makes a token the current one and plans its refresh. `extended` is true if its end was moved to a later time.
    pub(super) fn install(&mut self, hash: u64, life: Lifetime, extended: bool) {
        let term = life.millis().map(|life| self.draw_term(life));
        let proven = self.in_ms(PROVEN_AFTER);
        let proven = term.map_or(proven, |term| term.window_opens.min(proven));
        self.token = Some(CurrentToken { hash, term, proven, extended, date: self.lives.date(hash) });
        self.had_token = true;
        self.replacing = false;
        self.malformed = 0;
        self.refusals = 0;
        match term {
            Some(term) => {
                self.plan = Plan::Refresh;
                self.planned_at = term.refresh;
            }
            None => self.plan = Plan::Unlimited,
        }
    }

    /// Draws when a token with this remaining life (ms) is renewed.
    fn draw_term(&mut self, life: i64) -> Term {
        let (lo, hi) = self.policy.window;
        let share = |share: f32| (life as f64 * f64::from(share)) as i64;
        let (lo, hi) = (share(lo), share(hi));
        let refresh = self.draw(lo, hi - lo);
        Term { expires: self.in_ms(life), life, window_opens: self.in_ms(lo), refresh }
    }

    /// Handles a failed request: plans the next one and settles the callers.
    pub(super) fn fail(&mut self, request: u32, cause: Cause, failure: Failure) {
        self.attempts.failed();
        let asked = self.apply_retry_after(failure);
        self.malformed = match failure {
            Failure::Malformed => self.malformed.saturating_add(1),
            Failure::Retry { .. } | Failure::Terminal => 0,
        };
        let is_final = match failure {
            Failure::Retry { .. } => false,
            Failure::Malformed => self.malformed >= MAX_MALFORMED,
            Failure::Terminal => true,
        };
        let delay = if is_final && self.had_token_recently() {
            // A temporary refusal must not end refreshing forever.
            self.refusals = self.refusals.saturating_add(1);
            self.plan = Plan::Refused;
            backoff::delay_after_refusal(&mut self.rng, self.refusals)
        } else {
            self.plan = if is_final { Plan::OnDemand } else { Plan::Retry };
            // The delay must fit into the life of the current token. `Retry-After` is added to the random delay,
            // because clients that got the same value must not all return at the same moment.
            let within = self.time_left();
            self.attempts.delay(&mut self.rng, within) + asked
        };
        self.planned_at = self.in_ms(delay);
        // Not counting the callers of this request, which do not cause another.
        let calls = std::mem::take(&mut self.calls);
        self.act(Action::Report { request, cause, retry_at: self.refresh_at() });
        self.calls = calls;
        self.settle(Settlement::Failed(request));
        if self.shared && cause != Cause::Sibling {
            self.act(Action::ShareFailure);
            self.unlock();
        }
    }

    /// Whether there is a token, or one expired within [`GRACE`]. A rejected token counts as neither.
    fn had_token_recently(&self) -> bool {
        self.token.is_some() || self.expired.is_some_and(|expired| self.now() - expired < GRACE)
    }

    /// Applies the `Retry-After` of a failure and returns it (ms), as far as it is honored. A shorter one does not
    /// replace a longer one that was sent to this tab or a sibling.
    pub(super) fn apply_retry_after(&mut self, failure: Failure) -> i64 {
        let after = match failure {
            Failure::Retry { after } => after.unwrap_or(0).clamp(0, MAX_RETRY_AFTER),
            Failure::Malformed | Failure::Terminal => 0,
        };
        self.not_before = self.not_before.max(self.in_ms(after));
        after
    }
}
