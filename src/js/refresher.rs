//! The refresh machine, as JavaScript drives it (`pkg-template/src/driver.ts`): one method an event, each of which also
//! takes what the two clocks show and returns a [`JsStep`].
//!
//! Times are milliseconds by the clock that is named, durations milliseconds. What is not known is `undefined`, and a
//! token that never expires has `Infinity` left. The driver is part of the package: numbers that make no sense count as
//! the nearest that do.

use crate::plain::{Plain, Properties};
use crate::refresh::{Action, Answer, Event, Failure, Lifetime, Machine, Now, Policy};
use js_sys::Array;
use wasm_bindgen::{JsCast, JsValue, prelude::wasm_bindgen};

#[wasm_bindgen(typescript_custom_section)]
const TYPES: &str = r"
/** What the machine wants done after an event, and its state. Times are milliseconds. */
export interface RefreshStep {
  status: 'idle' | 'fetching' | 'ready' | 'refreshing' | 'waiting' | 'failed' | 'closed';
  /** By the wall clock; undefined: not known. */
  nextAttemptAt: number | undefined;
  /** The life that the current token has left; Infinity: it never expires; undefined: there is none. */
  tokenValidForMs: number | undefined;
  /** To be carried out in this order. */
  actions: RefreshAction[];
}

/** What each is for, `Action` in src/refresh/action.rs says. */
export type RefreshAction =
  | { type: 'fetch'; request: number; reason: 'first' | 'refresh' | 'rejected' | 'forced' }
  | { type: 'abort'; request: number }
  | { type: 'arm'; delayMs: number }
  | { type: 'disarm' }
  | { type: 'install'; request: number }
  | { type: 'drop' }
  | { type: 'refuse'; request: number }
  | { type: 'uncertain'; request: number }
  | { type: 'report'; request: number; cause: 'answer' | 'timeout' | 'expired' | 'sibling'; retryAt: number | undefined }
  | { type: 'settle'; call: number; outcome: 'token' | 'failed' | 'tooShort' | 'closed' }
  | { type: 'status'; status: RefreshStep['status'] }
  | { type: 'lock'; request: number; leftMs: number }
  | { type: 'drain'; request: number }
  | { type: 'unlock' }
  | { type: 'adopt' }
  | { type: 'share'; fresh: boolean; extended: boolean; date: number | undefined }
  | { type: 'shareFailure' };

/** What is known of a token's life, `Answer` in src/refresh/life/answer.rs. */
export interface RefreshAnswer extends TokenLife {
  /** Up to 53 bits of a hash of its bytes. */
  tokenHash: number;
  requestedLifeMs: number | undefined;
  date: number | undefined;
  ageMs: number;
}
";

#[wasm_bindgen]
extern "C" {
    /// What an event is answered with: the actions, and the machine's state.
    #[wasm_bindgen(typescript_type = "RefreshStep")]
    #[derive(Debug)]
    pub type JsStep;

    /// An [`Answer`] in JavaScript.
    #[wasm_bindgen(typescript_type = "RefreshAnswer")]
    #[derive(Debug)]
    pub type JsAnswer;
}

/// What a failed request calls for, [`Failure`] in JavaScript.
#[wasm_bindgen]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RefreshFailure {
    /// [`Failure::Retry`].
    Retry = "retry",
    /// [`Failure::Malformed`].
    Malformed = "malformed",
    /// [`Failure::Terminal`].
    Terminal = "terminal",
}

/// An [`Action`] with numbers and words of JavaScript.
fn to_js(action: Action) -> JsValue {
    let of_type = |name: &str| Plain::new().with("type", name);
    let plain = match action {
        Action::Fetch { request, reason } => of_type("fetch").with("request", request).with("reason", reason.as_str()),
        Action::Abort { request } => of_type("abort").with("request", request),
        Action::Arm { delay } => of_type("arm").with("delayMs", delay as f64),
        Action::Disarm => of_type("disarm"),
        Action::Install { request } => of_type("install").with("request", request),
        Action::Drop => of_type("drop"),
        Action::Refuse { request } => of_type("refuse").with("request", request),
        Action::Uncertain { request } => of_type("uncertain").with("request", request),
        Action::Report { request, cause, retry_at } => {
            of_type("report").with("request", request).with("cause", cause.as_str()).with("retryAt", time(retry_at))
        }
        Action::Settle { call, outcome } => of_type("settle").with("call", call).with("outcome", outcome.as_str()),
        Action::Status(status) => of_type("status").with("status", status.as_str()),
        Action::Lock { request, left } => of_type("lock").with("request", request).with("leftMs", left.to_js()),
        Action::Drain { request } => of_type("drain").with("request", request),
        Action::Unlock => of_type("unlock"),
        Action::Adopt => of_type("adopt"),
        Action::Share { fresh, extended, date } => {
            of_type("share").with("fresh", fresh).with("extended", extended).with("date", time(date))
        }
        Action::ShareFailure => of_type("shareFailure"),
    };
    plain.into()
}

/// One source's machine. The package keeps it to itself. Each method but the constructor is an [`Event`] and takes what
/// the wall clock (`Date.now()`) and the monotonic clock (`performance.now()`) show.
#[wasm_bindgen]
#[derive(Debug)]
pub struct Refresher {
    machine: Machine,
}

#[wasm_bindgen]
impl Refresher {
    /// Makes a machine. The package has checked the window and the timeout; should they be out of range all the same, the
    /// defaults hold. `shared`: it has siblings. `seed`: up to 53 random bits, from `Math.random`.
    #[wasm_bindgen(constructor)]
    pub fn new(
        window_from: f32,
        window_to: f32,
        timeout_ms: f64,
        shared: bool,
        seed: f64,
        wall: f64,
        mono: f64,
    ) -> Refresher {
        let policy = Policy::new((window_from, window_to), timeout_ms as i64).unwrap_or_default();
        let make = if shared { Machine::in_group } else { Machine::new };
        Refresher { machine: make(policy, seed as u64, now(wall, mono)) }
    }

    /// [`Event::Start`].
    pub fn start(&mut self, wall: f64, mono: f64) -> JsStep {
        self.handle(Event::Start, wall, mono)
    }

    /// [`Event::Get`].
    pub fn get(&mut self, call: u32, min_validity_ms: f64, force: bool, wall: f64, mono: f64) -> JsStep {
        self.handle(Event::Get { call, min_validity: min_validity_ms as i64, force }, wall, mono)
    }

    /// [`Event::Abandon`].
    pub fn abandon(&mut self, call: u32, wall: f64, mono: f64) -> JsStep {
        self.handle(Event::Abandon { call }, wall, mono)
    }

    /// [`Event::Rejected`].
    pub fn rejected(&mut self, wall: f64, mono: f64) -> JsStep {
        self.handle(Event::Rejected, wall, mono)
    }

    /// [`Event::Timer`].
    pub fn timer(&mut self, wall: f64, mono: f64) -> JsStep {
        self.handle(Event::Timer, wall, mono)
    }

    /// [`Event::Wake`].
    pub fn wake(&mut self, wall: f64, mono: f64) -> JsStep {
        self.handle(Event::Wake, wall, mono)
    }

    /// [`Event::Hidden`].
    pub fn hidden(&mut self, wall: f64, mono: f64) -> JsStep {
        self.handle(Event::Hidden, wall, mono)
    }

    /// [`Event::Online`].
    pub fn online(&mut self, wall: f64, mono: f64) -> JsStep {
        self.handle(Event::Online, wall, mono)
    }

    /// [`Event::Offline`].
    pub fn offline(&mut self, wall: f64, mono: f64) -> JsStep {
        self.handle(Event::Offline, wall, mono)
    }

    /// [`Event::Vended`].
    pub fn vended(&mut self, request: u32, answer: &JsAnswer, wall: f64, mono: f64) -> JsStep {
        let answer: &Properties = answer.unchecked_ref();
        let ms = |name: &str| answer.number(name).map(|ms| ms as i64);
        let answer = Answer {
            token_hash: answer.number("tokenHash").unwrap_or_default() as u64,
            expires_at: ms("expiresAt"),
            issued_at: ms("issuedAt"),
            stated_life: ms("statedLifeMs"),
            stated_expiry: ms("statedExpiry"),
            requested_life: ms("requestedLifeMs"),
            date: ms("date"),
            age: ms("ageMs").unwrap_or_default(),
        };
        self.handle(Event::Vended { request, answer }, wall, mono)
    }

    /// [`Event::Failed`].
    pub fn failed(
        &mut self,
        request: u32,
        failure: RefreshFailure,
        retry_after_ms: Option<f64>,
        wall: f64,
        mono: f64,
    ) -> JsStep {
        self.handle(Event::Failed { request, failure: failure.with(retry_after_ms) }, wall, mono)
    }

    /// [`Event::Close`].
    pub fn close(&mut self, wall: f64, mono: f64) -> JsStep {
        self.handle(Event::Close, wall, mono)
    }

    /// [`Event::Locked`].
    pub fn locked(&mut self, request: u32, wall: f64, mono: f64) -> JsStep {
        self.handle(Event::Locked { request }, wall, mono)
    }

    /// [`Event::Drained`].
    pub fn drained(&mut self, request: u32, wall: f64, mono: f64) -> JsStep {
        self.handle(Event::Drained { request }, wall, mono)
    }

    /// [`Event::PriorRequest`].
    #[wasm_bindgen(js_name = priorRequest)]
    pub fn prior_request(&mut self, age_ms: f64, wall: f64, mono: f64) -> JsStep {
        self.handle(Event::PriorRequest { age: age_ms as i64 }, wall, mono)
    }

    /// [`Event::SiblingToken`].
    #[wasm_bindgen(js_name = siblingToken)]
    #[expect(clippy::too_many_arguments, reason = "two of them are the clocks")]
    pub fn sibling_token(
        &mut self,
        token_hash: f64,
        left_ms: f64,
        fresh: bool,
        extended: bool,
        date: Option<f64>,
        wall: f64,
        mono: f64,
    ) -> JsStep {
        let event = Event::SiblingToken {
            token_hash: token_hash as u64,
            life: Lifetime::from_js(left_ms),
            fresh,
            extended,
            date: date.map(|at| at as i64),
        };
        self.handle(event, wall, mono)
    }

    /// [`Event::SiblingFailed`].
    #[wasm_bindgen(js_name = siblingFailed)]
    pub fn sibling_failed(
        &mut self,
        failure: RefreshFailure,
        retry_after_ms: Option<f64>,
        own_fault: bool,
        wall: f64,
        mono: f64,
    ) -> JsStep {
        self.handle(Event::SiblingFailed { own_fault, failure: failure.with(retry_after_ms) }, wall, mono)
    }

    /// [`Event::SiblingAsked`].
    #[wasm_bindgen(js_name = siblingAsked)]
    pub fn sibling_asked(&mut self, left_ms: f64, wall: f64, mono: f64) -> JsStep {
        self.handle(Event::SiblingAsked { left: Lifetime::from_js(left_ms) }, wall, mono)
    }

    fn handle(&mut self, event: Event, wall: f64, mono: f64) -> JsStep {
        let actions = self.machine.handle(event, now(wall, mono));
        let step = Plain::new()
            .with("status", self.machine.status().as_str())
            .with("nextAttemptAt", time(self.machine.refresh_at()))
            .with("tokenValidForMs", self.machine.token_valid_for().map(Lifetime::to_js))
            .with("actions", actions.into_iter().map(to_js).collect::<Array>());
        JsValue::from(step).unchecked_into()
    }
}

impl RefreshFailure {
    /// With what `Retry-After` asks for.
    fn with(self, retry_after_ms: Option<f64>) -> Failure {
        match self {
            RefreshFailure::Terminal => Failure::Terminal,
            RefreshFailure::Malformed => Failure::Malformed,
            // Any other word is none that the package has.
            RefreshFailure::Retry | RefreshFailure::__Invalid => {
                Failure::Retry { after: retry_after_ms.map(|ms| ms as i64) }
            }
        }
    }
}

fn now(wall: f64, mono: f64) -> Now {
    Now { wall: wall as i64, mono: mono as i64 }
}

fn time(ms: Option<i64>) -> Option<f64> {
    ms.map(|ms| ms as f64)
}
