//! Carries out what the refresh machine decides: timer, request, page events, and word to the package.

use super::{block, options, page::Page, request, timer::Timer};
use crate::refresh::{Action, Cause, Event, Machine, Now, Outcome, Policy, Reason, Status};
use crate::token::{DecodeOptions, Token};
use alloc::collections::VecDeque;
use alloc::rc::{Rc, Weak};
use alloc::string::String;
use core::cell::RefCell;
use js_sys::{Date, Math, Promise};
use wasm_bindgen::{JsValue, prelude::wasm_bindgen};
use wasm_bindgen_futures::spawn_local;
use web_sys::{AbortController, AbortSignal};

#[wasm_bindgen]
extern "C" {
    /// The package's side of one source. Each method may run the app's listeners, which may call back.
    pub type Host;
    /// Sends the request: a promise of a `Response`, text or object.
    #[wasm_bindgen(method)]
    pub(super) fn open(this: &Host, reason: &str, signal: &AbortSignal) -> Promise;
    /// The app gave a function, not a URL.
    #[wasm_bindgen(method, js_name = isFunction)]
    pub(super) fn is_function(this: &Host) -> bool;
    /// A new token is in hand, as the parts of a [`block`], good for `life` milliseconds from now.
    #[wasm_bindgen(method)]
    fn install(this: &Host, text: &[u8], table: &[u32], life: f64);
    /// There is no token in hand any more.
    #[wasm_bindgen(method, js_name = drop)]
    fn drop_token(this: &Host);
    /// An attempt failed. `status` is 0 where there was no answer; `retry_at` is NaN where no attempt follows by itself.
    #[wasm_bindgen(method)]
    fn report(this: &Host, code: &str, message: &str, status: u16, retry_at: f64, cause: &JsValue);
    /// Answers a caller: 0 the token in hand, 1 the error reported last, 2 too short, 3 closed.
    #[wasm_bindgen(method)]
    fn settle(this: &Host, call: u32, outcome: u8);
    /// The status is no longer what it was.
    #[wasm_bindgen(method, js_name = statusChanged)]
    fn status_changed(this: &Host, status: &str);
    /// First thing after every event, so that listeners see it: the status, and when the next attempt is due by the wall clock
    /// in milliseconds (NaN where none is).
    #[wasm_bindgen(method)]
    fn outlook(this: &Host, status: &str, refresh_at: f64);
    /// Last thing after every event: for how many milliseconds from now the token in hand is good (0 where there is none).
    #[wasm_bindgen(method)]
    fn life(this: &Host, life: f64);

    /// The monotonic clock, in milliseconds. Windows, workers and servers all have it.
    #[wasm_bindgen(js_namespace = performance, js_name = now)]
    fn monotonic_now() -> f64;
}

fn now() -> Now {
    Now { wall: Date::now() as i64, mono: monotonic_now() as i64 }
}

/// A request in the air, or just landed.
struct Flight {
    id: u32,
    abort: AbortController,
    landed: Option<Result<Token, request::Fault>>,
}

/// One source's machine and what it holds on to.
pub(super) struct Driver {
    host: Host,
    options: DecodeOptions,
    machine: RefCell<Machine>,
    /// Actions not yet carried out. A listener may call back in the midst of one: what that brings waits for its turn.
    queue: RefCell<VecDeque<Action>>,
    flight: RefCell<Option<Flight>>,
    timer: RefCell<Option<Timer>>,
    page: RefCell<Option<Page>>,
    busy: RefCell<bool>,
    /// Itself, for the closures that outlive a call.
    me: Weak<Driver>,
}

impl Driver {
    /// Tells the machine, and does what it says. No borrow is held while JavaScript runs.
    pub(super) fn dispatch(&self, event: Event) {
        let (actions, status, due) = {
            let mut machine = self.machine.borrow_mut();
            (machine.handle(event, now()), machine.status(), machine.refresh_at())
        };
        self.host.outlook(status_name(status), due.map_or(f64::NAN, |at| at as f64));
        self.queue.borrow_mut().extend(actions);
        if self.busy.replace(true) {
            return;
        }
        loop {
            let action = self.queue.borrow_mut().pop_front();
            match action {
                Some(action) => self.perform(action),
                None => break,
            }
        }
        self.busy.replace(false);
        self.host.life(self.life());
    }

    /// Milliseconds for which the token in hand is good, as of the last event; infinite where it never expires.
    fn life(&self) -> f64 {
        match self.machine.borrow().token_valid_for() {
            None => 0.0,
            Some(i64::MAX) => f64::INFINITY,
            Some(left) => left as f64,
        }
    }

    fn perform(&self, action: Action) {
        match action {
            Action::Arm { delay } => {
                let me = self.me.clone();
                let timer = Timer::new(delay as i32, move || {
                    if let Some(driver) = me.upgrade() {
                        driver.dispatch(Event::Timer);
                    }
                });
                self.timer.replace(Some(timer));
            }
            Action::Disarm => drop(self.timer.take()),
            Action::Fetch { flight, reason } => self.fetch(flight, reason),
            Action::Abort { .. } => {
                if let Some(flight) = self.flight.take() {
                    flight.abort.abort();
                }
            }
            Action::Install { .. } => self.install(),
            Action::Refuse { .. } => drop(self.flight.take()),
            Action::Drop => self.host.drop_token(),
            Action::Report { cause, retry_at, .. } => self.report(cause, retry_at),
            Action::Settle { call, outcome } => self.host.settle(
                call,
                match outcome {
                    Outcome::Token => 0,
                    Outcome::Failed { .. } => 1,
                    Outcome::TooShort => 2,
                    Outcome::Closed => 3,
                },
            ),
            Action::Status(status) => {
                if status == Status::Closed {
                    drop(self.page.take());
                }
                self.host.status_changed(status_name(status));
            }
        }
    }

    fn fetch(&self, id: u32, reason: Reason) {
        // It exists wherever fetch does; without it no request can be bounded, and none is sent.
        let Ok(abort) = AbortController::new() else { return };
        let signal = abort.signal();
        self.flight.replace(Some(Flight { id, abort, landed: None }));
        let me = self.me.clone();
        spawn_local(async move {
            let Some(driver) = me.upgrade() else { return };
            let outcome = request::vend(&driver.host, reason_name(reason), &signal, &driver.options).await;
            driver.land(id, outcome);
        });
    }

    /// A request came back. One that was given up meanwhile is of no interest.
    fn land(&self, id: u32, outcome: request::Outcome) {
        let request::Outcome { result, server_now } = outcome;
        let event = match &result {
            Ok(token) => Event::Vended { flight: id, expires_at: token.expires_at(), server_now },
            Err(fault) => Event::Failed { flight: id, failure: fault.failure },
        };
        match self.flight.borrow_mut().as_mut() {
            Some(flight) if flight.id == id => flight.landed = Some(result),
            _ => return,
        }
        self.dispatch(event);
    }

    fn install(&self) {
        let flight = self.flight.take();
        if let Some(Ok(token)) = flight.and_then(|flight| flight.landed) {
            let block = block::of_token(token);
            self.host.install(block.text(), &block.table, self.life());
        }
    }

    fn report(&self, cause: Cause, retry_at: Option<i64>) {
        let retry_at = retry_at.map_or(f64::NAN, |at| at as f64);
        let undefined = JsValue::UNDEFINED;
        match cause {
            Cause::Timeout => self.host.report(
                "ERR_VEND_TIMEOUT",
                "expected an answer from the vending service in time, found none; see `requestTimeoutMs`",
                0,
                retry_at,
                &undefined,
            ),
            Cause::Expired => self.host.report(
                "ERR_VEND_EXPIRED",
                "expected a valid token from the vending service, found one that had expired; does the service cache tokens, or is a clock wrong?",
                0,
                retry_at,
                &undefined,
            ),
            Cause::Answer => {
                let flight = self.flight.take();
                if let Some(Err(fault)) = flight.and_then(|flight| flight.landed) {
                    self.host.report(fault.code, &fault.message, fault.status.unwrap_or(0), retry_at, &fault.cause);
                }
            }
        }
    }
}

fn reason_name(reason: Reason) -> &'static str {
    match reason {
        Reason::First => "first",
        Reason::Refresh => "refresh",
        Reason::Rejected => "rejected",
        Reason::Forced => "forced",
    }
}

fn status_name(status: Status) -> &'static str {
    match status {
        Status::Idle => "idle",
        Status::Fetching => "fetching",
        Status::Ready => "ready",
        Status::Refreshing => "refreshing",
        Status::Waiting => "waiting",
        Status::Failed => "failed",
        Status::Closed => "closed",
    }
}

/// The package's handle on a driver. It is never shown to an app.
#[wasm_bindgen(js_name = Driver)]
pub struct Handle(Rc<Driver>);

#[wasm_bindgen(js_class = Driver)]
impl Handle {
    /// The package has checked the numbers; should they be out of range all the same, the defaults hold.
    #[wasm_bindgen(constructor)]
    pub fn new(host: Host, decode: Option<String>, window_from: f32, window_to: f32, timeout: f64) -> Handle {
        let policy = Policy::new((window_from, window_to), timeout as i64).unwrap_or_default();
        // 53 random bits: what Math.random has.
        let seed = (Math::random() * 9_007_199_254_740_992.0) as u64;
        let driver = Rc::new_cyclic(|me| Driver {
            host,
            options: options::read(decode.as_deref().unwrap_or_default().as_bytes()),
            machine: RefCell::new(Machine::new(policy, seed, now())),
            queue: RefCell::default(),
            flight: RefCell::default(),
            timer: RefCell::default(),
            page: RefCell::new(Some(Page::watch(me))),
            busy: RefCell::new(false),
            me: me.clone(),
        });
        if super::page::is_offline() {
            driver.dispatch(Event::Offline);
        }
        Handle(driver)
    }

    /// Begins.
    pub fn start(&self) {
        self.0.dispatch(Event::Start);
    }

    /// A caller, by its number, asks for a token with so many milliseconds left.
    pub fn get(&self, call: u32, min_validity: f64, force: bool) {
        self.0.dispatch(Event::Get { call, min_validity: min_validity as i64, force });
    }

    /// A caller no longer waits.
    pub fn abandon(&self, call: u32) {
        self.0.dispatch(Event::Abandon { call });
    }

    /// The token in hand was refused by the service it was sent to.
    pub fn rejected(&self) {
        self.0.dispatch(Event::Rejected);
    }

    /// The end.
    pub fn close(&self) {
        self.0.dispatch(Event::Close);
    }
}
