//! Siblings: the other tabs that share the token.
//!
//! One request serves them all. A tab whose request is due asks for the group's lock and, at the same time, asks its
//! siblings for a better token. When it holds the lock, it waits briefly for messages in transit, drains the channel,
//! and sends the request unless a sibling's token or failure has made it unnecessary. The result of a request is sent
//! to all tabs, and each counts it as its own.
//!
//! The lock only saves requests; nothing depends on it. Its owner may be frozen or never release it, so no tab waits
//! for it beyond [`LOCK_TIMEOUT`]. Whether a request is still due is derived again at every event, so a [`Turn`] is the
//! only state.

use super::super::action::{Action, Cause};
use super::super::calls::Settlement;
use super::super::clock::bounded;
use super::super::event::Failure;
use super::super::life::{END_TOLERANCE, UNCERTAINTY};
use super::super::lifetime::Lifetime;
use super::events::Spread;
use super::state::{Machine, Phase, Plan};
use super::turn::{MIN_LOCK_TIMEOUT, Stage, Turn};

/// How long a tab waits for the lock. Random, so that tabs whose wait fails do not all send requests at once.
const LOCK_TIMEOUT: Spread = Spread { least: 4_000, spread: 500 };

/// The part of the token's life (ms) that the wait leaves for the tab's own request, unless timers are late.
const RESERVE: i64 = 250;

/// How long the owner of the lock waits at most (ms) for confirmation that it has handled all messages of its siblings,
/// which a busy page or browser delays.
const DRAIN_TIMEOUT: i64 = 500;

/// A token is better than another if it is valid for longer by more than this (ms). The same token, passed on and
/// measured twice, differs by less.
const MIN_IMPROVEMENT: i64 = 1_000;

impl Machine {
    /// When (steady) the current stage of the turn ends, if there is a turn.
    pub(super) fn turn_ends(&self) -> Option<i64> {
        self.turn.as_ref().map(|turn| turn.stage_ends(self.timer.is_throttled()))
    }

    /// Begins, advances or ends the turn, depending on whether a request is due.
    pub(super) fn take_turn(&mut self, is_due: bool) {
        let Some(turn) = self.turn.take() else {
            if is_due {
                self.begin_turn();
            }
            return;
        };
        if !is_due {
            self.unlock();
        } else if turn.stage_ends(self.timer.is_throttled()) > self.now() {
            self.turn = Some(turn);
        } else {
            match turn.stage {
                Stage::Lock | Stage::Listening { .. } => {
                    let longest =
                        self.time_left().map_or(DRAIN_TIMEOUT, |left| (left - RESERVE).clamp(0, DRAIN_TIMEOUT));
                    let stage = Stage::Draining { until: self.in_ms(longest) };
                    self.act(Action::Drain { request: turn.request });
                    self.turn = Some(Turn { stage, ..turn });
                }
                Stage::Draining { .. } => self.start_request(turn.request),
            }
        }
    }

    fn begin_turn(&mut self) {
        let since = self.now();
        let mut until = self.draw(LOCK_TIMEOUT.least, LOCK_TIMEOUT.spread);
        if let Some(left) = self.time_left() {
            until = until.min(since + MIN_LOCK_TIMEOUT.min(left - RESERVE).max(left / 2));
        }
        let request = self.new_request();
        self.turn = Some(Turn { request, since, until, stage: Stage::Lock });
        self.act(Action::Lock { request, left: self.token_valid_for().unwrap_or(Lifetime::ZERO) });
    }

    pub(super) fn locked(&mut self, request: u32) {
        let now = self.now();
        if let Some(turn) = self.turn_of(request) {
            turn.locked(now);
        }
    }

    pub(super) fn drained(&mut self, request: u32) {
        let now = self.now();
        if let Some(turn) = self.turn_of(request) {
            turn.drained(now);
        }
    }

    fn turn_of(&mut self, request: u32) -> Option<&mut Turn> {
        self.turn.as_mut().filter(|turn| turn.request == request)
    }

    /// Releases the lock after a turn, whatever its result.
    pub(super) fn unlock(&mut self) {
        if self.shared {
            self.act(Action::Unlock);
        }
    }

    /// Releases the lock if it was kept for the confirming request.
    pub(super) fn release(&mut self) {
        if std::mem::take(&mut self.holds_lock) {
            self.unlock();
        }
    }

    /// Handles a token from a sibling. `life` is the sibling's verdict, not a response to be judged again.
    pub(super) fn sibling_token(&mut self, hash: u64, life: Lifetime, fresh: bool, extended: bool, date: Option<i64>) {
        if self.phase != Phase::Open || !self.shared || self.time.is_age_unknown() {
            return;
        }
        // Subtracted here as well, since the clocks that timed the message are as coarse here as there.
        let life = match life {
            Lifetime::Millis(ms) => Lifetime::Millis(bounded(ms) - UNCERTAINTY),
            Lifetime::Forever => Lifetime::Forever,
        };
        let life = self.lives.sibling_token(hash, date, life, extended, self.now());
        if life <= Lifetime::ZERO {
            return;
        }
        let current = self.token.as_ref().map(|token| token.hash);
        let left = self.token_valid_for().unwrap_or(Lifetime::ZERO);
        // It is the current token, and the sibling knows of an earlier end.
        let is_sooner = current == Some(hash) && life < left.minus(END_TOLERANCE);
        let is_better = life.minus(MIN_IMPROVEMENT) > left;
        // A service that returned the same token again has vended nevertheless.
        let is_as_good = fresh && (life == Lifetime::Forever || life > left.minus(MIN_IMPROVEMENT));
        // A caller that forces a token wants a new one, even if it is short-lived.
        let is_forced = fresh && self.calls.any_forced();
        if !(is_better || is_as_good || is_forced || is_sooner) {
            return;
        }
        self.lives.forget_uncertain();
        if fresh && let Some(request) = self.request.take() {
            // Its result is no longer needed.
            self.act(Action::Abort { request: request.id });
            self.unlock();
        }
        match &self.token {
            _ if is_sooner && !is_forced => self.install(hash, life, extended),
            Some(token) if !is_better && !is_forced => {
                let (current, current_extended) = (token.hash, token.extended);
                self.install(current, left.min(life), current_extended);
            }
            Some(_) | None => {
                self.install(hash, life, extended);
                self.act(Action::Adopt);
            }
        }
        let left = self.token_valid_for().unwrap_or(Lifetime::ZERO);
        if fresh {
            self.attempts.succeeded(self.time.awake());
            self.attempts.sibling_sent(self.time.awake());
            self.not_before = 0;
            self.settle(Settlement::NewToken(left));
        } else {
            self.attempts.reset_failures();
            self.settle(Settlement::OldToken(left));
        }
    }

    /// Handles the failure of a sibling's request. It counts against this tab's budget, since the service is the same.
    /// Otherwise it affects only tabs that are about to send a request, or whose last one failed.
    ///
    /// A request without a response may have failed because its page navigates away, which aborts requests first.
    /// Another tab then tries at once, and only if that fails too is the service to blame.
    pub(super) fn sibling_failed(&mut self, failure: Failure, own_fault: bool) {
        if self.phase != Phase::Open || !self.shared || own_fault && self.attempts.excuse_sibling(self.time.awake()) {
            return;
        }
        self.attempts.sent(self.time.awake());
        let is_concerned = self.plan != Plan::Confirm && (self.turn.is_some() || self.attempts.is_failing());
        if self.request.is_some() || !is_concerned {
            self.apply_retry_after(failure);
            return;
        }
        let turn = self.turn.take();
        if turn.is_some() {
            self.unlock();
        }
        self.fail(turn.map_or(0, |turn| turn.request), Cause::Sibling, failure);
    }

    pub(super) fn sibling_asked(&mut self, left: Lifetime) {
        let own = self.token_valid_for().unwrap_or(Lifetime::ZERO);
        if self.shared && own.minus(MIN_IMPROVEMENT) > left.max(Lifetime::ZERO) {
            self.share(false);
        }
    }

    /// Sends the current token to the siblings.
    pub(super) fn share(&mut self, fresh: bool) {
        if let Some(token) = &self.token {
            let (extended, date) = (token.extended, token.date);
            self.act(Action::Share { fresh, extended, date });
        }
    }
}
