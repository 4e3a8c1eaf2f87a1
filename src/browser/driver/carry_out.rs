//! Carries out the machine's actions.

use super::super::answer::Failed;
use super::super::error::{Kind, SourceError};
use super::Driver;
use super::state::{Current, Request};
use crate::refresh::{Action, Cause, Event, Outcome, Status};
use gloo_timers::callback::Timeout;
use std::rc::Rc;
use std::sync::Arc;

/// Whether a request brought a token.
#[derive(Clone, Copy)]
enum Brought {
    Token,
    Nothing,
}

impl Driver {
    pub(super) fn carry_out(self: &Rc<Self>, action: Action) {
        match action {
            Action::Fetch { request, reason } => self.observer.due(self, request, reason),
            Action::Abort { .. } => {
                self.observer.abort();
                if let Some(abort) = self.end_request(Brought::Nothing).and_then(|request| request.abort.clone()) {
                    abort.abort();
                }
            }
            Action::Arm { delay } => self.arm(delay),
            Action::Disarm => {
                self.observer.keeps_time(None);
                drop(self.with(|state| state.timer.take()));
            }
            Action::Install { .. } => {
                if let Some(Ok(current)) = self.end_request(Brought::Token).and_then(|request| request.outcome) {
                    self.install(current);
                }
            }
            Action::Drop => {
                self.with(|state| state.dropped = state.token.take().map(|current| current.token));
                self.observer.uninstalled();
            }
            Action::Refuse { .. } | Action::Uncertain { .. } => drop(self.end_request(Brought::Nothing)),
            Action::Report { cause, retry_at, .. } => self.report(cause, retry_at),
            Action::Settle { call, outcome } => self.settle(call, outcome),
            Action::Status(status) => {
                if status == Status::Closed {
                    self.release();
                }
                // A listener may have changed it again, which makes this status outdated.
                if self.with(|state| state.status() == status) {
                    self.observer.status(status);
                }
            }
            Action::Lock { request, left } => {
                if let Some(tabs) = self.tabs() {
                    tabs.lock(request, left);
                }
            }
            Action::Drain { request } => {
                if let Some(tabs) = self.tabs() {
                    tabs.drain(request);
                }
            }
            Action::Unlock => {
                if let Some(tabs) = self.tabs() {
                    tabs.unlock();
                }
            }
            Action::Adopt => {
                if let Some(Ok(current)) = self.with(|state| state.heard.take()) {
                    self.install(current);
                }
            }
            Action::Share { fresh, extended, date } => self.share(fresh, extended, date),
            Action::ShareFailure => self.share_failure(),
        }
    }

    fn arm(self: &Rc<Self>, delay: i64) {
        if self.observer.keeps_time(Some(delay)) {
            return;
        }
        let driver = Rc::downgrade(self);
        let timer = Timeout::new(u32::try_from(delay).unwrap_or_default(), move || {
            if let Some(driver) = driver.upgrade() {
                driver.handle(Event::Timer);
            }
        });
        drop(self.with(|state| state.timer.replace(timer)));
    }

    /// Ends the pending request. One that brought a token does not count toward the limit, unless it was the first to
    /// do so.
    fn end_request(&self, brought: Brought) -> Option<Request> {
        let mut request = self.with(|state| state.request.take());
        if request.is_some() {
            self.observer.ended();
        }
        let uncounted = request.as_mut().and_then(|request| request.uncounted.take());
        if let (Some(sent_at), Brought::Nothing) = (uncounted, brought) {
            self.observer.spent(sent_at);
        }
        request
    }

    fn install(&self, current: Current) {
        let renews = self.options.vend.renews();
        let token = Arc::clone(&current.token);
        let error = self.with(|state| {
            if renews && current.refresh_token.is_some() {
                state.refresh_token.clone_from(&current.refresh_token);
            }
            state.token = Some(current);
            state.has_had_token = true;
            state.dropped = None;
            state.error.take()
        });
        // Dropped while the state is not borrowed: it may own an app's error, whose destructor may call anything.
        drop(error);
        self.observer.installed(&token);
    }

    fn report(&self, cause: Cause, retry_at: Option<i64>) {
        let failed = match cause {
            Cause::Sibling => self.with(|state| state.heard.take()),
            _ => self.end_request(Brought::Nothing).and_then(|request| request.outcome),
        };
        let failed = failed.and_then(Result::err);
        let error = match cause {
            Cause::Timeout => Some(SourceError::from(Kind::Timeout)),
            Cause::Expired => Some(SourceError::from(Kind::Expired)),
            Cause::Answer | Cause::Sibling => failed.as_ref().map(|Failed { error, .. }| error.clone()),
        };
        self.with(|state| state.failure = failed.map(|Failed { failure, .. }| failure));
        let Some(error) = error.map(|error| error.with_retry_at(retry_at)) else { return };
        let before = self.with(|state| state.error.replace(error.clone()));
        drop(before);
        self.observer.failed(&error);
    }

    fn settle(&self, call: u32, outcome: Outcome) {
        let answer = self.with(|state| match (outcome, &state.token, &state.error) {
            (Outcome::Token, Some(current), _) => Ok(Arc::clone(&current.token)),
            (Outcome::Failed { .. }, _, Some(error)) => Err(error.clone()),
            (Outcome::TooShort, ..) => Err(Kind::TooShort.into()),
            _ => Err(Kind::Closed.into()),
        });
        self.observer.settled(call, outcome, answer);
    }

    /// Releases everything when the source is closed.
    fn release(&self) {
        let released = self.with(|state| {
            state.is_closed = true;
            (
                state.timer.take(),
                std::mem::take(&mut state.listeners),
                state.request.take(),
                (state.token.take(), state.dropped.take(), state.refresh_token.take(), state.heard.take()),
            )
        });
        drop(released);
        drop(self.tabs.take());
    }
}
