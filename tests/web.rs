//! WebAssembly in a browser: the refresh machine across the boundary, `TokenSource` for Rust, and what `wasm-pack build`
//! exports. (The package's own half is tested in tests/package.)
#![cfg(target_arch = "wasm32")]

use js_sys::{Array, JSON, Object, Reflect};
use momento_token_wasm::js::{JsAnswer, JsStep, RefreshFailure, Refresher};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};

wasm_bindgen_test_configure!(run_in_browser);

#[cfg(feature = "source")]
#[path = "web/clock.rs"]
mod clock;
#[cfg(all(feature = "source", feature = "standalone"))]
#[path = "web/given.rs"]
mod given;
#[cfg(feature = "source")]
#[path = "web/service.rs"]
mod service;
#[cfg(feature = "source")]
#[path = "web/source.rs"]
mod source;
#[cfg(feature = "standalone")]
#[path = "web/standalone.rs"]
mod standalone;

/// What the wall clock shows where the monotonic one shows 0.
const WALL: f64 = 1e12;

fn machine(shared: bool) -> Refresher {
    Refresher::new(0.5, 0.5, 10_000.0, shared, 7.0, WALL, 0.0)
}

fn get(object: &JsValue, name: &str) -> JsValue {
    Reflect::get(object, &name.into()).unwrap()
}

/// An answer with a token that expires then, as the answer says; `undefined`: it does not say.
fn answer(expiry: Option<f64>) -> JsAnswer {
    let answer = Object::new();
    let set = |name: &str, value: JsValue| assert!(Reflect::set(&answer, &name.into(), &value).unwrap());
    set("tokenHash", 1.into());
    set("ageMs", 0.into());
    set("statedExpiry", expiry.into());
    answer.unchecked_into()
}

/// What comes of an event: each action as JSON.
trait Step {
    fn actions(&self) -> Vec<String>;
    fn field(&self, name: &str) -> JsValue;
}

impl Step for JsStep {
    fn actions(&self) -> Vec<String> {
        let actions: Array = self.field("actions").unchecked_into();
        actions.iter().map(|action| JSON::stringify(&action).unwrap().into()).collect()
    }

    fn field(&self, name: &str) -> JsValue {
        get(self.as_ref(), name)
    }
}

#[wasm_bindgen_test]
fn a_token_is_requested_installed_and_closed() {
    let mut machine = machine(false);
    let started = machine.start(WALL, 0.0);
    assert_eq!((started.field("status"), started.field("tokenValidForMs")), ("fetching".into(), JsValue::UNDEFINED));
    assert_eq!(
        started.actions(),
        [
            r#"{"type":"fetch","request":0,"reason":"first"}"#,
            r#"{"type":"arm","delayMs":10000}"#,
            r#"{"type":"status","status":"fetching"}"#,
        ]
    );
    assert!(machine.get(9, 1_000.0, false, WALL, 0.0).actions().is_empty());
    // A token for 1000.35 s, of which the last third of a second is never counted on.
    let vended = machine.vended(0, &answer(Some(WALL + 1_000_350.0)), WALL, 0.0);
    assert_eq!(vended.field("tokenValidForMs"), 1_000_000);
    assert_eq!(vended.field("nextAttemptAt"), WALL + 500_000.0);
    assert_eq!(
        vended.actions(),
        [
            r#"{"type":"install","request":0}"#,
            r#"{"type":"settle","call":9,"outcome":"token"}"#,
            r#"{"type":"status","status":"ready"}"#,
        ]
    );
    let closed = machine.close(WALL, 0.0);
    assert_eq!(closed.field("status"), "closed");
    assert_eq!(closed.actions(), [r#"{"type":"disarm"}"#, r#"{"type":"status","status":"closed"}"#]);
}

#[wasm_bindgen_test]
fn what_never_expires_is_infinite_and_a_failure_says_when_it_is_tried_again() {
    let mut machine = machine(false);
    let _ = machine.start(WALL, 0.0);
    let failed = machine.failed(0, RefreshFailure::Retry, Some(60_000.0), WALL, 0.0);
    let next = failed.field("nextAttemptAt").as_f64().unwrap();
    assert!(next >= WALL + 60_000.0);
    assert_eq!(failed.actions()[0], format!(r#"{{"type":"report","request":0,"cause":"answer","retryAt":{next}}}"#));
    let later = 120_000.0;
    let _ = machine.get(1, 0.0, true, WALL + later, later);
    let vended = machine.vended(1, &answer(None), WALL + later, later);
    assert_eq!((vended.field("status"), vended.field("tokenValidForMs")), ("ready".into(), f64::INFINITY.into()));
}

#[wasm_bindgen_test]
fn siblings_take_turns() {
    let mut machine = machine(true);
    // A lock for request 0, with no token; once it is held, a moment later, drain the channel, and then fetch.
    assert_eq!(machine.start(WALL, 0.0).actions()[0], r#"{"type":"lock","request":0,"leftMs":0}"#);
    let _ = machine.locked(0, WALL, 0.0);
    let (wall, mono) = (WALL + 200.0, 200.0);
    let count = |actions: Vec<String>, wanted: &str| actions.iter().filter(|action| **action == wanted).count();
    assert_eq!(count(machine.timer(wall, mono).actions(), r#"{"type":"drain","request":0}"#), 1);
    let fetch = r#"{"type":"fetch","request":0,"reason":"first"}"#;
    assert_eq!(count(machine.drained(0, wall, mono).actions(), fetch), 1);
    let vended = machine.vended(0, &answer(None), wall, mono).actions();
    assert_eq!(
        vended[..3],
        [
            r#"{"type":"install","request":0}"#,
            r#"{"type":"share","fresh":true,"extended":false}"#,
            r#"{"type":"unlock"}"#,
        ]
    );
    // A sibling has less: share, but not as fresh. A sibling has as much: nothing.
    let asked = machine.sibling_asked(5_000.0, wall, mono).actions();
    assert_eq!(asked[0], r#"{"type":"share","fresh":false,"extended":false}"#);
    assert!(machine.sibling_asked(f64::INFINITY, wall, mono).actions().is_empty());
    // Drop, and lock anew; a sibling's failure that is terminal: unlock, report as a sibling's without a next attempt.
    let (wall, mono) = (WALL + 5_000.0, 5_000.0);
    let rejected = machine.rejected(wall, mono).actions();
    assert_eq!(rejected[0], r#"{"type":"drop"}"#);
    assert!(rejected[1].starts_with(r#"{"type":"lock","request":1,"#), "{rejected:?}");
    let failed = machine.sibling_failed(RefreshFailure::Terminal, None, false, wall, mono).actions();
    assert_eq!(failed[..2], [r#"{"type":"unlock"}"#, r#"{"type":"report","request":1,"cause":"sibling"}"#]);
    let heard = machine.sibling_token(2.0, 300_000.0, true, false, None, WALL + 6_000.0, 6_000.0).actions();
    assert_eq!(heard[0], r#"{"type":"adopt"}"#);
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
        let (from, to, timeout, shared) = (number() as f32, number() as f32, number(), number() > 0.0);
        let mut machine = Refresher::new(from, to, timeout, shared, number(), number(), number());
        for _ in 0..100 {
            let (event, request) = (draw(18), draw(3) as u32);
            let mut number = || odd[draw(odd.len())];
            let (a, b, wall, mono) = (number(), number(), number(), number());
            let failure =
                [RefreshFailure::Retry, RefreshFailure::Malformed, RefreshFailure::Terminal][request as usize];
            let step = match event {
                0 => machine.start(wall, mono),
                1 => machine.get(request, a, b > 0.0, wall, mono),
                2 => machine.abandon(request, wall, mono),
                3 => machine.rejected(wall, mono),
                4 => machine.timer(wall, mono),
                5 => machine.wake(wall, mono),
                6 => machine.hidden(wall, mono),
                7 => machine.online(wall, mono),
                8 => machine.offline(wall, mono),
                9 | 10 => {
                    let answer = answer(Some(a));
                    for name in
                        ["tokenHash", "expiresAt", "issuedAt", "statedLifeMs", "requestedLifeMs", "date", "ageMs"]
                    {
                        assert!(Reflect::set(&answer, &name.into(), &number().into()).unwrap());
                    }
                    machine.vended(request, &answer, wall, mono)
                }
                11 => machine.failed(request, failure, Some(a), wall, mono),
                12 => machine.locked(request, wall, mono),
                13 => machine.drained(request, wall, mono),
                14 => machine.prior_request(a, wall, mono),
                15 => machine.sibling_token(a, b, request > 0, request > 1, Some(number()), wall, mono),
                16 => machine.sibling_failed(failure, Some(a), b > 0.0, wall, mono),
                _ => machine.sibling_asked(a, wall, mono),
            };
            assert!(step.field("status").is_string());
        }
    }
}
