//! How events change the state.

use super::super::action::{Action, Cause, Outcome};
use super::super::backoff;
use super::super::calls::{Call, Settlement};
use super::super::clock::bounded;
use super::super::event::Event;
use super::super::lifetime::Lifetime;
use super::state::{Machine, Phase, Plan};

/// A random time: a minimum, and the most that is added to it (ms).
pub(super) struct Spread {
    pub(super) least: i64,
    pub(super) spread: i64,
}

/// How often a page sends a request although it is offline: the browser's report may be wrong.
pub(super) const PROBE: Spread = Spread { least: 240_000, spread: 120_000 };

/// The first such request, on a page that has been offline from the start.
const FIRST_PROBE: Spread = Spread { least: 60_000, spread: 30_000 };

/// A page that comes online waits for up to this long (ms), unless a caller waits: all pages behind one router come
/// online at the same time.
const ONLINE_SPREAD: i64 = 1_000;

impl Machine {
    pub(super) fn apply(&mut self, event: Event) {
        match event {
            Event::Start => self.open(),
            Event::Get { call, min_validity, force } => {
                self.open();
                self.get(Call { id: call, min_validity, force });
            }
            Event::Abandon { call } => self.calls.abandon(call),
            Event::Rejected => self.reject(),
            // What is due now is derived from the state afterwards.
            Event::Timer => {}
            Event::Wake => {
                self.timer.woke();
                self.retry_now();
            }
            Event::Hidden => self.timer.hidden(),
            Event::Online => self.online(),
            Event::Offline => self.offline(),
            Event::Vended { request, answer } => {
                if let Some(request) = self.finish_request(request) {
                    self.vended(&request, answer);
                }
            }
            Event::Failed { request, failure } => {
                if let Some(request) = self.finish_request(request) {
                    self.fail(request.id, Cause::Answer, failure);
                }
            }
            Event::Close => self.close(),
            Event::Locked { request } => self.locked(request),
            Event::Drained { request } => self.drained(request),
            Event::PriorRequest { age } => self.attempts.inherited(self.time.awake() - bounded(age).max(0)),
            Event::SiblingToken { token_hash, life, fresh, extended, date } => {
                self.sibling_token(token_hash, life, fresh, extended, date);
            }
            Event::SiblingFailed { own_fault, failure } => self.sibling_failed(failure, own_fault),
            Event::SiblingAsked { left } => self.sibling_asked(left),
        }
    }

    fn open(&mut self) {
        if self.phase == Phase::Idle {
            self.phase = Phase::Open;
            self.planned_at = self.now();
        }
    }

    fn get(&mut self, call: Call) {
        let Some(token) = self.token.as_ref().filter(|_| !call.force) else { return self.calls.add(call) };
        let now = self.now();
        let outcome = match token.term {
            _ if call.accepts(token.left(now)) => Outcome::Token,
            // Not even a fresh token is valid for that long, and this one still counts as fresh.
            Some(term) if !call.accepts(Lifetime::Millis(term.life)) && now < term.refresh => Outcome::TooShort,
            Some(_) | None => return self.calls.add(call),
        };
        self.act(Action::Settle { call: call.id, outcome });
    }

    fn reject(&mut self) {
        // Even if it has expired in the meantime, it does not count as a token that was accepted until its end.
        self.expired = None;
        if self.token.take().is_none() {
            return;
        }
        self.act(Action::Drop);
        let pause = match self.rejections {
            0 => 0,
            nth => backoff::delay(&mut self.rng, nth, None),
        };
        self.rejections = self.rejections.saturating_add(1);
        self.replacing = true;
        // A rejection does not shorten the backoff of a failing service.
        let earliest = if self.attempts.is_failing() { self.planned_at } else { 0 };
        self.plan = Plan::Pause;
        self.planned_at = self.in_ms(pause).max(earliest);
    }

    /// Ends a backoff that may have become pointless, because the page woke or came online.
    pub(super) fn retry_now(&mut self) {
        let is_stuck = match self.plan {
            Plan::Retry => self.token.is_none(),
            Plan::Refused | Plan::OnDemand => true,
            Plan::Refresh | Plan::Unlimited | Plan::Pause | Plan::Confirm | Plan::Immediate => false,
        };
        if is_stuck {
            self.plan = Plan::Immediate;
            self.planned_at = self.now();
        }
    }

    /// Forgets an uncertain answer: one that comes so much later cannot confirm it.
    pub(super) fn page_did_not_run(&mut self) {
        if self.plan == Plan::Confirm {
            self.lives.forget_uncertain();
        }
    }

    fn online(&mut self) {
        let was_offline = self.offline.take().is_some();
        self.retry_now();
        if was_offline {
            let at = self.draw(0, ONLINE_SPREAD);
            self.planned_at = self.planned_at.max(at);
            if let Some(term) = self.token.as_mut().and_then(|token| token.term.as_mut()) {
                term.window_opens = term.window_opens.max(at);
            }
        }
    }

    fn offline(&mut self) {
        if self.offline.is_none() {
            // A page that has sent no request yet has no token, and the browser may be wrong.
            let probe = if self.attempts.none_yet() { FIRST_PROBE } else { PROBE };
            self.offline = Some(self.draw(probe.least, probe.spread));
        }
    }

    fn close(&mut self) {
        self.phase = Phase::Closed;
        self.token = None;
        if let Some(request) = self.request.take() {
            self.act(Action::Abort { request: request.id });
            self.unlock();
        }
        if self.turn.take().is_some() {
            self.unlock();
        }
        self.release();
        self.settle(Settlement::Closed);
    }
}
