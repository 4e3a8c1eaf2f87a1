//! The callers, watchers and streams of a source in a Rust front end.

use super::driver::Driver;
use super::error::SourceError;
use super::get::{GetToken, Outcome};
use super::observer::Observer;
use super::snapshot::{Changed, Snapshot};
use crate::refresh::{self, Event, Status};
use crate::token::Token;
use futures_channel::oneshot::{self, Receiver, Sender};
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, Waker};

/// All callers, watchers and streams of one source.
#[derive(Default)]
pub(super) struct Listeners {
    state: RefCell<State>,
}

#[derive(Default)]
struct State {
    callers: BTreeMap<u32, Sender<Outcome>>,
    last_call: u32,
    watchers: Vec<Watcher>,
    wakers: Vec<Waker>,
    /// Whether something changed that watchers have not been notified of.
    has_news: bool,
    is_closed: bool,
}

impl Listeners {
    /// Reads or changes the state. `look` must not call JavaScript or an app's function.
    fn with<T>(&self, look: impl FnOnce(&mut State) -> T) -> T {
        look(&mut self.state.borrow_mut())
    }

    fn news(&self) {
        self.with(|state| state.has_news = true);
    }

    pub(super) fn get(&self, driver: &Rc<Driver>, options: GetToken) -> (u32, Receiver<Outcome>) {
        driver.begin();
        let GetToken { min_validity, force_refresh } = options;
        let (caller, receiver) = oneshot::channel();
        let call = self.with(|state| {
            state.last_call = state.last_call.wrapping_add(1);
            state.callers.insert(state.last_call, caller);
            state.last_call
        });
        let min_validity = i64::try_from(min_validity.as_millis()).unwrap_or(i64::MAX);
        driver.handle(Event::Get { call, min_validity, force: force_refresh });
        (call, receiver)
    }

    /// Cancels a call.
    pub(super) fn abandon(&self, driver: &Rc<Driver>, call: u32) {
        if self.with(|state| state.callers.remove(&call)).is_some() {
            driver.handle(Event::Abandon { call });
        }
    }

    /// Polls for the next token after `last`.
    pub(super) fn poll_next(
        &self,
        driver: &Rc<Driver>,
        last: Option<&Arc<Token>>,
        context: &Context<'_>,
    ) -> Poll<Option<Arc<Token>>> {
        driver.start();
        let waker = context.waker().clone();
        match driver.snapshot().token {
            Some(token) if !last.is_some_and(|last| Arc::ptr_eq(last, &token)) => Poll::Ready(Some(token)),
            _ if driver.is_closed() => Poll::Ready(None),
            _ => {
                self.with(|state| state.add_waker(waker));
                Poll::Pending
            }
        }
    }

    pub(super) fn watch(&self, driver: &Rc<Driver>, changed: Changed, ended: Arc<AtomicBool>) {
        let watcher = Watcher { changed, ended };
        driver.start();
        self.with(|state| state.watchers.push(watcher.clone()));
        // A change that it causes is handled after it returns. Otherwise it would not be notified of the change.
        driver.hold_back(|| watcher.call(&driver.snapshot()));
        self.prune();
    }

    /// Drops the watchers that have ended, or all of them once they have been notified that the source is closed.
    pub(super) fn prune(&self) {
        let ended = self.with(State::take_ended_watchers);
        // They may have captured the last handle of a source, even of this one.
        drop(ended);
    }
}

impl State {
    /// Adds a waker, unless one for the same task is there.
    fn add_waker(&mut self, waker: Waker) {
        if !self.wakers.iter().any(|other| other.will_wake(&waker)) {
            self.wakers.push(waker);
        }
    }

    /// Removes and returns the watchers that are no longer needed.
    fn take_ended_watchers(&mut self) -> Vec<Watcher> {
        let is_closed = self.is_closed && !self.has_news;
        let (wanted, ended) =
            std::mem::take(&mut self.watchers).into_iter().partition(|watcher| watcher.is_wanted() && !is_closed);
        self.watchers = wanted;
        ended
    }
}

impl Observer for Listeners {
    fn installed(&self, _: &Arc<Token>) {
        self.news();
    }

    fn uninstalled(&self) {
        self.news();
    }

    fn failed(&self, _: &SourceError) {
        self.news();
    }

    fn status(&self, status: Status) {
        let is_closed = status == Status::Closed;
        let callers = self.with(|state| {
            state.has_news = true;
            state.is_closed |= is_closed;
            if is_closed { std::mem::take(&mut state.callers) } else { BTreeMap::new() }
        });
        drop(callers);
    }

    fn settled(&self, call: u32, _: refresh::Outcome, answer: Outcome) {
        if let Some(caller) = self.with(|state| state.callers.remove(&call)) {
            // The receiver may have been dropped.
            let _ = caller.send(answer);
        }
    }

    fn done(&self, driver: &Rc<Driver>) -> bool {
        if !self.with(|state| std::mem::take(&mut state.has_news)) {
            return false;
        }
        let (wakers, watchers) = self.with(|state| (std::mem::take(&mut state.wakers), state.watchers.clone()));
        for waker in wakers {
            waker.wake();
        }
        let snapshot = driver.snapshot();
        for watcher in watchers {
            watcher.call(&snapshot);
        }
        self.prune();
        true
    }
}

/// A callback for changes.
#[derive(Clone)]
struct Watcher {
    changed: Changed,
    ended: Arc<AtomicBool>,
}

impl Watcher {
    fn is_wanted(&self) -> bool {
        !self.ended.load(Ordering::Relaxed)
    }

    fn call(&self, snapshot: &Snapshot) {
        if !self.is_wanted() {
            return;
        }
        // The callback is never reentered: calls do not nest, except that a callback may begin another watch.
        if let Ok(mut changed) = self.changed.try_borrow_mut() {
            changed(snapshot);
        }
    }
}
