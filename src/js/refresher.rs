//! The refresh machine, as JavaScript drives it (`pkg-template/src/driver.ts`): one method an event, each of which also
//! takes what the two clocks show and returns a [`Step`].
//!
//! Times are milliseconds by the clock that is named, durations milliseconds. What is not known is `undefined`, and a
//! token that never expires has `Infinity` left. The driver is part of the package: numbers that make no sense count as
//! the nearest that do.

use crate::refresh::{Action, Answer, Event, Failure, Lifetime, Machine, Now, Policy};
use serde::Serialize;
use wasm_bindgen::{JsCast, prelude::wasm_bindgen};

#[wasm_bindgen(typescript_custom_section)]
const TYPES: &str = r"
/** What the machine wants done after an event, and its state. Times are milliseconds. */
export interface RefreshStep {
  status: 'idle' | 'fetching' | 'ready' | 'refreshing' | 'waiting' | 'failed' | 'closed';
  /** By the wall clock; undefined: not known. */
  nextAttemptAt?: number;
  /** The life that the current token has left; Infinity: it never expires; undefined: there is none. */
  tokenValidForMs?: number;
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
  | { type: 'report'; request: number; cause: 'answer' | 'timeout' | 'expired' | 'sibling'; retryAt?: number }
  | { type: 'settle'; call: number; outcome: 'token' | 'failed' | 'tooShort' | 'closed' }
  | { type: 'status'; status: RefreshStep['status'] }
  | { type: 'lock'; request: number; leftMs: number }
  | { type: 'drain'; request: number }
  | { type: 'unlock' }
  | { type: 'adopt' }
  | { type: 'share'; fresh: boolean; extended: boolean; date?: number }
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
    /// A [`Step`] in JavaScript.
    #[wasm_bindgen(typescript_type = "RefreshStep")]
    #[derive(Debug)]
    pub type JsStep;

    /// An [`Answer`] in JavaScript.
    #[wasm_bindgen(typescript_type = "RefreshAnswer")]
    #[derive(Debug)]
    pub type JsAnswer;

    #[wasm_bindgen(method, getter, js_name = tokenHash)]
    fn token_hash(this: &JsAnswer) -> f64;
    #[wasm_bindgen(method, getter, js_name = expiresAt)]
    fn expires_at(this: &JsAnswer) -> Option<f64>;
    #[wasm_bindgen(method, getter, js_name = issuedAt)]
    fn issued_at(this: &JsAnswer) -> Option<f64>;
    #[wasm_bindgen(method, getter, js_name = statedLifeMs)]
    fn stated_life_ms(this: &JsAnswer) -> Option<f64>;
    #[wasm_bindgen(method, getter, js_name = statedExpiry)]
    fn stated_expiry(this: &JsAnswer) -> Option<f64>;
    #[wasm_bindgen(method, getter, js_name = requestedLifeMs)]
    fn requested_life_ms(this: &JsAnswer) -> Option<f64>;
    #[wasm_bindgen(method, getter)]
    fn date(this: &JsAnswer) -> Option<f64>;
    #[wasm_bindgen(method, getter, js_name = ageMs)]
    fn age_ms(this: &JsAnswer) -> f64;
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

/// What an event is answered with.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Step {
    status: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_attempt_at: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    token_valid_for_ms: Option<f64>,
    actions: Vec<StepAction>,
}

/// An [`Action`] with numbers and words of JavaScript.
#[derive(Debug, Serialize)]
#[serde(tag = "type", rename_all = "camelCase", rename_all_fields = "camelCase")]
enum StepAction {
    Fetch {
        request: u32,
        reason: &'static str,
    },
    Abort {
        request: u32,
    },
    Arm {
        delay_ms: f64,
    },
    Disarm,
    Install {
        request: u32,
    },
    Drop,
    Refuse {
        request: u32,
    },
    Uncertain {
        request: u32,
    },
    Report {
        request: u32,
        cause: &'static str,
        #[serde(skip_serializing_if = "Option::is_none")]
        retry_at: Option<f64>,
    },
    Settle {
        call: u32,
        outcome: &'static str,
    },
    Status {
        status: &'static str,
    },
    Lock {
        request: u32,
        left_ms: f64,
    },
    Drain {
        request: u32,
    },
    Unlock,
    Adopt,
    Share {
        fresh: bool,
        extended: bool,
        #[serde(skip_serializing_if = "Option::is_none")]
        date: Option<f64>,
    },
    ShareFailure,
}

impl From<Action> for StepAction {
    fn from(action: Action) -> Self {
        match action {
            Action::Fetch { request, reason } => StepAction::Fetch { request, reason: reason.as_str() },
            Action::Abort { request } => StepAction::Abort { request },
            Action::Arm { delay } => StepAction::Arm { delay_ms: delay as f64 },
            Action::Disarm => StepAction::Disarm,
            Action::Install { request } => StepAction::Install { request },
            Action::Drop => StepAction::Drop,
            Action::Refuse { request } => StepAction::Refuse { request },
            Action::Uncertain { request } => StepAction::Uncertain { request },
            Action::Report { request, cause, retry_at } => {
                StepAction::Report { request, cause: cause.as_str(), retry_at: retry_at.map(|at| at as f64) }
            }
            Action::Settle { call, outcome } => StepAction::Settle { call, outcome: outcome.as_str() },
            Action::Status(status) => StepAction::Status { status: status.as_str() },
            Action::Lock { request, left } => StepAction::Lock { request, left_ms: millis(left) },
            Action::Drain { request } => StepAction::Drain { request },
            Action::Unlock => StepAction::Unlock,
            Action::Adopt => StepAction::Adopt,
            Action::Share { fresh, extended, date } => {
                StepAction::Share { fresh, extended, date: date.map(|date| date as f64) }
            }
            Action::ShareFailure => StepAction::ShareFailure,
        }
    }
}

type Stepped = Result<JsStep, serde_wasm_bindgen::Error>;

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
    pub fn start(&mut self, wall: f64, mono: f64) -> Stepped {
        self.handle(Event::Start, wall, mono)
    }

    /// [`Event::Get`].
    pub fn get(&mut self, call: u32, min_validity_ms: f64, force: bool, wall: f64, mono: f64) -> Stepped {
        self.handle(Event::Get { call, min_validity: min_validity_ms as i64, force }, wall, mono)
    }

    /// [`Event::Abandon`].
    pub fn abandon(&mut self, call: u32, wall: f64, mono: f64) -> Stepped {
        self.handle(Event::Abandon { call }, wall, mono)
    }

    /// [`Event::Rejected`].
    pub fn rejected(&mut self, wall: f64, mono: f64) -> Stepped {
        self.handle(Event::Rejected, wall, mono)
    }

    /// [`Event::Timer`].
    pub fn timer(&mut self, wall: f64, mono: f64) -> Stepped {
        self.handle(Event::Timer, wall, mono)
    }

    /// [`Event::Wake`].
    pub fn wake(&mut self, wall: f64, mono: f64) -> Stepped {
        self.handle(Event::Wake, wall, mono)
    }

    /// [`Event::Hidden`].
    pub fn hidden(&mut self, wall: f64, mono: f64) -> Stepped {
        self.handle(Event::Hidden, wall, mono)
    }

    /// [`Event::Online`].
    pub fn online(&mut self, wall: f64, mono: f64) -> Stepped {
        self.handle(Event::Online, wall, mono)
    }

    /// [`Event::Offline`].
    pub fn offline(&mut self, wall: f64, mono: f64) -> Stepped {
        self.handle(Event::Offline, wall, mono)
    }

    /// [`Event::Vended`].
    pub fn vended(&mut self, request: u32, answer: &JsAnswer, wall: f64, mono: f64) -> Stepped {
        let answer = Answer {
            token_hash: answer.token_hash() as u64,
            expires_at: answer.expires_at().map(|at| at as i64),
            issued_at: answer.issued_at().map(|at| at as i64),
            stated_life: answer.stated_life_ms().map(|ms| ms as i64),
            stated_expiry: answer.stated_expiry().map(|at| at as i64),
            requested_life: answer.requested_life_ms().map(|ms| ms as i64),
            date: answer.date().map(|at| at as i64),
            age: answer.age_ms() as i64,
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
    ) -> Stepped {
        self.handle(Event::Failed { request, failure: failure.with(retry_after_ms) }, wall, mono)
    }

    /// [`Event::Close`].
    pub fn close(&mut self, wall: f64, mono: f64) -> Stepped {
        self.handle(Event::Close, wall, mono)
    }

    /// [`Event::Locked`].
    pub fn locked(&mut self, request: u32, wall: f64, mono: f64) -> Stepped {
        self.handle(Event::Locked { request }, wall, mono)
    }

    /// [`Event::Drained`].
    pub fn drained(&mut self, request: u32, wall: f64, mono: f64) -> Stepped {
        self.handle(Event::Drained { request }, wall, mono)
    }

    /// [`Event::PriorRequest`].
    #[wasm_bindgen(js_name = priorRequest)]
    pub fn prior_request(&mut self, age_ms: f64, wall: f64, mono: f64) -> Stepped {
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
    ) -> Stepped {
        let event = Event::SiblingToken {
            token_hash: token_hash as u64,
            life: lifetime(left_ms),
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
    ) -> Stepped {
        self.handle(Event::SiblingFailed { own_fault, failure: failure.with(retry_after_ms) }, wall, mono)
    }

    /// [`Event::SiblingAsked`].
    #[wasm_bindgen(js_name = siblingAsked)]
    pub fn sibling_asked(&mut self, left_ms: f64, wall: f64, mono: f64) -> Stepped {
        self.handle(Event::SiblingAsked { left: lifetime(left_ms) }, wall, mono)
    }

    fn handle(&mut self, event: Event, wall: f64, mono: f64) -> Stepped {
        let actions = self.machine.handle(event, now(wall, mono));
        let step = Step {
            status: self.machine.status().as_str(),
            next_attempt_at: self.machine.refresh_at().map(|at| at as f64),
            token_valid_for_ms: self.machine.token_valid_for().map(millis),
            actions: actions.into_iter().map(StepAction::from).collect(),
        };
        serde_wasm_bindgen::to_value(&step).map(JsCast::unchecked_into)
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

fn lifetime(ms: f64) -> Lifetime {
    if ms == f64::INFINITY { Lifetime::Forever } else { Lifetime::Millis(ms as i64) }
}

fn millis(life: Lifetime) -> f64 {
    life.millis().map_or(f64::INFINITY, |ms| ms as f64)
}
