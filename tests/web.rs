//! The WebAssembly boundary, in a browser: the refresh machine as JavaScript sees it. (The rest of the boundary is
//! tested by tests/package.)
#![cfg(target_arch = "wasm32")]

use js_sys::{JSON, Reflect};
use momento_token_wasm::js::{JsAnswer, JsStep, RefreshFailure, Refresher};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};

wasm_bindgen_test_configure!(run_in_browser);

const WALL: f64 = 1e12;

type Stepped = Result<JsStep, serde_wasm_bindgen::Error>;

/// A step as JSON, in which infinity is null.
fn json(step: Stepped) -> String {
    JSON::stringify(&step.expect("a step")).expect("JSON").into()
}

/// Its state and its actions.
fn parts(step: Stepped) -> (String, Vec<String>) {
    let step = JsValue::from(step.expect("a step"));
    let actions = Reflect::get(&step, &"actions".into()).expect("actions");
    let actions = js_sys::Array::from(&actions).iter().map(|action| text(&action)).collect();
    Reflect::delete_property(step.unchecked_ref::<js_sys::Object>(), &"actions".into()).expect("removed");
    (text(&step), actions)
}

fn text(value: &JsValue) -> String {
    JSON::stringify(value).expect("JSON").into()
}

fn number(step: &JsStep, name: &str) -> f64 {
    Reflect::get(step, &name.into()).ok().and_then(|value| value.as_f64()).expect("a number")
}

/// An answer with these fields.
fn answer(fields: &[(&str, f64)]) -> JsAnswer {
    let answer = JsValue::from(js_sys::Object::new());
    for (name, value) in [("tokenHash", 1.0), ("ageMs", 0.0)].iter().chain(fields) {
        Reflect::set(&answer, &(*name).into(), &(*value).into()).expect("a field");
    }
    answer.unchecked_into()
}

#[wasm_bindgen_test]
fn events_are_methods_and_actions_plain_objects() {
    let mut machine = Refresher::new(0.5, 0.5, 10_000.0, false, 7.0, WALL, 0.0);
    assert_eq!(
        json(machine.start(WALL, 0.0)),
        r#"{"status":"fetching","actions":[{"type":"fetch","request":0,"reason":"first"},{"type":"arm","delayMs":10000},{"type":"status","status":"fetching"}]}"#
    );
    assert_eq!(json(machine.get(9, 1_000.0, false, WALL, 0.0)), r#"{"status":"fetching","actions":[]}"#);
    // A token for 1000.35 s, of which the last third of a second is never counted on. The timer that is armed will do.
    let expiry = answer(&[("statedExpiry", WALL + 1_000_350.0)]);
    assert_eq!(
        json(machine.vended(0, &expiry, WALL, 0.0)),
        r#"{"status":"ready","nextAttemptAt":1000000500000,"tokenValidForMs":1000000,"actions":[{"type":"install","request":0},{"type":"settle","call":9,"outcome":"token"},{"type":"status","status":"ready"}]}"#
    );
    assert_eq!(
        json(machine.close(WALL, 0.0)),
        r#"{"status":"closed","actions":[{"type":"disarm"},{"type":"status","status":"closed"}]}"#
    );
}

#[wasm_bindgen_test]
fn what_never_expires_is_infinite_and_a_failure_says_when_it_is_tried_again() {
    let mut machine = Refresher::new(0.6, 0.8, 10_000.0, false, 7.0, WALL, 0.0);
    machine.start(WALL, 0.0).expect("a step");
    let failed = machine.failed(0, RefreshFailure::Retry, Some(60_000.0), WALL, 0.0).expect("a step");
    let retry_at = number(&failed, "nextAttemptAt");
    assert!(retry_at >= WALL + 60_000.0);
    let (_, actions) = parts(Ok(failed));
    assert_eq!(
        actions[0],
        format!(r#"{{"type":"report","request":0,"cause":"answer","retryAt":{}}}"#, retry_at as u64)
    );
    machine.get(1, 0.0, true, WALL + 120_000.0, 120_000.0).expect("a step");
    let vended = machine.vended(1, &answer(&[]), WALL + 120_000.0, 120_000.0).expect("a step");
    assert_eq!(number(&vended, "tokenValidForMs"), f64::INFINITY);
}

#[wasm_bindgen_test]
fn siblings_are_heard_and_told() {
    let mut machine = Refresher::new(0.5, 0.5, 10_000.0, true, 7.0, WALL, 0.0);
    let at = |ms: f64| (WALL + ms, ms);
    let has = |step: Stepped, wanted: &str| {
        let (_, actions) = parts(step);
        assert!(actions.iter().any(|action| action == wanted), "{wanted} in {actions:?}");
    };
    // With no token: the lock for request 0; once it is held, a moment later, the channel is drained, and then the
    // request is sent.
    let (wall, mono) = at(0.0);
    has(machine.start(wall, mono), r#"{"type":"lock","request":0,"leftMs":0}"#);
    machine.locked(0, wall, mono).expect("a step");
    let (wall, mono) = at(200.0);
    has(machine.timer(wall, mono), r#"{"type":"drain","request":0}"#);
    has(machine.drained(0, wall, mono), r#"{"type":"fetch","request":0,"reason":"first"}"#);
    let (_, vended) = parts(machine.vended(0, &answer(&[]), wall, mono));
    assert_eq!(
        vended[..3],
        [
            r#"{"type":"install","request":0}"#,
            r#"{"type":"share","fresh":true,"extended":false}"#,
            r#"{"type":"unlock"}"#
        ]
    );
    // Someone has less: share, but not as fresh. Someone has as much: nothing.
    has(machine.sibling_asked(5_000.0, wall, mono), r#"{"type":"share","fresh":false,"extended":false}"#);
    assert_eq!(parts(machine.sibling_asked(f64::INFINITY, wall, mono)).1.len(), 0);
    // After a rejection, a sibling's failure that is terminal: no next attempt.
    let (wall, mono) = at(5_000.0);
    let (_, rejected) = parts(machine.rejected(wall, mono));
    assert_eq!(rejected[..2], [r#"{"type":"drop"}"#, r#"{"type":"lock","request":1,"leftMs":0}"#]);
    let (_, failed) = parts(machine.sibling_failed(RefreshFailure::Terminal, None, false, wall, mono));
    assert_eq!(failed[..2], [r#"{"type":"unlock"}"#, r#"{"type":"report","request":1,"cause":"sibling"}"#]);
    // A sibling's token.
    let (wall, mono) = at(6_000.0);
    has(machine.sibling_token(2.0, 300_000.0, true, false, None, wall, mono), r#"{"type":"adopt"}"#);
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
    let failures = [RefreshFailure::Retry, RefreshFailure::Malformed, RefreshFailure::Terminal];
    for _ in 0..300 {
        let mut number = || odd[draw(odd.len())];
        let window = (number() as f32, number() as f32);
        let shared = number() > 0.0;
        let mut machine = Refresher::new(window.0, window.1, number(), shared, number(), number(), number());
        for _ in 0..100 {
            let (event, id, flag, failure) = (draw(18), draw(3) as u32, draw(2) == 0, failures[draw(3)]);
            let mut number = || odd[draw(odd.len())];
            let (a, b, wall, mono) = (number(), number(), number(), number());
            let step = match event {
                0 => machine.start(wall, mono),
                1 => machine.get(id, a, flag, wall, mono),
                2 => machine.abandon(id, wall, mono),
                3 => machine.rejected(wall, mono),
                4 => machine.timer(wall, mono),
                5 => machine.wake(wall, mono),
                6 => machine.online(wall, mono),
                7 => machine.offline(wall, mono),
                8 => machine.failed(id, failure, Some(a), wall, mono),
                9 => machine.locked(id, wall, mono),
                10 => machine.sibling_failed(failure, Some(a), flag, wall, mono),
                11 => machine.sibling_asked(a, wall, mono),
                12 => machine.hidden(wall, mono),
                13 => machine.drained(id, wall, mono),
                14 => machine.prior_request(a, wall, mono),
                15 | 16 => machine.sibling_token(a, b, flag, !flag, Some(number()), wall, mono),
                _ => machine.close(wall, mono),
            };
            step.expect("a step");
            let names = ["expiresAt", "issuedAt", "statedLifeMs", "statedExpiry", "requestedLifeMs", "date", "ageMs"];
            let fields = names.map(|name| (name, number()));
            machine.vended(id, &answer(&fields), number(), number()).expect("a step");
        }
    }
}
