//! The WebAssembly boundary, in a browser: decoding through it, answers, and the refresh machine in numbers.
#![cfg(target_arch = "wasm32")]

use js_sys::{Function, Reflect};
use momento_token_wasm::js::{self, Desk, Refresher};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};

wasm_bindgen_test_configure!(run_in_browser);

/// A desk with this text on it, whose `take` keeps what it is told.
fn desk(text: &str) -> Desk {
    let make = Function::new_with_args(
        "text",
        "const desk = {
           fill(buffer) { return new TextEncoder().encodeInto(text, buffer).written; },
           take(text, table) { desk.text = new TextDecoder().decode(text); desk.head = table[0]; },
         };
         return desk;",
    );
    make.call1(&JsValue::NULL, &text.into()).unwrap().unchecked_into()
}

/// What the desk was told: the text, and the first number of the table.
fn told(desk: &Desk) -> (String, f64) {
    let get = |name: &str| Reflect::get(desk.as_ref(), &name.into()).unwrap();
    (get("text").as_string().unwrap(), get("head").as_f64().unwrap())
}

const ERROR: f64 = u32::MAX as f64;

#[wasm_bindgen_test]
fn decoding_answers_at_the_desk() {
    let desk = desk("nonsense");
    assert_eq!(js::key_version(&desk, 8), 4);
    js::decode_token(&desk, 8, None, false, 0.0);
    let (text, head) = told(&desk);
    assert!(head == ERROR && text.starts_with("ERR_TOKEN_MALFORMED"), "{text}");
    assert_eq!(
        js::scope("describe", r#"[{"permissions":[{"role":"readonly","cache":"a"}]}]"#, "", 0),
        r#"["Read all items in cache \"a\"."]"#
    );
}

/// A v1 key that never expires: `{"alg":"HS256"}`, `{"ver":1}`, and a signature.
const KEY: &str = "eyJhbGciOiJIUzI1NiJ9.eyJ2ZXIiOjF9.c2ln";

#[wasm_bindgen_test]
fn answers_are_read_at_the_desk() {
    let body = [r#"{"authToken":""#, KEY, r#"","endpoint":"a.momentohq.com"}"#].concat();
    let desk_ = desk(&body);
    assert_eq!(js::read_answer(&desk_, body.len(), None, 200, 0.0), 0);
    let (text, head) = told(&desk_);
    assert!(head != ERROR && text.starts_with(&[KEY, "a.momentohq.com"].concat()), "{text}");
    // What may pass, what is terminal, what is malformed.
    for (body, status, code, failure) in [
        ("", 200, "ERR_VEND_ANSWER", 2),
        ("<html>", 200, "ERR_VEND_HTML", 0),
        ("garbage", 200, "ERR_TOKEN_MALFORMED", 2),
        (KEY, 503, "ERR_VEND_HTTP", 0),
        (KEY, 401, "ERR_VEND_HTTP", 1),
        (&body.replace("momentohq.com", "example"), 200, "ERR_ENDPOINT_NOT_ALLOWED", 1),
    ] {
        let desk = desk(body);
        assert_eq!(js::read_answer(&desk, body.len(), None, status, 0.0), failure, "{body} {status}");
        let (text, head) = told(&desk);
        assert!(head == ERROR && text.starts_with(code), "{body} {status}: {text}");
    }
}

const START: u32 = 0;
const GET: u32 = 1;
const VENDED: u32 = 8;
const FAILED: u32 = 9;
const CLOSE: u32 = 10;
const LOCKED: u32 = 11;
const HEARD: u32 = 12;
const HEARD_FAILED: u32 = 13;
const ASKED: u32 = 14;

/// Status, then life; NaN as -1, to compare.
fn state(answer: &[f64]) -> (f64, f64) {
    (answer[0], if answer[2].is_nan() { -1.0 } else { answer[2] })
}

#[wasm_bindgen_test]
fn the_machine_speaks_in_numbers() {
    let mut machine = Refresher::new(0.5, 0.5, 10_000.0, false, 7.0, 1e12, 0.0);
    let started = machine.handle(START, 0.0, 0.0, 0.0, 1e12, 0.0);
    // Fetch flight 0 for the first time, arm the timer with the request's time-out, status fetching.
    assert_eq!((state(&started), &started[3..]), ((1.0, -1.0), &[0.0, 0.0, 0.0, 2.0, 10_000.0, 9.0, 1.0][..]));
    let asked = machine.handle(GET, 9.0, 1_000.0, 0.0, 1e12, 0.0);
    assert_eq!(asked.len(), 3);
    // A token for 1000.25 s, of which the last quarter of a second is never counted on.
    let vended = machine.handle(VENDED, 0.0, 1e12 + 1_000_250.0, f64::NAN, 1e12, 0.0);
    assert_eq!((state(&vended), vended[1]), ((2.0, 1_000_000.0), 1e12 + 500_000.0));
    // Install, settle call 9 with it, status ready; the timer that is armed will do.
    assert_eq!(vended[3..], [4.0, 0.0, 8.0, 9.0, 0.0, 9.0, 2.0]);
    let closed = machine.handle(CLOSE, 0.0, 0.0, 0.0, 1e12, 0.0);
    assert_eq!((state(&closed), &closed[3..]), ((6.0, -1.0), &[3.0, 9.0, 6.0][..]));
}

#[wasm_bindgen_test]
fn what_never_expires_is_infinite_and_a_failure_says_when_it_is_tried_again() {
    let mut machine = Refresher::new(0.6, 0.8, 10_000.0, false, 7.0, 1e12, 0.0);
    machine.handle(START, 0.0, 0.0, 0.0, 1e12, 0.0);
    let failed = machine.handle(FAILED, 0.0, 60_000.0, 0.0, 1e12, 0.0);
    assert_eq!(failed[3..6], [7.0, 0.0, 0.0]);
    assert!(failed[6] >= 1e12 + 60_000.0 && failed[6] == failed[1], "{failed:?}");
    machine.handle(GET, 1.0, 0.0, 1.0, 1e12 + 120_000.0, 120_000.0);
    let vended = machine.handle(VENDED, 1.0, f64::INFINITY, f64::NAN, 1e12 + 120_000.0, 120_000.0);
    assert_eq!(state(&vended), (2.0, f64::INFINITY));
}

#[wasm_bindgen_test]
fn siblings_speak_in_numbers_too() {
    let mut machine = Refresher::new(0.5, 0.5, 10_000.0, true, 7.0, 1e12, 0.0);
    let mut at =
        |ms: f64, event: u32, a: f64, b: f64, c: f64| machine.handle(event, a, b, c, 1e12 + ms, ms)[3..].to_vec();
    let count =
        |actions: &[f64], wanted: &[f64]| actions.windows(wanted.len()).filter(|found| *found == wanted).count();
    // Lock for flight 0, with nothing in hand; once it is held, a moment later, fetch.
    assert_eq!(at(0.0, START, 0.0, 0.0, 0.0)[..3], [10.0, 0.0, 0.0]);
    at(0.0, LOCKED, 0.0, 0.0, 0.0);
    assert_eq!(count(&at(200.0, 4, 0.0, 0.0, 0.0), &[0.0, 0.0, 0.0]), 1);
    // Install, share as fresh, unlock.
    assert_eq!(at(200.0, VENDED, 0.0, f64::INFINITY, f64::NAN)[..5], [4.0, 0.0, 13.0, 1.0, 11.0]);
    // Someone has less: share, but not as fresh. Someone has as much: nothing.
    assert_eq!(at(200.0, ASKED, 5_000.0, 0.0, 0.0), [13.0, 0.0]);
    assert!(at(200.0, ASKED, f64::INFINITY, 0.0, 0.0).is_empty());
    // Drop, and lock anew; a sibling's failure that is terminal: unlock, report as a sibling's without a next attempt.
    assert_eq!(at(5_000.0, 3, 0.0, 0.0, 0.0)[..4], [5.0, 10.0, 1.0, 0.0]);
    let failed = at(5_000.0, HEARD_FAILED, 0.0, f64::NAN, 1.0);
    assert_eq!((&failed[..3], failed[3], failed[4].is_nan()), (&[11.0, 7.0, 1.0][..], 3.0, true), "{failed:?}");
    // A sibling's token: adopt.
    assert_eq!(at(6_000.0, HEARD, 300_000.0, 1.0, 0.0)[0], 12.0);
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
            assert!(machine.handle(event, number(), number(), number(), number(), number()).len() >= 3);
        }
    }
}
