//! Carries out what the refresh machine decides: sends requests, sets the timer and notifies the observer.
//!
//! Every event goes through [`Driver::handle`]. Its actions are queued until those of earlier events have been carried
//! out, so callbacks may reenter the driver. No state is borrowed while JavaScript or an app's function runs.

mod carry_out;
mod sharing;
mod state;

use super::abort::AbortController;
use super::ask::Ask;
use super::clock;
use super::observer::Observer;
use super::options::Options;
use super::page;
use super::snapshot::Snapshot;
use super::tabs::Tabs;
use super::task::Task;
use crate::refresh::{Action, Event, Machine, Reason, Status};
use crate::token::Token;
use js_sys::Math;
use state::{Request, State};
use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// `Math.random` has 53 bits of randomness.
const SEEDS: f64 = 9_007_199_254_740_992.0;

/// Drives one source.
pub(crate) struct Driver {
    options: Rc<Options<dyn Ask>>,
    observer: Rc<dyn Observer>,
    /// Whether the source was closed, or its last handle dropped, on another thread, which cannot stop the driver.
    is_abandoned: Arc<AtomicBool>,
    state: RefCell<State>,
    tabs: RefCell<Option<Rc<Tabs<Driver>>>>,
    /// The actions that are still to be carried out, grouped by event.
    queue: RefCell<VecDeque<Vec<Action>>>,
    is_busy: Cell<bool>,
}

/// Resets the flag when dropped.
struct Busy<'a>(&'a Cell<bool>);

impl<'a> Busy<'a> {
    /// Sets the flag. `None` if it is already set.
    fn begin(flag: &'a Cell<bool>) -> Option<Self> {
        (!flag.replace(true)).then_some(Busy(flag))
    }
}

impl Drop for Busy<'_> {
    fn drop(&mut self) {
        self.0.set(false);
    }
}

impl Driver {
    pub(crate) fn new(
        options: Rc<Options<dyn Ask>>,
        observer: Rc<dyn Observer>,
        is_abandoned: Arc<AtomicBool>,
    ) -> Rc<Self> {
        Rc::new(Driver {
            options,
            observer,
            is_abandoned,
            state: RefCell::default(),
            tabs: RefCell::default(),
            queue: RefCell::default(),
            is_busy: Cell::new(false),
        })
    }

    /// Reads or changes the state. `look` must not call JavaScript or an app's function.
    fn with<T>(&self, look: impl FnOnce(&mut State) -> T) -> T {
        look(&mut self.state.borrow_mut())
    }

    /// Starts the source, unless it has started.
    pub(crate) fn start(self: &Rc<Self>) {
        if self.begin() {
            self.handle(Event::Start);
        }
    }

    /// Creates the machine, and listens to the page and to sibling tabs. False if this was done before.
    pub(crate) fn begin(self: &Rc<Self>) -> bool {
        if self.with(|state| state.machine.is_some() || state.is_closed) {
            return false;
        }
        let member = Rc::downgrade(self);
        let name = self.options.share.as_ref().map(|share| self.group_name(share));
        let tabs = name.and_then(|name| Tabs::join(name, member));
        let make = if tabs.is_some() { Machine::in_group } else { Machine::new };
        let machine = make(self.options.policy, (Math::random() * SEEDS) as u64, clock::now());
        self.with(|state| state.machine = Some(machine));
        *self.tabs.borrow_mut() = tabs;
        // Added first, so that a page restored from the back/forward cache reopens its channel before the `Wake` event.
        let mut listeners = self.watch_page_cache();
        // If the observer keeps the time, there is no page to watch.
        if !self.observer.keeps_time(None) {
            let driver = Rc::downgrade(self);
            listeners.extend(page::watch(move |event| {
                if let Some(driver) = driver.upgrade() {
                    driver.handle(event);
                }
            }));
        }
        self.with(|state| state.listeners = listeners);
        true
    }

    /// Passes an event to the machine, and carries out the resulting actions.
    pub(crate) fn handle(self: &Rc<Self>, event: Event) {
        let event = if self.is_abandoned.load(Ordering::Relaxed) { Event::Close } else { event };
        let now = clock::now();
        let Some(actions) = self.with(|state| if state.is_closed { None } else { state.step(event, now) }) else {
            return;
        };
        if let Some(shown) = self.with(|state| state.shown(now)) {
            self.observer.shown(&shown);
        }
        self.queue.borrow_mut().push_back(actions);
        self.drain();
    }

    /// Carries out the queued actions until the observer causes no more. In a nested call this does nothing: the outer
    /// call drains the queue.
    fn drain(self: &Rc<Self>) {
        let Some(_busy) = Busy::begin(&self.is_busy) else { return };
        loop {
            let next = self.queue.borrow_mut().pop_front();
            let is_done = next.is_none();
            let had_token = self.with(|state| state.token.is_some());
            for action in next.into_iter().flatten() {
                self.carry_out(action);
            }
            if had_token && self.with(|state| state.token.is_none() && !state.is_closed) {
                self.observer.dropped();
            }
            if !self.observer.done(self) && is_done {
                break;
            }
        }
    }

    /// Calls `run`, and carries out the actions that it causes once it has returned.
    pub(super) fn hold_back(self: &Rc<Self>, run: impl FnOnce()) {
        let busy = Busy::begin(&self.is_busy);
        run();
        drop(busy);
        self.drain();
    }

    /// Reports that the current token, or the last one if there is none now, was rejected.
    #[cfg(feature = "js")]
    pub(crate) fn reject_last(self: &Rc<Self>) {
        if self.with(State::reject_last) {
            self.handle(Event::Rejected);
        }
    }

    pub(super) fn is_closed(&self) -> bool {
        self.with(|state| state.is_closed)
    }

    /// Whether the driver is closed or was never started, and no handle is left.
    pub(super) fn is_over(&self) -> bool {
        let is_idle = self.with(|state| state.is_closed || state.machine.is_none());
        is_idle && self.is_abandoned.load(Ordering::Relaxed)
    }

    pub(super) fn snapshot(&self) -> Snapshot {
        let now = clock::now();
        self.with(|state| state.snapshot(now))
    }

    pub(super) fn report_rejected(self: &Rc<Self>, token: &Token) {
        let now = clock::now();
        if self.with(|state| state.reject(token, now)) {
            self.handle(Event::Rejected);
        }
    }

    pub(crate) fn close(self: &Rc<Self>) {
        if self.with(|state| state.machine.is_some()) {
            return self.handle(Event::Close);
        }
        if !self.with(|state| std::mem::replace(&mut state.is_closed, true)) {
            self.observer.status(Status::Closed);
            self.drain();
        }
    }

    /// Sends a request, in a later microtask: the app's function may call the source, and must not do so during an
    /// event.
    pub(crate) fn send(self: &Rc<Self>, id: u32, reason: Reason) {
        let abort = if self.observer.keeps_signals() { None } else { AbortController::new().ok() };
        let signal = abort.as_ref().map(AbortController::signal);
        let driver = Rc::clone(self);
        // The task is dropped with the request, whatever it is waiting for.
        let task = Task::spawn(async move {
            let sent_at = clock::now().mono;
            // Before the first token arrives, a request counts toward the limit immediately.
            if driver.with(|state| state.sent(sent_at)) {
                driver.observer.spent(sent_at);
            }
            let refresh_token = driver.with(|state| state.refresh_token_for(id));
            let outcome = driver.options.ask(reason, refresh_token, signal).await;
            if driver.with(|state| state.receive(id, outcome)) {
                driver.observer.answered(&driver, id);
            }
        });
        let before = self.with(|state| state.request.replace(Request::new(id, abort, task)));
        drop(before);
    }

    /// Passes a request's outcome to the machine, if the request is still pending.
    pub(crate) fn receive(self: &Rc<Self>, id: u32) {
        if let Some(event) = self.with(|state| state.take_event(id)) {
            self.handle(event);
        }
    }
}
