//! The WebAssembly boundary, in a browser: the refresh machine in numbers, and what `wasm-pack build` exports. (The
//! package's own half is tested in tests/package.)
#![cfg(target_arch = "wasm32")]

use momento_token_wasm::js::Refresher;
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};

wasm_bindgen_test_configure!(run_in_browser);

#[cfg(feature = "standalone")]
#[path = "web/standalone.rs"]
mod standalone;

const START: u32 = 0;
const GET: u32 = 1;
const VENDED: u32 = 8;
const FAILED: u32 = 9;
const CLOSE: u32 = 10;
const LOCKED: u32 = 11;
const HEARD: u32 = 12;
const HEARD_FAILED: u32 = 13;
const ASKED: u32 = 14;
const CLEARED: u32 = 16;

/// What an event is answered with: state and actions.
trait Handle {
    fn tell(&mut self, event: u32, a: f64, b: f64, c: f64, wall: f64, mono: f64) -> Vec<[f64; 4]>;
    /// A token that the answer says to expire then; NaN: it does not say.
    fn vend(&mut self, flight: u32, told: f64, wall: f64, mono: f64) -> Vec<[f64; 4]>;
    fn answered(&self) -> Vec<[f64; 4]>;
}

impl Handle for Refresher {
    fn tell(&mut self, event: u32, a: f64, b: f64, c: f64, wall: f64, mono: f64) -> Vec<[f64; 4]> {
        self.handle(event, a, b, c, wall, mono);
        self.answered()
    }

    fn vend(&mut self, flight: u32, told: f64, wall: f64, mono: f64) -> Vec<[f64; 4]> {
        let none = f64::NAN;
        self.vended(flight, 1.0, none, none, none, told, none, none, 0.0, wall, mono);
        self.answered()
    }

    fn answered(&self) -> Vec<[f64; 4]> {
        let answer = self.answer();
        assert_eq!(answer[0][0] as usize, answer.len() - 1);
        answer.to_vec()
    }
}

/// Status, then life; NaN as -1, to compare.
fn state(answer: &[[f64; 4]]) -> (f64, f64) {
    let [_, status, _, left] = answer[0];
    (status, if left.is_nan() { -1.0 } else { left })
}

#[wasm_bindgen_test]
fn the_machine_speaks_in_numbers() {
    let mut machine = Refresher::new(0.5, 0.5, 10_000.0, false, 7.0, 1e12, 0.0);
    let started = machine.tell(START, 0.0, 0.0, 0.0, 1e12, 0.0);
    // Fetch flight 0 for the first time, arm the timer with the request's time-out, status fetching.
    let [fetch, arm, fetching] = [[0.0; 4], [2.0, 0.0, 0.0, 10_000.0], [9.0, 0.0, 1.0, 0.0]];
    assert_eq!((state(&started), &started[1..]), ((1.0, -1.0), &[fetch, arm, fetching][..]));
    let asked = machine.tell(GET, 9.0, 1_000.0, 0.0, 1e12, 0.0);
    assert_eq!(asked.len(), 1);
    // A token for 1000.35 s, of which the last third of a second is never counted on.
    let vended = machine.vend(0, 1e12 + 1_000_350.0, 1e12, 0.0);
    assert_eq!((state(&vended), vended[0][2]), ((2.0, 1_000_000.0), 1e12 + 500_000.0));
    // Install, settle call 9 with it, status ready; the timer that is armed will do.
    assert_eq!(vended[1..], [[4.0, 0.0, 0.0, 0.0], [8.0, 9.0, 0.0, 0.0], [9.0, 0.0, 2.0, 0.0]]);
    let closed = machine.tell(CLOSE, 0.0, 0.0, 0.0, 1e12, 0.0);
    assert_eq!((state(&closed), &closed[1..]), ((6.0, -1.0), &[[3.0, 0.0, 0.0, 0.0], [9.0, 0.0, 6.0, 0.0]][..]));
}

#[wasm_bindgen_test]
fn what_never_expires_is_infinite_and_a_failure_says_when_it_is_tried_again() {
    let mut machine = Refresher::new(0.6, 0.8, 10_000.0, false, 7.0, 1e12, 0.0);
    machine.tell(START, 0.0, 0.0, 0.0, 1e12, 0.0);
    let failed = machine.tell(FAILED, 0.0, 60_000.0, 0.0, 1e12, 0.0);
    assert_eq!(failed[1][..3], [7.0, 0.0, 0.0]);
    assert!(failed[1][3] >= 1e12 + 60_000.0 && failed[1][3] == failed[0][2], "{failed:?}");
    machine.tell(GET, 1.0, 0.0, 1.0, 1e12 + 120_000.0, 120_000.0);
    let vended = machine.vend(1, f64::NAN, 1e12 + 120_000.0, 120_000.0);
    assert_eq!(state(&vended), (2.0, f64::INFINITY));
}

#[wasm_bindgen_test]
fn siblings_speak_in_numbers_too() {
    let mut machine = Refresher::new(0.5, 0.5, 10_000.0, true, 7.0, 1e12, 0.0);
    let mut at = |ms: f64, event: u32, a: f64, b: f64, c: f64| match event {
        VENDED => machine.vend(a as u32, b, 1e12 + ms, ms)[1..].to_vec(),
        HEARD => {
            machine.heard(a, b as u32, c, f64::NAN, 1e12 + ms, ms);
            machine.answered()[1..].to_vec()
        }
        _ => machine.tell(event, a, b, c, 1e12 + ms, ms)[1..].to_vec(),
    };
    let count = |actions: &[[f64; 4]], wanted: [f64; 4]| actions.iter().filter(|found| **found == wanted).count();
    // Lock for flight 0, with nothing in hand; once it is held, a moment later, sound the channel, and when that is
    // clear, fetch.
    assert_eq!(at(0.0, START, 0.0, 0.0, 0.0)[0], [10.0, 0.0, 0.0, 0.0]);
    at(0.0, LOCKED, 0.0, 0.0, 0.0);
    assert_eq!(count(&at(200.0, 4, 0.0, 0.0, 0.0), [15.0, 0.0, 0.0, 0.0]), 1);
    assert_eq!(count(&at(200.0, CLEARED, 0.0, 0.0, 0.0), [0.0; 4]), 1);
    // Install, share as fresh, unlock.
    let vended = at(200.0, VENDED, 0.0, f64::NAN, 0.0);
    assert_eq!(
        (vended[0], &vended[1][..3], vended[2]),
        ([4.0, 0.0, 0.0, 0.0], &[13.0, 0.0, 1.0][..], [11.0, 0.0, 0.0, 0.0])
    );
    assert!(vended[1][3].is_nan(), "no date");
    // Someone has less: share, but not as fresh. Someone has as much: nothing.
    assert_eq!(at(200.0, ASKED, 5_000.0, 0.0, 0.0)[0][..3], [13.0, 0.0, 0.0]);
    assert!(at(200.0, ASKED, f64::INFINITY, 0.0, 0.0).is_empty());
    // Drop, and lock anew; a sibling's failure that is terminal: unlock, report as a sibling's without a next attempt.
    assert_eq!(at(5_000.0, 3, 0.0, 0.0, 0.0)[..2], [[5.0, 0.0, 0.0, 0.0], [10.0, 1.0, 0.0, 0.0]]);
    let failed = at(5_000.0, HEARD_FAILED, 0.0, f64::NAN, 1.0);
    assert_eq!(failed[0], [11.0, 0.0, 0.0, 0.0]);
    assert_eq!((&failed[1][..3], failed[1][3].is_nan()), (&[7.0, 1.0, 3.0][..], true), "{failed:?}");
    // A sibling's token: adopt.
    assert_eq!(at(6_000.0, HEARD, 300_000.0, 1.0, 2.0)[0][0], 12.0);
}

#[wasm_bindgen_test]
fn no_numbers_make_it_trap() {
    let odd = [0.0, -1.0, 0.5, 1.0, 2.0, 250.0, 1e6, 1e12, 9e15, 1.8e19, 1e300, f64::MAX, f64::INFINITY, f64::NAN];
    let odd: Vec<f64> = odd.iter().flat_map(|number| [*number, -number]).collect();
    let mut random = 1_u32;
    let mut draw = |count: usize| {
        random = random.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (random >> 8) as usize % count
    };
    for _ in 0..300 {
        let mut number = || odd[draw(odd.len())];
        let window = (number() as f32, number() as f32);
        let shared = number() > 0.0;
        let mut machine = Refresher::new(window.0, window.1, number(), shared, number(), number(), number());
        for _ in 0..100 {
            let event = draw(20) as u32;
            let mut number = || odd[draw(odd.len())];
            assert!(!machine.tell(event, number(), number(), number(), number(), number()).is_empty());
            let (flight, flags) = (draw(3) as u32, draw(5) as u32);
            let mut number = || odd[draw(odd.len())];
            let (token, exp, iat, length, told) = (number(), number(), number(), number(), number());
            let (asked, date, age, wall, mono) = (number(), number(), number(), number(), number());
            machine.heard(number(), flags, number(), number(), number(), number());
            machine.vended(flight, token, exp, iat, length, told, asked, date, age, wall, mono);
        }
    }
}
