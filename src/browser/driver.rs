//! Carries out what the refresh machine decides: requests, the timer, and word to the observer.
//!
//! Every event goes through [`Driver::handle`]. Its actions wait in a queue while those before them are carried out, so
//! whoever is called back may call again. No state is borrowed while JavaScript or an app's function runs.

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

/// What `Math.random` has: 53 bits.
const SEEDS: f64 = 9_007_199_254_740_992.0;

/// Drives one source.
pub(crate) struct Driver {
    options: Rc<Options<dyn Ask>>,
    observer: Rc<dyn Observer>,
    /// It was closed, or the last handle dropped, on a thread that could not do that.
    is_abandoned: Arc<AtomicBool>,
    state: RefCell<State>,
    tabs: RefCell<Option<Rc<Tabs<Driver>>>>,
    /// What the machine has decided and is not yet done: the actions of one event each.
    queue: RefCell<VecDeque<Vec<Action>>>,
    is_busy: Cell<bool>,
}

/// Resets the flag however its scope is left.
struct Busy<'a>(&'a Cell<bool>);

impl<'a> Busy<'a> {
    /// `None` if it is busy.
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

    /// Looks at the state, or changes it. Nothing else may run meanwhile.
    fn with<T>(&self, look: impl FnOnce(&mut State) -> T) -> T {
        look(&mut self.state.borrow_mut())
    }

    /// Begins, unless it has.
    pub(crate) fn start(self: &Rc<Self>) {
        if self.begin() {
            self.handle(Event::Start);
        }
    }

    /// Makes the machine, and listens to the page and to siblings. False if that was done before.
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
        // First: a page that is back opens its channel before it is told that it woke.
        let mut listeners = self.watch_page_cache();
        // Where the observer keeps the time there is no page either.
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

    /// Tells the machine of an event, and carries out what it decides.
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

    /// Carries out what is in the queue, until the observer brings about nothing more. Whoever is already doing that does
    /// this as well.
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

    /// Calls this; what it brings about waits until it has returned.
    pub(super) fn hold_back(self: &Rc<Self>, run: impl FnOnce()) {
        let busy = Busy::begin(&self.is_busy);
        run();
        drop(busy);
        self.drain();
    }

    /// The token in hand, or where there is none any more the last one, was rejected.
    #[cfg(feature = "js")]
    pub(crate) fn reject_last(self: &Rc<Self>) {
        if self.with(State::reject_last) {
            self.handle(Event::Rejected);
        }
    }

    pub(super) fn is_closed(&self) -> bool {
        self.with(|state| state.is_closed)
    }

    /// It does nothing any more or has not begun, and no handle is left.
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

    /// Sends a request, though not in the midst of an event: the app's function may call back.
    pub(crate) fn send(self: &Rc<Self>, id: u32, reason: Reason) {
        let abort = if self.observer.keeps_signals() { None } else { AbortController::new().ok() };
        let signal = abort.as_ref().map(AbortController::signal);
        let driver = Rc::clone(self);
        // It ends, whatever it waits for, with the request.
        let task = Task::spawn(async move {
            let sent_at = clock::now().mono;
            // Before there was any token it counts against the limit at once.
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

    /// Tells the machine of a request's answer, if the request is still under way.
    pub(crate) fn receive(self: &Rc<Self>, id: u32) {
        if let Some(event) = self.with(|state| state.take_event(id)) {
            self.handle(event);
        }
    }
}
