//! The state of a driver. Nothing here calls JavaScript or an app's function.

use super::super::abort::AbortController;
use super::super::answer::{Failed, Vended, hash};
use super::super::error::SourceError;
use super::super::observer::Shown;
use super::super::page::Listener;
use super::super::snapshot::Snapshot;
use super::super::task::Task;
use crate::refresh::{Action, Event, Failure, Lifetime, Machine, Now, Status};
use crate::token::{Secret, Token};
use gloo_timers::callback::Timeout;
use std::collections::VecDeque;
use std::sync::Arc;
use zeroize::Zeroizing;

/// How many rejected tokens are remembered.
const MAX_REJECTED: usize = 9;

#[derive(Default)]
pub(super) struct State {
    /// `None` before the driver has started.
    pub(super) machine: Option<Machine>,
    pub(super) is_closed: bool,
    pub(super) timer: Option<Timeout>,
    pub(super) listeners: Vec<Listener>,

    pub(super) token: Option<Current>,
    /// Whether a token has ever arrived.
    pub(super) has_had_token: bool,
    /// The last token, if there is no current one.
    pub(super) dropped: Option<Arc<Token>>,
    pub(super) refresh_token: Option<Arc<Secret>>,
    pub(super) error: Option<SourceError>,
    /// The time of the machine's last event.
    observed: Option<Now>,

    pub(super) request: Option<Request>,
    /// The outcome that a sibling tab's message reported, while that message is handled.
    pub(super) heard: Option<Result<Current, Failed>>,
    /// How to proceed after the last reported failure.
    pub(super) failure: Option<Failure>,
    /// Hashes of tokens that were rejected in this tab. A sibling tab may not know, and offer them again.
    rejected: VecDeque<u64>,
}

/// A token, with the response body it was read from.
#[derive(Clone)]
pub(super) struct Current {
    pub(super) token: Arc<Token>,
    pub(super) body: Arc<Zeroizing<String>>,
    pub(super) refresh_token: Option<Arc<Secret>>,
}

/// A pending request.
pub(super) struct Request {
    id: u32,
    /// `None` if the observer has the controller.
    pub(super) abort: Option<AbortController>,
    _task: Task,
    /// Whether it was sent with a refresh token.
    has_refresh_token: bool,
    /// When it was sent (monotonic clock, ms), unless it already counts toward the request limit.
    pub(super) uncounted: Option<i64>,
    pub(super) outcome: Option<Result<Current, Failed>>,
    /// The event for the outcome, until it is passed to the machine.
    event: Option<Event>,
}

impl Request {
    pub(super) fn new(id: u32, abort: Option<AbortController>, task: Task) -> Self {
        Request { id, abort, _task: task, has_refresh_token: false, uncounted: None, outcome: None, event: None }
    }
}

impl From<Vended> for Current {
    fn from(Vended { token, refresh_token, body, .. }: Vended) -> Self {
        Current { token, body, refresh_token }
    }
}

impl State {
    /// Passes an event to the machine. `None` if there is no machine.
    pub(super) fn step(&mut self, event: Event, now: Now) -> Option<Vec<Action>> {
        let machine = self.machine.as_mut()?;
        self.observed = Some(now);
        Some(machine.handle(event, now))
    }

    /// The token's remaining lifetime, by whichever clock has advanced further. Zero or negative if the token has
    /// expired, or there is none.
    pub(super) fn left(&self, now: Now) -> Lifetime {
        let life = self.machine.as_ref().and_then(Machine::token_valid_for).unwrap_or(Lifetime::ZERO);
        let then = self.observed.unwrap_or(now);
        life.minus((now.wall - then.wall).max(now.mono - then.mono))
    }

    pub(super) fn snapshot(&self, now: Now) -> Snapshot {
        if self.is_closed {
            return Snapshot::closed();
        }
        let is_valid = self.left(now) > Lifetime::ZERO;
        Snapshot {
            token: self.token.as_ref().filter(|_| is_valid).map(|current| Arc::clone(&current.token)),
            status: self.status(),
            error: self.error.clone(),
            refresh_at: self.machine.as_ref().and_then(Machine::refresh_at),
        }
    }

    /// Returns the refresh token to send with the pending request.
    pub(super) fn refresh_token_for(&mut self, id: u32) -> Option<Arc<Secret>> {
        let request = self.request.as_mut().filter(|request| request.id == id)?;
        request.has_refresh_token = self.refresh_token.is_some();
        self.refresh_token.clone()
    }

    /// Records that the pending request was sent. True if no token has ever arrived.
    pub(super) fn sent(&mut self, at: i64) -> bool {
        let is_first = !self.has_had_token;
        if let Some(request) = self.request.as_mut().filter(|_| !is_first) {
            request.uncounted = Some(at);
        }
        is_first
    }

    /// Records the outcome of a request. False if the request is no longer pending.
    pub(super) fn receive(&mut self, id: u32, outcome: Result<Vended, Failed>) -> bool {
        let Some(request) = self.request.as_mut().filter(|request| request.id == id) else { return false };
        match outcome {
            Ok(vended) => {
                request.event = Some(Event::Vended { request: id, answer: vended.life });
                request.outcome = Some(Ok(vended.into()));
            }
            Err(mut failed) => {
                // The refresh token may be what was refused, so the next attempt is made without it.
                let is_refused = |status: u16| (400..500).contains(&status) && status != 429;
                if request.has_refresh_token && failed.error.status().is_some_and(is_refused) {
                    self.refresh_token = None;
                    failed.failure = Failure::Retry { after: failed.retry_after };
                }
                request.event = Some(Event::Failed { request: id, failure: failed.failure });
                request.outcome = Some(Err(failed));
            }
        }
        true
    }

    /// Takes the event for a request's outcome. `None` if it was already taken, or the request is over.
    pub(super) fn take_event(&mut self, id: u32) -> Option<Event> {
        self.request.as_mut().filter(|request| request.id == id)?.event.take()
    }

    pub(super) fn status(&self) -> Status {
        self.machine.as_ref().map_or(Status::Idle, Machine::status)
    }

    pub(super) fn shown(&self, at: Now) -> Option<Shown> {
        self.machine.as_ref().map(|machine| Shown {
            status: machine.status(),
            refresh_at: machine.refresh_at(),
            valid_for: machine.token_valid_for(),
            at,
        })
    }

    /// Records that a token was rejected. False if it is neither the current one nor the last one that expired.
    pub(super) fn reject(&mut self, token: &Token, now: Now) -> bool {
        let is = |other: &Token| other.credential().reveal() == token.credential().reveal();
        let is_current = self.token.as_ref().is_some_and(|current| is(&current.token));
        let has_token = self.token.is_some() && self.left(now) > Lifetime::ZERO;
        // A token may expire before its rejection is reported. The machine must not count it as a good one.
        let is_last = !has_token && self.dropped.as_deref().is_some_and(is);
        if !is_current && !is_last {
            return false;
        }
        self.remember_rejected(hash(token.credential()));
        true
    }

    /// Records that the current token, or the last one if there is none now, was rejected. False if there is neither.
    #[cfg(feature = "js")]
    pub(super) fn reject_last(&mut self) -> bool {
        let last = self.token.as_ref().map(|current| &current.token).or(self.dropped.as_ref());
        let Some(rejected) = last.map(|token| hash(token.credential())) else { return false };
        self.remember_rejected(rejected);
        true
    }

    fn remember_rejected(&mut self, hash: u64) {
        self.rejected.push_front(hash);
        self.rejected.truncate(MAX_REJECTED);
    }

    pub(super) fn was_rejected(&self, hash: u64) -> bool {
        self.rejected.contains(&hash)
    }
}
