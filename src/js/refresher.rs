//! The refresh machine, spoken to in numbers: events in, and a flat list of actions out, which the package carries out
//! (`pkg-template/src/driver.ts`).
//!
//! An event is its number and up to three more; what an event does not need is ignored, and an unknown event is no
//! event, nor are 8 and 12 where they are told to `handle`.
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
//! | 8 Vended | told to [`Refresher::vended`] | | |
//! | 9 Failed | request | `Retry-After` in ms; NaN: none | failure |
//! | 10 Close | | | |
//! | 11 Locked | request | | |
//! | 12 Heard | told to [`Refresher::heard`] | | |
//! | 13 HeardFailed | 1 where it may be the sibling's own fault | as Failed | as Failed |
//! | 14 Asked | life left, ms | | |
//! | 15 Hidden | | | |
//! | 16 Cleared | request | | |
//! | 17 Spent | how long ago, ms | | |
//!
//! The answer is rows of four numbers. The first says how many actions there are, and the state after the event: the
//! status by its number, when the next attempt is due (NaN: not known), and for how many milliseconds the token in hand
//! is good (NaN: none in hand, infinite: it never expires). Then the actions, each its number and what belongs to it:
//!
//! | action | | | |
//! | --- | --- | --- | --- |
//! | 0 Fetch | request | reason | |
//! | 1 Abort | request | | |
//! | 2 Arm | | | delay, ms |
//! | 3 Disarm | | | |
//! | 4 Install | request | | |
//! | 5 Drop | | | |
//! | 6 Refuse | request | | |
//! | 7 Report | request | cause | when the next attempt follows; NaN: none does |
//! | 8 Settle | call | outcome | |
//! | 9 Status | | status | |
//! | 10 Lock | request | | life left, ms; infinite: never ends |
//! | 11 Unlock | | | |
//! | 12 Adopt | | | |
//! | 13 Share | | flags, as of `heard` | `Date` and `Age` of the answer, ms since the epoch; NaN: none |
//! | 14 ShareFailure | | | |
//! | 15 Sound | request | | |
//! | 16 Doubt | request | | |
//!
//! Statuses, reasons, causes and outcomes are numbered as they are declared in [`crate::refresh`]. A failure is 0 where
//! it may pass, 1 where it is terminal, 2 where the answer was malformed.

use crate::refresh::{Action, Answer, Cause, Event, Failure, Lifetime, Machine, Now, Outcome, Policy, Reason, Status};
use wasm_bindgen::prelude::wasm_bindgen;

/// One source's machine. The package keeps it to itself.
#[wasm_bindgen]
pub struct Refresher {
    machine: Machine,
    /// The last answer, which the package reads where it lies.
    out: Vec<[f64; 4]>,
}

#[wasm_bindgen]
impl Refresher {
    /// The package has checked the numbers; should they be out of range all the same, the defaults hold. `shared`: it
    /// has siblings. `seed`: up to 53 random bits.
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
        Refresher { machine: make(policy, seed as u64, now(wall, mono)), out: Vec::new() }
    }

    /// Takes an event, and gives where it says what to do, until the next one. Numbers that make no sense count as the
    /// nearest that do.
    pub fn handle(&mut self, event: u32, a: f64, b: f64, c: f64, wall: f64, mono: f64) -> u32 {
        self.tell(event_of(event, a, b, c), now(wall, mono))
    }

    /// A request brought a token. `token` is a hash of its bytes, up to 53 bits; the rest is what the answer says of
    /// its life, see [`Answer`], in milliseconds. NaN is what it does not say.
    #[expect(clippy::too_many_arguments, reason = "numbers that cross the boundary")]
    pub fn vended(
        &mut self,
        request: u32,
        token: f64,
        expires_at: f64,
        issued_at: f64,
        stated_life: f64,
        stated_expiry: f64,
        requested_life: f64,
        date: f64,
        age: f64,
        wall: f64,
        mono: f64,
    ) -> u32 {
        let answer = Answer {
            token_hash: token as u64,
            expires_at: known(expires_at),
            issued_at: known(issued_at),
            stated_life: known(stated_life),
            stated_expiry: known(stated_expiry),
            requested_life: known(requested_life),
            date: known(date),
            age: age as i64,
        };
        self.tell(Some(Event::Vended { request, answer }), now(wall, mono))
    }

    /// A sibling has a token, which is good for `life` ms (infinite: it never ends). The flags are 1 for a fresh token
    /// and 2 where its end was moved; `token` and `date` are as in `vended`.
    pub fn heard(&mut self, life: f64, flags: u32, token: f64, date: f64, wall: f64, mono: f64) -> u32 {
        let event = Event::SiblingToken {
            token_hash: token as u64,
            life: lifetime(life),
            fresh: flags & 1 != 0,
            extended: flags & 2 != 0,
            date: known(date),
        };
        self.tell(Some(event), now(wall, mono))
    }
}

impl Refresher {
    fn tell(&mut self, event: Option<Event>, now: Now) -> u32 {
        let actions = event.map(|event| self.machine.handle(event, now)).unwrap_or_default();
        let machine = &self.machine;
        let state = [
            actions.len() as f64,
            status(machine.status()),
            known_or_nan(machine.refresh_at()),
            machine.token_valid_for().map_or(f64::NAN, millis),
        ];
        self.out.clear();
        self.out.push(state);
        self.out.extend(actions.into_iter().map(row));
        self.out.as_ptr() as u32
    }

    /// What the last event was answered with.
    pub fn answer(&self) -> &[[f64; 4]] {
        &self.out
    }
}

fn event_of(event: u32, a: f64, b: f64, c: f64) -> Option<Event> {
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
        9 => Event::Failed { request: id, failure: failure(b, c) },
        10 => Event::Close,
        11 => Event::Locked { request: id },
        13 => Event::SiblingFailed { own_fault: id == 1, failure: failure(b, c) },
        14 => Event::SiblingAsked { left: lifetime(a) },
        15 => Event::Hidden,
        16 => Event::Drained { request: id },
        17 => Event::PriorRequest { age: a as i64 },
        _ => return None,
    })
}

fn failure(after: f64, failure: f64) -> Failure {
    match failure as i64 {
        0 => Failure::Retry { after: known(after) },
        1 => Failure::Terminal,
        _ => Failure::Malformed,
    }
}

fn row(action: Action) -> [f64; 4] {
    match action {
        Action::Fetch { request, reason } => {
            let reason = match reason {
                Reason::First => 0.0,
                Reason::Refresh => 1.0,
                Reason::Rejected => 2.0,
                Reason::Forced => 3.0,
            };
            [0.0, request.into(), reason, 0.0]
        }
        Action::Abort { request } => [1.0, request.into(), 0.0, 0.0],
        Action::Arm { delay } => [2.0, 0.0, 0.0, delay as f64],
        Action::Disarm => [3.0, 0.0, 0.0, 0.0],
        Action::Install { request } => [4.0, request.into(), 0.0, 0.0],
        Action::Drop => [5.0, 0.0, 0.0, 0.0],
        Action::Refuse { request } => [6.0, request.into(), 0.0, 0.0],
        Action::Report { request, cause, retry_at } => {
            let cause = match cause {
                Cause::Answer => 0.0,
                Cause::Timeout => 1.0,
                Cause::Expired => 2.0,
                Cause::Sibling => 3.0,
            };
            [7.0, request.into(), cause, known_or_nan(retry_at)]
        }
        Action::Settle { call, outcome } => {
            let outcome = match outcome {
                Outcome::Token => 0.0,
                Outcome::Failed { .. } => 1.0,
                Outcome::TooShort => 2.0,
                Outcome::Closed => 3.0,
            };
            [8.0, call.into(), outcome, 0.0]
        }
        Action::Status(new) => [9.0, 0.0, status(new), 0.0],
        Action::Lock { request, left } => [10.0, request.into(), 0.0, millis(left)],
        Action::Unlock => [11.0, 0.0, 0.0, 0.0],
        Action::Adopt => [12.0, 0.0, 0.0, 0.0],
        Action::Share { fresh, extended, date } => {
            let flags = u8::from(fresh) + 2 * u8::from(extended);
            [13.0, 0.0, flags.into(), known_or_nan(date)]
        }
        Action::ShareFailure => [14.0, 0.0, 0.0, 0.0],
        Action::Drain { request } => [15.0, request.into(), 0.0, 0.0],
        Action::Uncertain { request } => [16.0, request.into(), 0.0, 0.0],
    }
}

fn status(status: Status) -> f64 {
    match status {
        Status::Idle => 0.0,
        Status::Fetching => 1.0,
        Status::Ready => 2.0,
        Status::Refreshing => 3.0,
        Status::Waiting => 4.0,
        Status::Failed => 5.0,
        Status::Closed => 6.0,
    }
}

fn now(wall: f64, mono: f64) -> Now {
    Now { wall: wall as i64, mono: mono as i64 }
}

fn known(value: f64) -> Option<i64> {
    (!value.is_nan()).then_some(value as i64)
}

fn known_or_nan(value: Option<i64>) -> f64 {
    value.map_or(f64::NAN, |value| value as f64)
}

/// Infinity is without end.
fn lifetime(value: f64) -> Lifetime {
    if value == f64::INFINITY { Lifetime::Forever } else { Lifetime::Millis(value as i64) }
}

fn millis(life: Lifetime) -> f64 {
    life.millis().map_or(f64::INFINITY, |ms| ms as f64)
}
