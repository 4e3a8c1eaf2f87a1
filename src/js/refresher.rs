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
//! | 9 Failed | flight | `Retry-After` in ms; NaN: none | failure |
//! | 10 Close | | | |
//! | 11 Locked | flight | | |
//! | 12 Heard | told to [`Refresher::heard`] | | |
//! | 13 HeardFailed | 1 where it may be the sibling's own fault | as Failed | as Failed |
//! | 14 Asked | life left, ms | | |
//! | 15 Hidden | | | |
//! | 16 Cleared | flight | | |
//! | 17 Spent | how long ago, ms | | |
//!
//! The answer is rows of four numbers. The first says how many actions there are, and the state after the event: the
//! status by its number, when the next attempt is due (NaN: not known), and for how many milliseconds the token in hand
//! is good (NaN: none in hand, infinite: it never expires). Then the actions, each its number and what belongs to it:
//!
//! | action | | | |
//! | --- | --- | --- | --- |
//! | 0 Fetch | flight | reason | |
//! | 1 Abort | flight | | |
//! | 2 Arm | | | delay, ms |
//! | 3 Disarm | | | |
//! | 4 Install | flight | | |
//! | 5 Drop | | | |
//! | 6 Refuse | flight | | |
//! | 7 Report | flight | cause | when the next attempt follows; NaN: none does |
//! | 8 Settle | call | outcome | |
//! | 9 Status | | status | |
//! | 10 Lock | flight | | life left, ms; infinite: never ends |
//! | 11 Unlock | | | |
//! | 12 Adopt | | | |
//! | 13 Share | | flags, as of `heard` | `Date` and `Age` of the answer, ms since the epoch; NaN: none |
//! | 14 ShareFailure | | | |
//! | 15 Sound | flight | | |
//! | 16 Doubt | flight | | |
//!
//! Statuses, reasons, causes and outcomes are numbered as they are declared in [`crate::refresh`]. A failure is 0 where
//! it may pass, 1 where it is terminal, 2 where the answer was malformed.

use crate::refresh::{ASKED, Answer, HEARD, Machine, NEVER, NONE, Now, Policy, SPENT, Signal, VENDED};
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
    /// nearest that do (NaN as 0 or, where that is said above, as none).
    pub fn handle(&mut self, event: u32, a: f64, b: f64, c: f64, wall: f64, mono: f64) -> u32 {
        let mut signal = None;
        if event <= SPENT && event != VENDED && event != HEARD {
            // Two events have no id. What is no 32-bit number is cut to the nearest.
            let answer = Answer::default();
            let b = if matches!(event, ASKED | SPENT) { a } else { b };
            signal = Some(Signal { event, id: a as u32, ms: to_ms(b), more: to_ms(c), answer });
        }
        self.tell(signal, now(wall, mono))
    }

    /// A request brought a token. `token` is a hash of its bytes, up to 53 bits; the rest is what the answer says of
    /// its life, see
    /// [`Answer`], in milliseconds. NaN is what it does not say.
    #[expect(clippy::too_many_arguments, reason = "numbers that cross the boundary")]
    pub fn vended(
        &mut self,
        flight: u32,
        token: f64,
        expires_at: f64,
        issued_at: f64,
        length: f64,
        told_expiry: f64,
        asked: f64,
        date: f64,
        age: f64,
        wall: f64,
        mono: f64,
    ) -> u32 {
        let some = |value: f64| (!value.is_nan()).then_some(value as i64);
        let answer = Answer {
            token: token as u64,
            expires_at: some(expires_at),
            issued_at: some(issued_at),
            length: some(length),
            told_expiry: some(told_expiry),
            asked: some(asked),
            date: some(date),
            age: age as i64,
        };
        self.tell(Some(Signal { event: VENDED, id: flight, ms: 0, more: 0, answer }), now(wall, mono))
    }

    /// A sibling told of its token, which is good for `life` ms (infinite: it never ends). The flags are 1 for a fresh
    /// token and 2 where its end was moved; `token` and `date` are as in `vended`.
    pub fn heard(&mut self, life: f64, flags: u32, token: f64, date: f64, wall: f64, mono: f64) -> u32 {
        let date = (!date.is_nan()).then_some(date as i64);
        let answer = Answer { token: token as u64, date, ..Answer::default() };
        let signal = Signal { event: HEARD, id: 0, ms: to_ms(life), more: flags.into(), answer };
        self.tell(Some(signal), now(wall, mono))
    }
}

impl Refresher {
    fn tell(&mut self, signal: Option<Signal>, now: Now) -> u32 {
        let Refresher { machine, out } = self;
        out.clear();
        out.push([0.0; 4]);
        if let Some(signal) = signal {
            for note in machine.tell(signal, now) {
                out.push([note.action.into(), note.id.into(), note.what.into(), of_ms(note.ms)]);
            }
        }
        out[0] = [out.len() as f64 - 1.0, (machine.told() as u8).into(), of_ms(machine.due()), of_ms(machine.left())];
        out.as_ptr() as u32
    }

    /// What the last event was answered with.
    pub fn answer(&self) -> &[[f64; 4]] {
        &self.out
    }
}

fn now(wall: f64, mono: f64) -> Now {
    Now { wall: wall as i64, mono: mono as i64 }
}

/// Infinity is the most there is, and so without end.
#[inline(never)]
fn to_ms(value: f64) -> i64 {
    if value.is_nan() { NONE } else { value as i64 }
}

/// And the other way round.
#[inline(never)]
fn of_ms(ms: i64) -> f64 {
    match ms {
        NONE => f64::NAN,
        NEVER => f64::INFINITY,
        ms => ms as f64,
    }
}
