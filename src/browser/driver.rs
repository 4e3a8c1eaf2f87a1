//! Carries out what the refresh machine decides: requests, the timer, and word to callers and watchers.
//!
//! Every event goes through [`Driver::handle`]. Its actions wait in a queue while those before them are carried out, so
//! whoever is called back may call again. No state is borrowed while JavaScript or an app's function runs.

mod carry_out;
mod sharing;
mod state;

use super::answer::{Failed, Vended};
use super::clock;
use super::get::{GetToken, Outcome};
use super::options::Options;
use super::page;
use super::snapshot::{Changed, Snapshot};
use super::tabs::Tabs;
use crate::refresh::{Action, Event, Machine, Reason};
use crate::token::Token;
use futures_channel::oneshot::{self, Receiver};
use js_sys::Math;
use state::{Request, State, Watcher};
use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};
use wasm_bindgen_futures::spawn_local;
use web_sys::AbortController;

/// What `Math.random` has: 53 bits.
const SEEDS: f64 = 9_007_199_254_740_992.0;

/// Drives one source.
pub(super) struct Driver {
    options: Options,
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
    pub(super) fn new(options: Options, is_abandoned: Arc<AtomicBool>) -> Rc<Self> {
        Rc::new(Driver {
            options,
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
    pub(super) fn start(self: &Rc<Self>) {
        if self.begin() {
            self.handle(Event::Start);
        }
    }

    /// Makes the machine, and listens to the page and to siblings. False if that was done before.
    fn begin(self: &Rc<Self>) -> bool {
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
        let driver = Rc::downgrade(self);
        listeners.extend(page::watch(move |event| {
            if let Some(driver) = driver.upgrade() {
                driver.handle(event);
            }
        }));
        self.with(|state| state.listeners = listeners);
        true
    }

    /// Tells the machine of an event, and carries out what it decides.
    fn handle(self: &Rc<Self>, event: Event) {
        let event = if self.is_abandoned.load(Ordering::Relaxed) { Event::Close } else { event };
        let Some(actions) = self.with(|state| state.step(event, clock::now())) else { return };
        self.queue.borrow_mut().push_back(actions);
        self.drain();
    }

    /// Carries out what is in the queue, and tells of news until there is none. Whoever is already doing that does this
    /// as well.
    fn drain(self: &Rc<Self>) {
        let Some(_busy) = Busy::begin(&self.is_busy) else { return };
        loop {
            let next = self.queue.borrow_mut().pop_front();
            let is_done = next.is_none();
            for action in next.into_iter().flatten() {
                self.carry_out(action);
            }
            if !self.publish() && is_done {
                break;
            }
        }
    }

    /// Tells watchers and streams, if there is news. False if there is none.
    fn publish(&self) -> bool {
        if !self.with(|state| std::mem::take(&mut state.has_news)) {
            return false;
        }
        let (wakers, watchers) = self.with(|state| (std::mem::take(&mut state.wakers), state.watchers.clone()));
        for waker in wakers {
            waker.wake();
        }
        let snapshot = self.snapshot();
        for watcher in watchers {
            watcher.call(&snapshot);
        }
        self.prune();
        true
    }

    /// Lets go of watchers that have ended; of all, once the source is closed and they have heard of it.
    pub(super) fn prune(&self) {
        let ended = self.with(|state| state.take_ended_watchers());
        // What they captured may be the last handle of a source, this one's too.
        drop(ended);
    }

    pub(super) fn get(self: &Rc<Self>, options: GetToken) -> (u32, Receiver<Outcome>) {
        self.begin();
        let GetToken { min_validity, force_refresh } = options;
        let (caller, receiver) = oneshot::channel();
        let call = self.with(|state| state.add_caller(caller));
        let min_validity = i64::try_from(min_validity.as_millis()).unwrap_or(i64::MAX);
        self.handle(Event::Get { call, min_validity, force: force_refresh });
        (call, receiver)
    }

    /// A caller no longer waits.
    pub(super) fn abandon(self: &Rc<Self>, call: u32) {
        if self.with(|state| state.callers.remove(&call)).is_some() {
            self.handle(Event::Abandon { call });
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

    /// The next token after `last`; for streams.
    pub(super) fn poll_next(
        self: &Rc<Self>,
        last: Option<&Arc<Token>>,
        context: &Context<'_>,
    ) -> Poll<Option<Arc<Token>>> {
        self.start();
        let waker = context.waker().clone();
        let snapshot = self.snapshot();
        match snapshot.token {
            Some(token) if !last.is_some_and(|last| Arc::ptr_eq(last, &token)) => Poll::Ready(Some(token)),
            _ if self.is_closed() => Poll::Ready(None),
            _ => {
                self.with(|state| state.add_waker(waker));
                Poll::Pending
            }
        }
    }

    pub(super) fn watch(self: &Rc<Self>, changed: Changed, ended: Arc<AtomicBool>) {
        let watcher = Watcher::new(changed, ended);
        self.start();
        self.with(|state| state.watchers.push(watcher.clone()));
        // What it changes waits until it has returned, or it would not hear of it.
        let busy = Busy::begin(&self.is_busy);
        watcher.call(&self.snapshot());
        drop(busy);
        self.drain();
        self.prune();
    }

    pub(super) fn report_rejected(self: &Rc<Self>, token: &Token) {
        let now = clock::now();
        if self.with(|state| state.reject(token, now)) {
            self.handle(Event::Rejected);
        }
    }

    pub(super) fn close(self: &Rc<Self>) {
        if self.with(|state| state.machine.is_some()) {
            return self.handle(Event::Close);
        }
        self.with(|state| {
            state.is_closed = true;
            state.has_news = true;
        });
        self.drain();
    }

    /// A request is over.
    fn settle_request(self: &Rc<Self>, id: u32, outcome: Result<Vended, Failed>) {
        // One that was given up meanwhile is of no interest.
        let Some(event) = self.with(|state| state.receive(id, outcome)) else { return };
        self.handle(event);
    }

    /// Sends a request, though not in the midst of an event: the app's function may call back.
    fn send(self: &Rc<Self>, id: u32, reason: Reason) {
        let Ok(abort) = AbortController::new() else { return };
        let signal = abort.signal();
        let (given_up, mut is_given_up) = oneshot::channel();
        let request = Request::new(id, abort, given_up);
        let (refresh_token, before) = self.with(|state| state.begin_request(request));
        drop(before);
        let driver = Rc::clone(self);
        spawn_local(async move {
            let outcome = {
                // Not begun before the first poll, and dropped, whatever it waits for, when the request is over.
                let mut ask = pin!(driver.options.ask(reason, refresh_token, signal));
                let answer = poll_fn(|context| match Pin::new(&mut is_given_up).poll(context) {
                    Poll::Ready(_) => Poll::Ready(None),
                    Poll::Pending => ask.as_mut().poll(context).map(Some),
                });
                answer.await
            };
            if let Some(outcome) = outcome {
                driver.settle_request(id, outcome);
            }
        });
    }
}
