//! The refresh machine, spoken to in numbers: events in, and a flat list of actions out, which the package carries out
//! (`pkg-template/src/driver.ts`).
//!
//! An event is its number and up to three more; what an event does not need is ignored, and an unknown event is no event.
//!
//! | event | | | |
//! | --- | --- | --- | --- |
//! | 0 Start | | | |
//! | 1 Get | call | least life, ms | 1 to insist on a new token |
//! | 2 Abandon | call | | |
//! | 3 Rejected | | | |
//! | 4 Timer | | | |
//! | 5 Wake | | | |
//! | 6 Online | | | |
//! | 7 Offline | | | |
//! | 8 Vended | flight | expiry, ms since the epoch; infinite: never | the server's time; NaN: not known |
//! | 9 Failed | flight | `Retry-After` in ms; NaN: none | failure |
//! | 10 Close | | | |
//! | 11 Locked | flight | | |
//! | 12 Heard | life left, ms; infinite: never ends | 1 for a fresh token | |
//! | 13 HeardFailed | | as Failed | as Failed |
//! | 14 Asked | life left, ms | | |
//!
//! The answer begins with how many numbers follow, and then the state after the event: the status by its number, when the next attempt is due (NaN: not known), and
//! for how many milliseconds the token in hand is good (NaN: none in hand, infinite: it never expires). Then the actions, each its
//! number and what belongs to it:
//!
//! | action | | | |
//! | --- | --- | --- | --- |
//! | 0 Fetch | flight | reason | |
//! | 1 Abort | flight | | |
//! | 2 Arm | delay, ms | | |
//! | 3 Disarm | | | |
//! | 4 Install | flight | | |
//! | 5 Drop | | | |
//! | 6 Refuse | flight | | |
//! | 7 Report | flight | cause | when the next attempt follows; NaN: none does |
//! | 8 Settle | call | outcome | |
//! | 9 Status | status | | |
//! | 10 Lock | flight | life left, ms; infinite: never ends | |
//! | 11 Unlock | | | |
//! | 12 Adopt | | | |
//! | 13 Share | 1 for a fresh token | | |
//! | 14 ShareFailure | | | |
//!
//! Statuses, reasons, causes and outcomes are numbered as they are declared in [`crate::refresh`]. A failure is 0 where it may pass,
//! 1 where it is terminal, 2 where the answer was malformed.

use crate::refresh::{Action, Event, Failure, Machine, Now, Outcome, Policy};
use alloc::vec::Vec;
use wasm_bindgen::prelude::wasm_bindgen;

/// One source's machine. The package keeps it to itself.
#[wasm_bindgen]
pub struct Refresher {
    machine: Machine,
    /// The last answer, which the package reads where it lies.
    out: Vec<f64>,
}

/// Numbers before the first action.
const HEAD: usize = 4;

#[wasm_bindgen]
impl Refresher {
    /// The package has checked the numbers; should they be out of range all the same, the defaults hold. `shared`: it has
    /// siblings. `seed`: up to 53 random bits.
    #[wasm_bindgen(constructor)]
    pub fn new(
        window_from: f32,
        window_to: f32,
        timeout: f64,
        shared: bool,
        seed: f64,
        wall: f64,
        mono: f64,
    ) -> Refresher {
        let policy = Policy::new((window_from, window_to), timeout as i64).unwrap_or_default();
        let make = if shared { Machine::in_group } else { Machine::new };
        Refresher { machine: make(policy, seed as u64, now(wall, mono)), out: Vec::with_capacity(32) }
    }

    /// Takes an event, and gives where it says what to do, until the next one. Numbers that make no sense count as the nearest that
    /// do (NaN as 0).
    pub fn handle(&mut self, event: u32, a: f64, b: f64, c: f64, wall: f64, mono: f64) -> u32 {
        let Refresher { machine, out } = self;
        out.clear();
        out.resize(HEAD, 0.0);
        if let Some(event) = event_of(event, a, b, c) {
            for action in machine.handle(event, now(wall, mono)) {
                write(out, action);
            }
        }
        let life = machine.token_valid_for().map_or(f64::NAN, endless);
        let head = [out.len() as f64 - 1.0, machine.status() as u8 as f64, or_nan(machine.refresh_at()), life];
        out.iter_mut().zip(head).for_each(|(slot, value)| *slot = value);
        out.as_ptr() as u32
    }
}

impl Refresher {
    /// What the last event was answered with.
    pub fn answer(&self) -> &[f64] {
        &self.out
    }
}

fn now(wall: f64, mono: f64) -> Now {
    Now { wall: wall as i64, mono: mono as i64 }
}

/// The most there is means without end.
fn endless(life: i64) -> f64 {
    if life == i64::MAX { f64::INFINITY } else { life as f64 }
}

/// And the other way round.
fn unless_endless(life: f64) -> Option<i64> {
    (life != f64::INFINITY).then_some(life as i64)
}

fn failure_of(after: f64, failure: f64) -> Failure {
    match failure as u8 {
        0 => Failure::Retry { after: unless_nan(after) },
        1 => Failure::Terminal,
        _ => Failure::Malformed,
    }
}

fn or_nan(value: Option<i64>) -> f64 {
    value.map_or(f64::NAN, |value| value as f64)
}

fn unless_nan(value: f64) -> Option<i64> {
    (!value.is_nan()).then_some(value as i64)
}

fn event_of(event: u32, a: f64, b: f64, c: f64) -> Option<Event> {
    // What is no 32-bit number is cut to the nearest.
    let id = a as u32;
    Some(match event {
        0 => Event::Start,
        1 => Event::Get { call: id, min_validity: b as i64, force: c == 1.0 },
        2 => Event::Abandon { call: id },
        3 => Event::Rejected,
        4 => Event::Timer,
        5 => Event::Wake,
        6 => Event::Online,
        7 => Event::Offline,
        8 => Event::Vended { flight: id, expires_at: unless_endless(b), server_now: unless_nan(c) },
        9 => Event::Failed { flight: id, failure: failure_of(b, c) },
        10 => Event::Close,
        11 => Event::Locked { flight: id },
        12 => Event::Heard { life: unless_endless(a), fresh: b == 1.0 },
        13 => Event::HeardFailed { failure: failure_of(b, c) },
        14 => Event::Asked { left: a as i64 },
        _ => return None,
    })
}

fn write(out: &mut Vec<f64>, action: Action) {
    let (code, operands, count) = match action {
        Action::Fetch { flight, reason } => (0, [flight.into(), reason as u8 as f64, 0.0], 2),
        Action::Abort { flight } => (1, [flight.into(), 0.0, 0.0], 1),
        Action::Arm { delay } => (2, [delay as f64, 0.0, 0.0], 1),
        Action::Disarm => (3, [0.0; 3], 0),
        Action::Install { flight } => (4, [flight.into(), 0.0, 0.0], 1),
        Action::Drop => (5, [0.0; 3], 0),
        Action::Refuse { flight } => (6, [flight.into(), 0.0, 0.0], 1),
        Action::Report { flight, cause, retry_at } => (7, [flight.into(), cause as u8 as f64, or_nan(retry_at)], 3),
        Action::Settle { call, outcome } => {
            let outcome = match outcome {
                Outcome::Token => 0.0,
                Outcome::Failed { .. } => 1.0,
                Outcome::TooShort => 2.0,
                Outcome::Closed => 3.0,
            };
            (8, [call.into(), outcome, 0.0], 2)
        }
        Action::Status(status) => (9, [status as u8 as f64, 0.0, 0.0], 1),
        Action::Lock { flight, left } => (10, [flight.into(), endless(left), 0.0], 2),
        Action::Unlock => (11, [0.0; 3], 0),
        Action::Adopt => (12, [0.0; 3], 0),
        Action::Share { fresh } => (13, [fresh.into(), 0.0, 0.0], 1),
        Action::ShareFailure => (14, [0.0; 3], 0),
    };
    out.push(f64::from(code));
    out.extend(operands.iter().take(count));
}
