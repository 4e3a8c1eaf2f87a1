//! The WebAssembly boundary, in a browser: decoding through it, and the driver's timer, request and page events.
#![cfg(target_arch = "wasm32")]

use js_sys::{Array, Function, Promise, Reflect};
use momento_token_wasm::js::{self, Handle, Host};
use std::rc::Rc;
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use wasm_bindgen_futures::JsFuture;
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};

wasm_bindgen_test_configure!(run_in_browser);

/// A host that keeps a log of what the driver told it, and whose `vend` the test gives as the body of an async function.
fn host(vend: &str) -> Host {
    let make = Function::new_with_args(
        "vend",
        "const log = [], waiting = [];
         const add = (entry) => { log.push(entry); for (const wake of waiting.splice(0)) wake(); };
         const AsyncFunction = (async () => {}).constructor;
         const body = new AsyncFunction('reason', 'signal', 'host', vend);
         const host = {
           log,
           requests: 0,
           open(reason, signal) { host.requests++; add('open ' + reason); return body(reason, signal, host); },
           isFunction: () => true,
           install(text, table, life) { add('install'); host.atInstall = host.now; },
           drop() { add('drop'); },
           report(code, message, status, retryAt, cause) { add('report ' + code + ' ' + status); host.cause = cause; },
           settle(call, outcome) { add('settle ' + call + ' ' + outcome); },
           statusChanged(status) { add('status ' + status); },
           outlook(status, refreshAt) { host.now = status; },
           life(life) {},
           async until(entry, times = 1) {
             while (log.filter((line) => line === entry).length < times) await new Promise((wake) => waiting.push(wake));
           },
         };
         return host;",
    );
    make.call1(&JsValue::NULL, &vend.into()).unwrap().unchecked_into()
}

async fn until(host: &Host, entry: &str, times: u32) {
    let until: Function = get(host, "until").unchecked_into();
    let promise: Promise = until.call2(host.as_ref(), &entry.into(), &times.into()).unwrap().unchecked_into();
    JsFuture::from(promise).await.unwrap();
}

fn get(host: &Host, name: &str) -> JsValue {
    Reflect::get(host.as_ref(), &name.into()).unwrap()
}

fn log(host: &Host) -> Vec<String> {
    get(host, "log").unchecked_into::<Array>().iter().map(|line| line.as_string().unwrap()).collect()
}

/// A second name for the same host: the driver takes one.
fn same(host: &Host) -> Host {
    AsRef::<JsValue>::as_ref(host).clone().unchecked_into()
}

fn driver(host: &Host) -> Handle {
    Handle::new(same(host), None, 0.6, 0.8, 1_000.0)
}

/// JavaScript for a token that expires in so many seconds.
fn token(seconds: u32) -> String {
    [
        "const b64 = (value) => btoa(JSON.stringify(value)).replace(/=+$/, '').replaceAll('+', '-').replaceAll('/', '_');
         const exp = Math.floor(Date.now() / 1000) + ",
        &seconds.to_string(),
        ";
         const key = [b64({ alg: 'HS256' }), b64({ ver: 1, exp, p: 'Eg4KDAoKCAIaBgoEY2hhdA==', id: 't' + host.requests }), 'c2ln'].join('.');
         const token = btoa(JSON.stringify({ endpoint: 'a.momentohq.com', api_key: key }));",
    ]
    .concat()
}

/// The numbers of a block, and its text.
fn block(at: u32) -> (Vec<u32>, String) {
    let memory = wasm_bindgen::memory().unchecked_into::<js_sys::WebAssembly::Memory>().buffer();
    let numbers = |count| js_sys::Uint32Array::new_with_byte_offset_and_length(&memory, at, count).to_vec();
    let table = numbers(numbers(1)[0]);
    let text = js_sys::Uint8Array::new_with_byte_offset_and_length(&memory, table[1], table[2]).to_vec();
    (table, String::from_utf8(text).unwrap())
}

#[wasm_bindgen_test]
fn what_is_read_is_left_as_a_block() {
    let mut input = b"nonsense".to_vec();
    input.resize(64, 0);
    assert_eq!(js::decode(input.clone(), 8, 0, 3, 0.0), 4);
    let (table, text) = block(js::decode(input, 8, 0, 0, 0.0));
    assert_eq!(table[4], u32::MAX);
    assert!(text.starts_with("ERR_TOKEN_MALFORMED"), "{text}");
    let scope = br#"[{"permissions":[{"role":"readonly","cache":"a"}]}]"#;
    let (_, text) = block(js::scope([&scope[..], b"\n"].concat(), scope.len() as u32 + 1, 6, 20));
    assert_eq!(text, r#"Read all items in cache "a"."#);
}

#[wasm_bindgen_test]
async fn a_token_arrives_and_is_replaced_by_the_timer() {
    let host = host(&[&token(2), "return token;"].concat());
    let driver = driver(&host);
    driver.start();
    until(&host, "install", 2).await;
    let log = log(&host);
    assert_eq!(log[..4], ["status fetching", "open first", "install", "status ready"].map(String::from), "{log:?}");
    assert!(log.contains(&"open refresh".into()), "{log:?}");
    // Whoever hears of a token finds the status already set.
    assert_eq!(get(&host, "atInstall"), "ready");
    driver.close();
    assert_eq!(get(&host, "requests"), 2);
}

#[wasm_bindgen_test]
async fn every_form_of_answer_is_read() {
    for answer in [
        "return token;",
        "return { authToken: token, expiresAt: exp };",
        "return new Response(JSON.stringify({ authToken: token, endpoint: 'a.momentohq.com', expiresAt: exp }));",
    ] {
        let host = host(&[&token(300), answer].concat());
        let driver = driver(&host);
        driver.start();
        until(&host, "install", 1).await;
        driver.close();
    }
}

#[wasm_bindgen_test]
async fn failures_are_reported_with_code_status_and_cause() {
    for (vend, report) in [
        ("throw new Error('no');", "report ERR_VEND_FUNCTION 0"),
        ("return 5;", "report ERR_VEND_FUNCTION 0"),
        ("return new Response('', { status: 503 });", "report ERR_VEND_HTTP 503"),
        ("return new Response('<html>');", "report ERR_VEND_HTML 0"),
        ("return 'garbage';", "report ERR_TOKEN_MALFORMED 0"),
    ] {
        let host = host(vend);
        let driver = driver(&host);
        driver.get(7, 0.0, false);
        until(&host, "settle 7 1", 1).await;
        let log = log(&host);
        assert!(log.contains(&report.into()), "{vend}: {log:?}");
        driver.close();
    }
}

#[wasm_bindgen_test]
async fn a_request_that_hangs_is_aborted() {
    let host =
        host("return new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));");
    let driver = driver(&host);
    driver.start();
    until(&host, "report ERR_VEND_TIMEOUT 0", 1).await;
    driver.close();
    assert!(!log(&host).contains(&"install".into()));
}

#[wasm_bindgen_test]
async fn page_events_reach_the_machine_until_closed() {
    // A refusal is final, so that only a page event can bring the second request.
    let refuse = "if (host.requests === 1) return new Response('', { status: 401 }); return token;";
    let host = host(&[&token(300), refuse].concat());
    let driver = driver(&host);
    driver.start();
    until(&host, "report ERR_VEND_HTTP 401", 1).await;
    let page: web_sys::EventTarget = js_sys::global().unchecked_into();
    let dispatch = |name: &str| {
        let event = Reflect::construct(&get_global("Event"), &Array::of1(&name.into())).unwrap();
        let dispatch: Function = Reflect::get(&page, &"dispatchEvent".into()).unwrap().unchecked_into();
        dispatch.call1(&page, &event).unwrap();
    };
    dispatch("offline");
    dispatch("online");
    until(&host, "install", 1).await;
    driver.close();
    let before = log(&host).len();
    dispatch("online");
    dispatch("pageshow");
    assert_eq!(log(&host).len(), before);
}

fn get_global(name: &str) -> Function {
    Reflect::get(&js_sys::global(), &name.into()).unwrap().unchecked_into()
}

/// Counts the timers that are armed from now on and have neither fired nor been cleared.
fn count_timers() -> Function {
    Function::new_no_args(
        "const { setTimeout, clearTimeout } = globalThis, armed = new Set();
         globalThis.setTimeout = (run, delay) => {
           const id = setTimeout(() => { armed.delete(id); run(); }, delay);
           armed.add(id);
           return id;
         };
         globalThis.clearTimeout = (id) => { armed.delete(id); clearTimeout(id); };
         return () => { Object.assign(globalThis, { setTimeout, clearTimeout }); return armed.size; };",
    )
    .call0(&JsValue::NULL)
    .unwrap()
    .unchecked_into()
}

/// The host closes the driver while it is told of a token: what was still to be done then must not be.
#[wasm_bindgen_test]
async fn closing_in_the_midst_of_an_event_leaves_nothing_behind() {
    let timers_left = count_timers();
    let host = host(&[&token(300), "return token;"].concat());
    let driver = Rc::new(driver(&host));
    let closer = Rc::clone(&driver);
    let close = Closure::<dyn FnMut()>::new(move || closer.close());
    Reflect::set(host.as_ref(), &"install".into(), close.as_ref()).unwrap();
    driver.start();
    until(&host, "status closed", 1).await;
    let log = log(&host);
    assert_eq!(log.last().map(String::as_str), Some("status closed"), "{log:?}");
    assert_eq!(timers_left.call0(&JsValue::NULL).unwrap(), 0);
}
