//! The state machine.
//!
//! Its state is in [`state`], the handling of events in [`events`], requests and their results in [`requests`], the
//! time of the next request in [`schedule`], and sibling tabs in [`group`].

mod events;
mod group;
mod requests;
mod schedule;
mod state;
#[cfg(test)]
mod tests;
mod token;
mod turn;

use super::action::{Action, Outcome, Status};
use super::clock::{Now, Step};
use super::event::Event;
use super::lifetime::Lifetime;
use super::timer::{HEARTBEAT, Lateness};
use state::Phase;

pub use state::Machine;

impl Machine {
    /// Handles an event and returns the actions to carry out, in order.
    ///
    /// Call it for every event without delay, with a current reading of the clocks.
    pub fn handle(&mut self, event: Event, now: Now) -> Vec<Action> {
        if self.phase == Phase::Closed {
            return match event {
                Event::Get { call, .. } => vec![Action::Settle { call, outcome: Outcome::Closed }],
                _ => Vec::new(),
            };
        }
        let step = self.time.observe(now);
        if step != Step::Even {
            self.lives.forget();
        }
        let lateness = self.timer.observe(self.time.awake(), matches!(event, Event::Timer));
        self.time.observed(!matches!(event, Event::Wake) && lateness != Lateness::VeryLate);
        if lateness == Lateness::VeryLate {
            self.page_did_not_run();
        }
        // First, so that no caller gets an expired token …
        self.expire();
        // … or joins an overdue request, and none keeps a page that wakes from sending a new one.
        if matches!(event, Event::Get { .. } | Event::Wake) {
            self.time_out();
        }
        if step == Step::Jump {
            self.retry_now();
        }
        self.apply(event);
        // Last, because the event may be the request's response, or remove a caller.
        self.time_out();
        self.proceed();
        self.arm();
        self.publish_status();
        std::mem::take(&mut self.actions)
    }

    /// What the machine is doing.
    pub fn status(&self) -> Status {
        let trying = self.request.is_some() || self.turn.is_some() || self.is_confirming();
        match (self.phase, trying, &self.token) {
            (Phase::Idle, ..) => Status::Idle,
            (Phase::Closed, ..) => Status::Closed,
            (Phase::Open, true, None) => Status::Fetching,
            (Phase::Open, true, Some(_)) => Status::Refreshing,
            (Phase::Open, false, _) if self.has_given_up() => Status::Failed,
            (Phase::Open, false, _) if self.attempts.is_failing() => Status::Waiting,
            (Phase::Open, false, _) if self.is_due_but_offline() => Status::Waiting,
            (Phase::Open, false, Some(_)) => Status::Ready,
            (Phase::Open, false, None) => Status::Waiting,
        }
    }

    /// When the next request is planned, by the client's wall clock (ms since the epoch). `None` while a request is
    /// pending, or if the next one depends on an event.
    pub fn refresh_at(&self) -> Option<i64> {
        match self.turn {
            Some(_) => None,
            None => self.next_attempt().map(|delay| self.time.wall() + delay),
        }
    }

    /// The remaining life of the current token as of the last event; `None` without a token.
    pub fn token_valid_for(&self) -> Option<Lifetime> {
        self.token.as_ref().map(|token| token.left(self.now()))
    }

    /// Drops the token if it has expired.
    fn expire(&mut self) {
        let now = self.now();
        let Some(token) = &self.token else { return };
        if token.proven <= now {
            self.rejections = 0;
        }
        if let Some(expires) = token.expires().filter(|expires| *expires <= now) {
            self.expired = Some(expires);
            self.token = None;
            self.act(Action::Drop);
        }
    }

    /// Arms the timer for the next change.
    fn arm(&mut self) {
        let Some(at) = self.next_change() else {
            if self.timer.disarm() {
                self.act(Action::Disarm);
            }
            return;
        };
        let delay = (at - self.now()).clamp(1, HEARTBEAT);
        let awake = self.time.awake();
        if self.timer.arm(awake + delay, awake) {
            self.act(Action::Arm { delay });
        }
    }

    fn publish_status(&mut self) {
        let status = self.status();
        if std::mem::replace(&mut self.published, status) != status {
            self.act(Action::Status(status));
        }
    }
}
