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
    assert!(!js::read_answer(&desk_, body.len(), None, 200, 0.0));
    let (text, head) = told(&desk_);
    assert!(head != ERROR && text.starts_with(&[KEY, "a.momentohq.com"].concat()), "{text}");
    for (body, status, code, terminal) in [
        ("", 200, "ERR_VEND_ANSWER", false),
        ("<html>", 200, "ERR_VEND_HTML", false),
        ("garbage", 200, "ERR_TOKEN_MALFORMED", false),
        (KEY, 503, "ERR_VEND_HTTP", false),
        (KEY, 401, "ERR_VEND_HTTP", true),
        (&body.replace("momentohq.com", "example"), 200, "ERR_ENDPOINT_NOT_ALLOWED", true),
    ] {
        let desk = desk(body);
        assert_eq!(js::read_answer(&desk, body.len(), None, status, 0.0), terminal, "{body} {status}");
        let (text, head) = told(&desk);
        assert!(head == ERROR && text.starts_with(code), "{body} {status}: {text}");
    }
}

const START: u32 = 0;
const GET: u32 = 1;
const VENDED: u32 = 8;
const FAILED: u32 = 9;
const CLOSE: u32 = 10;

/// Status, then life; NaN as -1, to compare.
fn state(answer: &[f64]) -> (f64, f64) {
    (answer[0], if answer[2].is_nan() { -1.0 } else { answer[2] })
}

#[wasm_bindgen_test]
fn the_machine_speaks_in_numbers() {
    let mut machine = Refresher::new(0.5, 0.5, 10_000.0, 7.0, 1e12, 0.0);
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
    let mut machine = Refresher::new(0.6, 0.8, 10_000.0, 7.0, 1e12, 0.0);
    machine.handle(START, 0.0, 0.0, 0.0, 1e12, 0.0);
    let failed = machine.handle(FAILED, 0.0, 60_000.0, 0.0, 1e12, 0.0);
    assert_eq!(failed[3..6], [7.0, 0.0, 0.0]);
    assert!(failed[6] >= 1e12 + 60_000.0 && failed[6] == failed[1], "{failed:?}");
    machine.handle(GET, 1.0, 0.0, 1.0, 1e12 + 120_000.0, 120_000.0);
    let vended = machine.handle(VENDED, 1.0, f64::INFINITY, f64::NAN, 1e12 + 120_000.0, 120_000.0);
    assert_eq!(state(&vended), (2.0, f64::INFINITY));
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
        let mut machine = Refresher::new(window.0, window.1, number(), number(), number(), number());
        for _ in 0..100 {
            let event = draw(20) as u32;
            let mut number = || odd[draw(odd.len())];
            assert!(machine.handle(event, number(), number(), number(), number(), number()).len() >= 3);
        }
    }
}
