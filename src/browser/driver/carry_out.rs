//! The machine's actions.

use super::super::answer::Failed;
use super::super::error::{Kind, SourceError};
use super::Driver;
use super::state::{Current, Request};
use crate::refresh::{Action, Cause, Event, Outcome, Status};
use gloo_timers::callback::Timeout;
use std::rc::Rc;
use std::sync::Arc;

impl Driver {
    pub(super) fn carry_out(self: &Rc<Self>, action: Action) {
        match action {
            Action::Fetch { request, reason } => self.send(request, reason),
            Action::Abort { .. } => {
                if let Some(request) = self.end_request() {
                    request.abort.abort();
                }
            }
            Action::Arm { delay } => self.arm(delay),
            Action::Disarm => drop(self.with(|state| state.timer.take())),
            Action::Install { .. } => {
                if let Some(Ok(current)) = self.end_request().and_then(|request| request.outcome) {
                    self.install(current);
                }
            }
            Action::Drop => self.with(|state| {
                state.dropped = state.token.take().map(|current| current.token);
                state.has_news = true;
            }),
            Action::Refuse { .. } | Action::Uncertain { .. } => drop(self.end_request()),
            Action::Report { cause, retry_at, .. } => self.report(cause, retry_at),
            Action::Settle { call, outcome } => self.settle(call, outcome),
            Action::Status(status) => {
                self.with(|state| state.has_news = true);
                if status == Status::Closed {
                    self.release();
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
        let driver = Rc::downgrade(self);
        let timer = Timeout::new(u32::try_from(delay).unwrap_or_default(), move || {
            if let Some(driver) = driver.upgrade() {
                driver.handle(Event::Timer);
            }
        });
        drop(self.with(|state| state.timer.replace(timer)));
    }

    fn end_request(&self) -> Option<Request> {
        self.with(|state| state.request.take())
    }

    fn install(&self, current: Current) {
        let renews = self.options.renews();
        let error = self.with(|state| {
            if renews && current.refresh_token.is_some() {
                state.refresh_token.clone_from(&current.refresh_token);
            }
            state.token = Some(current);
            state.dropped = None;
            state.has_news = true;
            state.error.take()
        });
        // It may hold an error of the app's, and that anything.
        drop(error);
    }

    fn report(&self, cause: Cause, retry_at: Option<i64>) {
        let failed = match cause {
            Cause::Sibling => self.with(|state| state.heard.take()),
            _ => self.end_request().and_then(|request| request.outcome),
        };
        let failed = failed.and_then(Result::err);
        let error = match cause {
            Cause::Timeout => Some(SourceError::from(Kind::Timeout)),
            Cause::Expired => Some(SourceError::from(Kind::Expired)),
            Cause::Answer | Cause::Sibling => failed.as_ref().map(|Failed { error, .. }| error.clone()),
        };
        let before = self.with(|state| {
            state.failure = failed.map(|Failed { failure, .. }| failure);
            state.has_news = true;
            std::mem::replace(&mut state.error, error.map(|error| error.with_retry_at(retry_at)))
        });
        drop(before);
    }

    fn settle(&self, call: u32, outcome: Outcome) {
        let settled = self.with(|state| {
            let caller = state.callers.remove(&call)?;
            let outcome = match (outcome, &state.token, &state.error) {
                (Outcome::Token, Some(current), _) => Ok(Arc::clone(&current.token)),
                (Outcome::Failed { .. }, _, Some(error)) => Err(error.clone()),
                (Outcome::TooShort, ..) => Err(Kind::TooShort.into()),
                _ => Err(Kind::Closed.into()),
            };
            Some((caller, outcome))
        });
        if let Some((caller, outcome)) = settled {
            // Whoever has gone away needs no answer.
            let _ = caller.send(outcome);
        }
    }

    /// The source is closed: lets go of everything.
    fn release(&self) {
        let released = self.with(|state| {
            state.is_closed = true;
            (
                std::mem::take(&mut state.callers),
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
