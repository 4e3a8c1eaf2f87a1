//! `TokenSource` for Rust front ends.

use crate::clock::{Clock, settle};
use crate::service::{Channels, Service, token};
use futures_core::Stream;
use momento_token_wasm::TokenSource;
use momento_token_wasm::browser::{GetToken, Snapshot, SourceError, Status, Tokens, Watch};
use momento_token_wasm::scope::TokenScope;
use momento_token_wasm::token::Token;
use std::cell::{Cell, RefCell};
use std::error::Error;
use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};
use std::time::Duration;
use wasm_bindgen::JsCast;
use wasm_bindgen_test::wasm_bindgen_test;

/// 2026-12-01T00:00:00Z, in seconds since the epoch.
const NOW: u32 = 1_796_083_200;
const LIFE: u32 = 300;

fn clock() -> Clock {
    Clock::at(f64::from(NOW) * 1_000.0)
}

/// The token's identifier.
fn id(token: &Token) -> &str {
    token.token_id().unwrap()
}

/// A function that vends tokens numbered by call and valid for five minutes, and the number of calls.
fn counted() -> (TokenSource, Rc<Cell<u32>>) {
    let calls = Rc::new(Cell::new(0));
    let count = Rc::clone(&calls);
    let source = TokenSource::from_fn(move |_| {
        count.set(count.get() + 1);
        let now = (js_sys::Date::now() / 1_000.0) as u32;
        let token = token(&count.get().to_string(), now + LIFE);
        async move { Ok::<_, SourceError>(token) }
    });
    (source.build().unwrap(), calls)
}

/// The identifiers of the tokens seen by a watch, in order.
fn watch(source: &TokenSource) -> (Watch, Rc<RefCell<Vec<String>>>) {
    let seen = Rc::new(RefCell::new(Vec::new()));
    let list = Rc::clone(&seen);
    let watch = source.watch(move |snapshot: &Snapshot| {
        let Some(token) = &snapshot.token else { return };
        let mut list = list.borrow_mut();
        if list.last().map(String::as_str) != Some(id(token)) {
            list.push(id(token).into());
        }
    });
    (watch, seen)
}

async fn next(tokens: &mut Tokens) -> Option<Arc<Token>> {
    poll_fn(|context| Pin::new(&mut *tokens).poll_next(context)).await
}

/// Polls once, without waiting.
fn poll<F: Future + Unpin>(future: &mut F) -> Poll<F::Output> {
    Pin::new(future).poll(&mut Context::from_waker(Waker::noop()))
}

#[wasm_bindgen_test]
async fn renews_repeatedly_before_expiry() {
    let clock = clock();
    let (source, calls) = counted();
    assert_eq!((calls.get(), clock.timers(), source.snapshot().status), (0, 0, Status::Idle), "building does no I/O");
    let (_watch, seen) = watch(&source);
    clock.pass(0.0).await;
    assert_eq!(id(source.snapshot().token.as_ref().unwrap()), "1");
    for rotation in 1..=3_u32 {
        let before = source.snapshot();
        let due = before.refresh_at.unwrap() as f64 - js_sys::Date::now();
        assert!((150_000.0..=250_000.0).contains(&due), "renewed after 60 to 80 % of its life: {due}");
        clock.pass(due - 1.0).await;
        assert_eq!(calls.get(), rotation);
        clock.pass(1_000.0).await;
        assert_eq!(calls.get(), rotation + 1);
    }
    assert_eq!(*seen.borrow(), ["1", "2", "3", "4"]);
}

#[wasm_bindgen_test]
async fn callers_share_a_request_and_the_current_token() {
    let clock = clock();
    let (source, calls) = counted();
    let (first, second) = (source.token(), source.clone().token());
    let (first, second) = (first.await.unwrap(), second.await.unwrap());
    assert!(Arc::ptr_eq(&first, &second));
    assert!(Arc::ptr_eq(&first, &source.token().await.unwrap()));
    assert_eq!(calls.get(), 1);
    let forced = GetToken::new().force_refresh(true);
    let longer = GetToken::new().min_validity(Duration::from_secs(3_600));
    // Requests caused by callers are at least a second apart.
    for (options, expected) in [(forced, Ok("2")), (longer, Err("ERR_TOKEN_TOO_SHORT"))] {
        let caller = source.token_with(options);
        clock.pass(30_000.0).await;
        let settled = caller.await;
        assert_eq!(settled.as_deref().map(id).map_err(SourceError::code), expected);
    }
}

#[wasm_bindgen_test]
async fn dropped_call_does_not_cancel_the_request() {
    let clock = clock();
    let (source, calls) = counted();
    let mut caller = source.token();
    assert!(poll(&mut caller).is_pending());
    drop(caller);
    clock.pass(0.0).await;
    assert_eq!((calls.get(), id(source.snapshot().token.as_ref().unwrap())), (1, "1"));
}

#[wasm_bindgen_test]
async fn close_aborts_the_request_and_settles_callers() {
    let clock = clock();
    let service = Service::answering(r#"[{"hangs":true}]"#);
    let source = TokenSource::builder("/token").build().unwrap();
    let mut caller = source.token();
    assert!(poll(&mut caller).is_pending());
    clock.pass(0.0).await;
    assert_eq!(service.first(&["init", "signal", "aborted"]), false);
    source.close();
    assert_eq!(service.first(&["init", "signal", "aborted"]), true);
    assert_eq!(caller.await.unwrap_err().code(), "ERR_CLOSED");
    assert_eq!(clock.timers(), 0);
    // The result of the request is no longer used.
    settle().await;
    assert_eq!((source.snapshot().status, service.requests()), (Status::Closed, 1));
}

#[wasm_bindgen_test]
async fn timed_out_request_drops_the_vend_future() {
    let clock = clock();
    let held = Rc::new(());
    let weak = Rc::downgrade(&held);
    let calls = Rc::new(Cell::new(0));
    let count = Rc::clone(&calls);
    let vend = move |_| {
        count.set(count.get() + 1);
        let held = (count.get() == 1).then(|| Rc::clone(&held));
        async move {
            std::future::pending::<()>().await;
            drop(held);
            Ok::<_, SourceError>(String::new())
        }
    };
    let source = TokenSource::from_fn(vend).request_timeout(Duration::from_secs(1)).build().unwrap();
    let caller = source.token();
    clock.pass(1_500.0).await;
    assert_eq!(caller.await.unwrap_err().code(), "ERR_VEND_TIMEOUT");
    assert_eq!(weak.strong_count(), 1, "the function's own, and not the first call's");
    source.close();
    drop(source);
    settle().await;
    assert_eq!(weak.strong_count(), 0, "the function goes with its source");
}

#[wasm_bindgen_test]
async fn retry_after_applies_after_a_refused_refresh_token() {
    let clock = clock();
    let first = format!(r#"{{\"authToken\":\"{}\",\"refreshToken\":\"again\"}}"#, token("1", NOW + LIFE));
    let refused = r#"{"status":403,"headers":{"retry-after":"7"}}"#;
    let service = Service::answering(&format!(r#"[{{"status":200,"body":"{first}"}},{refused},{{"hangs":true}}]"#));
    let source = TokenSource::builder("/token").post().build().unwrap();
    source.token().await.unwrap();
    let due = source.snapshot().refresh_at.unwrap() as f64 - js_sys::Date::now();
    clock.pass(due + 1.0).await;
    let snapshot = source.snapshot();
    assert_eq!((service.requests(), snapshot.error.as_ref().unwrap().status()), (2, Some(403)));
    let wait = snapshot.refresh_at.unwrap() as f64 - js_sys::Date::now();
    assert!((6_500.0..10_000.0).contains(&wait), "{wait}");
    clock.pass(wait + 1.0).await;
    assert_eq!(service.requests(), 3);
    assert!(!service.body_of(2).contains("refreshToken"), "the one that was refused is not sent again");
}

#[wasm_bindgen_test]
async fn watch_ends_on_drop() {
    let clock = clock();
    let (source, _) = counted();
    let ((first, seen), (_second, all)) = (watch(&source), watch(&source));
    clock.pass(0.0).await;
    drop(first);
    clock.pass(f64::from(LIFE) * 1_000.0).await;
    assert_eq!((seen.borrow().len(), all.borrow().len()), (1, 2));
}

#[wasm_bindgen_test]
async fn watch_may_use_and_close_its_source() {
    let clock = clock();
    let (source, calls) = counted();
    let handle = source.clone();
    let statuses = Rc::new(RefCell::new(Vec::new()));
    let list = Rc::clone(&statuses);
    let _watch = source.watch(move |snapshot| {
        list.borrow_mut().push(snapshot.status);
        if snapshot.token.is_some() {
            handle.report_rejected(&handle.snapshot().token.unwrap());
            handle.close();
        }
    });
    clock.pass(60_000.0).await;
    assert_eq!((calls.get(), clock.timers()), (1, 0));
    let statuses = statuses.borrow();
    assert_eq!((statuses.first(), source.snapshot().status), (Some(&Status::Fetching), Status::Closed));
}

#[wasm_bindgen_test]
async fn watch_with_the_last_handle_closes_on_drop() {
    let clock = clock();
    let (source, _) = counted();
    let handle = source.clone();
    let watch = source.watch(move |_| drop(handle.clone()));
    clock.pass(0.0).await;
    drop(source);
    assert_eq!(clock.timers(), 1);
    drop(watch);
    assert_eq!(clock.timers(), 0);
}

#[wasm_bindgen_test]
async fn changes_made_in_the_first_watch_call_are_observed() {
    let clock = clock();
    let (source, _) = counted();
    let handle = RefCell::new(Some(source.clone()));
    let seen = Rc::new(RefCell::new(Vec::new()));
    let list = Rc::clone(&seen);
    let _watch = source.watch(move |snapshot| {
        list.borrow_mut().push(snapshot.status);
        if let Some(handle) = handle.take() {
            handle.close();
            // A watch started within a call is notified of the end too.
            let inner = Rc::clone(&list);
            std::mem::forget(handle.watch(move |snapshot| inner.borrow_mut().push(snapshot.status)));
        }
    });
    assert_eq!(*seen.borrow(), [Status::Fetching, Status::Closed, Status::Closed]);
    clock.pass(60_000.0).await;
    assert_eq!((seen.borrow().len(), clock.timers()), (3, 0));
}

#[wasm_bindgen_test]
async fn dropping_the_last_handle_closes() {
    let clock = clock();
    let (source, _) = counted();
    let (_watch, seen) = watch(&source);
    let other = source.clone();
    let mut tokens = source.tokens();
    assert_eq!(id(&next(&mut tokens).await.unwrap()), "1");
    drop(source);
    drop(tokens);
    assert_eq!(clock.timers(), 1, "one is left");
    drop(other);
    assert_eq!(clock.timers(), 0);
    clock.pass(f64::from(LIFE) * 1_000.0).await;
    assert_eq!(*seen.borrow(), ["1"]);
}

#[wasm_bindgen_test]
async fn pending_call_keeps_the_source_open() {
    let _clock = clock();
    let (source, _) = counted();
    let caller = source.token();
    drop(source);
    assert_eq!(id(&caller.await.unwrap()), "1");
}

#[wasm_bindgen_test]
async fn closed_source_returns_closed() {
    let clock = clock();
    for begins in [true, false] {
        let (source, calls) = counted();
        let mut tokens = source.tokens();
        if begins {
            assert!(next(&mut tokens).await.is_some());
        }
        source.close();
        assert_eq!(source.token().await.unwrap_err().code(), "ERR_CLOSED");
        assert_eq!(source.start().unwrap_err().code(), "ERR_CLOSED");
        assert!(next(&mut tokens).await.is_none());
        let snapshot = source.snapshot();
        assert_eq!((snapshot.status, snapshot.token.is_none()), (Status::Closed, true));
        source.close();
        assert_eq!((calls.get(), clock.timers()), (u32::from(begins), 0));
    }
}

#[wasm_bindgen_test]
async fn stream_yields_each_token_once_and_skips_to_the_latest() {
    let clock = clock();
    let (source, _) = counted();
    let mut tokens = source.tokens();
    assert_eq!(id(&next(&mut tokens).await.unwrap()), "1");
    let mut waiting = Box::pin(next(&mut tokens));
    assert!(poll(&mut waiting).is_pending());
    clock.pass(f64::from(LIFE) * 1_000.0).await;
    assert_eq!(id(&waiting.await.unwrap()), "2");
    clock.pass(f64::from(LIFE) * 3_000.0).await;
    let last: u32 = id(&next(&mut tokens).await.unwrap()).parse().unwrap();
    assert!(last >= 4, "{last}");
}

#[wasm_bindgen_test]
async fn get_sends_query_parameters() {
    let _clock = clock();
    let service = Service::answering(&format!(r#"[{{"status":200,"body":"{}"}}]"#, token("1", NOW + LIFE)));
    let scope = r#"{"permissions":[{"role":"readonly","cache":"a b"}]}"#;
    let builder = TokenSource::builder("/token?room=1#top").header("x-app", "7").token_id("me");
    let builder = builder.scope(TokenScope::from_json(scope).unwrap()).expires_in(Duration::from_secs(300));
    let source = builder.build().unwrap();
    source.token().await.unwrap();
    let url = service.first(&["url"]).as_string().unwrap();
    let query = "scope=%7B%22permissions%22%3A%5B%7B%22role%22%3A%22readonly%22%2C%22cache%22%3A%22a+b%22%7D%5D%7D";
    assert_eq!(url, format!("/token?room=1&{query}&expiresIn=300&tokenId=me#top"));
    assert_eq!(service.first(&["init", "method"]), "GET");
    assert_eq!(service.first(&["init", "mode"]), "same-origin");
    assert_eq!(service.first(&["init", "cache"]), "no-store");
    assert_eq!(service.first(&["headers", "x-app"]), "7");
    assert!(service.first(&["init", "body"]).is_undefined());
}

#[wasm_bindgen_test]
async fn post_sends_json_with_the_refresh_token() {
    let clock = clock();
    let body = format!(r#"{{\"authToken\":\"{}\",\"refreshToken\":\"again\"}}"#, token("1", NOW + LIFE));
    let service = Service::answering(&format!(r#"[{{"status":200,"body":"{body}"}}]"#));
    let scope = r#"{"permissions":[{"role":"readonly","cache":"a"}]}"#;
    let builder = TokenSource::builder("/token").post().scope(TokenScope::from_json(scope).unwrap());
    let source = builder.expires_in(Duration::from_secs(300)).build().unwrap();
    source.token().await.unwrap();
    let sent = service.first(&["init", "body"]).as_string().unwrap();
    assert_eq!(sent, format!(r#"{{"scope":{scope},"expiresIn":300}}"#));
    assert_eq!(service.first(&["headers", "content-type"]), "application/json");
    drop(service);
    let service = Service::answering(&format!(r#"[{{"status":200,"body":"{}"}}]"#, token("2", NOW + 2 * LIFE)));
    clock.pass(f64::from(LIFE) * 1_000.0 - 1.0).await;
    assert_eq!(id(source.snapshot().token.as_ref().unwrap()), "2");
    let sent = service.first(&["init", "body"]).as_string().unwrap();
    assert!(sent.ends_with(r#","refreshToken":"again"}"#));
}

#[wasm_bindgen_test]
async fn errors_have_codes_and_causes() {
    let clock = clock();
    let large = format!(r#"{{"status":200,"body":"{}"}}"#, "x".repeat(300_000));
    for (answer, code, status) in [
        (r#"{"status":401}"#, "ERR_VEND_HTTP", Some(401)),
        (r#"{"status":503,"headers":{"retry-after":"120"}}"#, "ERR_VEND_HTTP", Some(503)),
        (r#"{"status":200,"body":"<html>"}"#, "ERR_VEND_HTML", None),
        (r#"{"status":200,"body":"{}"}"#, "ERR_VEND_ANSWER", None),
        (&large, "ERR_VEND_TOO_LARGE", None),
    ] {
        let _service = Service::answering(&format!("[{answer}]"));
        let source = TokenSource::builder("/token").build().unwrap();
        let error = source.token().await.unwrap_err();
        assert_eq!((error.code(), error.status()), (code, status), "{error}");
        assert_eq!(source.snapshot().error.unwrap().code(), code);
        if status == Some(503) {
            let wait = error.will_retry_at().unwrap() as f64 - js_sys::Date::now();
            assert!((120_000.0..150_000.0).contains(&wait), "{wait}");
        }
    }
    let source = TokenSource::from_fn(|_| async { Err::<String, _>("no session") }).build().unwrap();
    let error = source.token().await.unwrap_err();
    assert_eq!((error.code(), error.source().unwrap().to_string().as_str()), ("ERR_VEND_FUNCTION", "no session"));
    let _service = Service::answering(r#"[{"hangs":true}]"#);
    let source = TokenSource::builder("/token").request_timeout(Duration::from_secs(1)).build().unwrap();
    let mut caller = source.token();
    assert!(poll(&mut caller).is_pending());
    clock.pass(1_500.0).await;
    assert_eq!(caller.await.unwrap_err().code(), "ERR_VEND_TIMEOUT");
}

#[wasm_bindgen_test]
async fn rejects_only_the_current_token() {
    let clock = clock();
    let (source, calls) = counted();
    let first = source.token().await.unwrap();
    source.report_rejected(&first);
    clock.pass(60_000.0).await;
    assert_eq!(calls.get(), 2);
    source.report_rejected(&first);
    clock.pass(60_000.0).await;
    assert_eq!(calls.get(), 2);
}

/// Uses the page's own clock, because siblings communicate through the browser.
#[wasm_bindgen_test]
async fn shared_sources_send_one_request() {
    Clock::of_the_page();
    let body =
        format!(r#"{{"status":200,"body":"{}"}}"#, token("shared", (js_sys::Date::now() / 1_000.0) as u32 + 3_600));
    let service = Service::answering(&format!("[{body}]"));
    let make = || TokenSource::builder("/token").share_across_tabs("web-test").build().unwrap();
    let (first, second) = (make(), make());
    let (one, two) = (first.token(), second.token());
    assert_eq!((id(&one.await.unwrap()), id(&two.await.unwrap())), ("shared", "shared"));
    assert_eq!(service.requests(), 1);
}

#[wasm_bindgen_test]
async fn cross_origin_redirect_is_not_followed() {
    let _clock = clock();
    let service = Service::answering(r#"[{"status":302,"headers":{"location":"https://elsewhere.example/"}}]"#);
    let source = TokenSource::builder("https://tokens.example/token").build().unwrap();
    assert_eq!(source.token().await.unwrap_err().code(), "ERR_VEND_REDIRECT");
    assert_eq!((service.requests(), service.first(&["init", "redirect"])), (1, "manual".into()));
    drop(service);
    let service = Service::answering(&format!(r#"[{{"status":200,"body":"{}"}}]"#, token("1", NOW + LIFE)));
    let source = TokenSource::builder("https://tokens.example/token").allow_redirects(true).build().unwrap();
    source.token().await.unwrap();
    assert!(service.first(&["init", "redirect"]).is_undefined() && service.first(&["init", "mode"]).is_undefined());
}

#[wasm_bindgen_test]
async fn oversized_content_length_is_not_read() {
    let _clock = clock();
    let _service = Service::answering(r#"[{"status":200,"body":"x","headers":{"content-length":"9999999"}}]"#);
    let source = TokenSource::builder("/token").build().unwrap();
    assert_eq!(source.token().await.unwrap_err().code(), "ERR_VEND_TOO_LARGE");
}

#[wasm_bindgen_test]
async fn online_event_sends_a_request() {
    let clock = clock();
    let service = Service::answering(r#"[{"status":503}]"#);
    let source = TokenSource::builder("/token").build().unwrap();
    let _watch = source.watch(|_| {});
    clock.pass(1.0).await;
    let failed = service.requests();
    dispatch("offline");
    clock.pass(20_000.0).await;
    let offline = service.requests();
    dispatch("online");
    clock.pass(1_000.0).await;
    assert_eq!((failed, offline, service.requests()), (1, 1, 2));
    source.close();
    let closed = service.requests();
    dispatch("online");
    clock.pass(60_000.0).await;
    assert_eq!(service.requests(), closed);
}

/// Parses a JavaScript object literal.
fn literal(text: &str) -> wasm_bindgen::JsValue {
    js_sys::Function::new_no_args(&format!("return {text}")).call0(&wasm_bindgen::JsValue::UNDEFINED).unwrap()
}

fn dispatch(kind: &str) {
    let window: web_sys::EventTarget = js_sys::global().unchecked_into();
    window.dispatch_event(&web_sys::Event::new(kind).unwrap()).unwrap();
}

/// Uses the page's own clock, because messages go through the browser.
#[wasm_bindgen_test]
async fn ignores_malformed_messages() {
    Clock::of_the_page();
    let service = Service::answering(r#"[{"status":401}]"#);
    let source = TokenSource::builder("/token").share_across_tabs("hostile").build().unwrap();
    let names = Channels::watch();
    source.token().await.unwrap_err();
    let before = format!("{:?}", source.snapshot());
    let channel = web_sys::BroadcastChannel::new(&names.last()).unwrap();
    let token = token("hostile", (js_sys::Date::now() / 1_000.0) as u32 + 3_600);
    let now = js_sys::Date::now();
    for message in [
        "null".into(),
        "7".into(),
        "[]".into(),
        r#"{"kind":"ask","left":-1}"#.into(),
        r#"{"kind":"token"}"#.into(),
        format!(r#"{{"kind":"token","answer":"{token}","left":1e300,"sentAt":0,"fresh":true,"extended":true}}"#),
        format!(r#"{{"kind":"token","answer":"{token}","left":"9","sentAt":{now},"fresh":true,"extended":true}}"#),
        format!(r#"{{"kind":"token","answer":7,"left":9e5,"sentAt":{now},"fresh":true,"extended":true}}"#),
        format!(r#"{{"kind":"token","answer":"no token","left":9e5,"sentAt":{now},"fresh":true,"extended":true}}"#),
        r#"{"kind":"failure","code":"<b>","message":"","failure":"retry"}"#.into(),
        r#"{"kind":"failure","code":"ERR_X","message":"","failure":"never"}"#.into(),
        r#"{"kind":"other"}"#.into(),
    ] {
        channel.post_message(&js_sys::JSON::parse(&message).unwrap()).unwrap();
    }
    settle().await;
    // Values that JSON does not have.
    for number in ["NaN", "Infinity", "-Infinity", "-1e300", "1e300"] {
        for (left, sent_at) in [(number, "Date.now()"), ("9e5", number)] {
            let message = format!(
                "{{kind:'token',answer:'none',left:{left},sentAt:{sent_at},fresh:true,extended:true,date:{number}}}"
            );
            channel.post_message(&literal(&message)).unwrap();
        }
    }
    settle().await;
    assert_eq!((format!("{:?}", source.snapshot()), service.requests()), (before, 1));
    // A valid message on the same channel: messages arrive in order.
    let message = format!(
        "{{kind:'token',answer:'{}',left:9e5,sentAt:{now},fresh:true,extended:false}}",
        self::token("sibling", (now / 1_000.0) as u32 + 900)
    );
    channel.post_message(&literal(&message)).unwrap();
    let mut tokens = source.tokens();
    assert_eq!(id(&next(&mut tokens).await.unwrap()), "sibling");
    channel.close();
}
