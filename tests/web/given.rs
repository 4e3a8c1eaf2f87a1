//! Tests of the results of `vend` functions and `fetch`: any response implementation, values that throw when read, late
//! results.

use crate::clock::{Clock, settle};
use crate::service::{Service, token};
use js_sys::{Array, Function, Object, Promise, Reflect};
use momento_token_wasm::browser::SourceError;
use momento_token_wasm::js::standalone::JsTokenSource;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use wasm_bindgen_test::wasm_bindgen_test;

/// 2026-12-01T00:00:00Z, in seconds since the epoch.
const NOW: u32 = 1_796_083_200;

/// What test functions can use: `token`; `log`, a list shared with the test; `endless`, a body that records its
/// cancellation there; `thrown`, a value to throw.
const PRELUDE: &str = "
const endless = () => new ReadableStream({
  pull: (controller) => controller.enqueue(new Uint8Array(65536)),
  cancel: () => void log.push('cancelled'),
});
const silent = () => new ReadableStream({ cancel: () => void log.push('cancelled') });
const duck = (more) => ({ status: 200, headers: { get: () => null }, text: async () => token, ...more });
const throwing = (name, object) => Object.defineProperty(object, name, { get() { throw thrown; } });
";

fn clock() -> Clock {
    Clock::at(f64::from(NOW) * 1_000.0)
}

fn get(object: &JsValue, name: &str) -> JsValue {
    Reflect::get(object, &name.into()).unwrap()
}

/// A function in JavaScript, and what it shares with its test.
struct Given {
    function: Function,
    log: Array,
    thrown: JsValue,
}

impl Given {
    /// Creates a function that evaluates this expression.
    fn new(expression: &str) -> Self {
        let make = format!("{PRELUDE} return async (...args) => {expression};");
        let make = Function::new_with_args("token, log, thrown", &make);
        let (log, thrown) = (Array::new(), JsValue::from(js_sys::Error::new("mine")));
        let function = make.call3(&JsValue::UNDEFINED, &token("one", NOW + 300).into(), &log, &thrown).unwrap();
        Given { function: function.unchecked_into(), log, thrown }
    }

    /// Creates a source with this function as `vend`.
    fn source(&self) -> JsTokenSource {
        let options = Object::new();
        assert!(Reflect::set(&options, &"vend".into(), &self.function).unwrap());
        JsTokenSource::new(&options).unwrap()
    }

    /// Creates a source whose requests it answers instead of `fetch`, until the service is dropped.
    fn fetched(&self, url: &str) -> (Service, JsTokenSource) {
        let service = Service::answering("[]");
        assert!(Reflect::set(&js_sys::global(), &"fetch".into(), &self.function).unwrap());
        let options = Object::new();
        assert!(Reflect::set(&options, &"vend".into(), &url.into()).unwrap());
        (service, JsTokenSource::new(&options).unwrap())
    }

    fn log(&self) -> String {
        self.log.join(" ").into()
    }
}

async fn settled(promise: Promise) -> Result<JsValue, JsValue> {
    JsFuture::from(promise).await
}

async fn failed(source: &JsTokenSource) -> JsValue {
    settled(source.get_token(&JsValue::UNDEFINED)).await.unwrap_err()
}

fn code(error: &JsValue) -> String {
    get(error, "code").as_string().unwrap()
}

fn message(error: &JsValue) -> String {
    get(error, "message").as_string().unwrap()
}

#[wasm_bindgen_test]
fn errors_are_send_and_sync() {
    fn shared<T: Send + Sync>() {}
    shared::<SourceError>();
}

#[wasm_bindgen_test]
async fn reads_any_response_implementation() {
    let _clock = clock();
    for expression in [
        "duck()",
        "duck({ ok: undefined, body: null })",
        "duck({ body: {} })",
        "duck({ body: { getReader: undefined, cancel: undefined } })",
        "Object.assign(() => {}, duck())",
        "duck({ get body() { return new Response(token).body; }, text() { throw thrown; } })",
        "duck({ body: { getReader: () => new Response(token).body.getReader() } })",
        "duck({ status: 299.5 })",
        // From another realm, which is removed while its response is read.
        "(() => {
          const frame = document.body.appendChild(document.createElement('iframe'));
          return new frame.contentWindow.Response(token);
        })()",
        // Bytes in any kind of view, split within a character and after a byte order mark.
        "(() => {
          const chunks = [[0xef, 0xbb], [0xbf], ...[...token].map((char) => [char.charCodeAt()])];
          const read = async () => {
            const bytes = chunks.shift();
            return { done: !bytes, value: bytes && new DataView(Uint8Array.from([0, ...bytes]).buffer, 1) };
          };
          return duck({ body: { getReader: () => ({ read }) } });
        })()",
        "({ then: (resolve) => resolve(duck()) })",
    ] {
        let token = settled(Given::new(expression).source().get_token(&JsValue::UNDEFINED)).await;
        assert_eq!(get(&token.unwrap_or_else(|error| panic!("{expression}: {error:?}")), "tokenId"), "one");
    }
}

#[wasm_bindgen_test]
async fn response_lookalike_is_data() {
    let _clock = clock();
    for expression in ["duck({ status: '200' })", "duck({ headers: {} })", "duck({ text: 'text' })"] {
        let error = failed(&Given::new(expression).source()).await;
        assert_eq!(code(&error), "ERR_VEND_ANSWER", "{expression}");
    }
    let token = settled(Given::new("duck({ text: token })").source().get_token(&JsValue::UNDEFINED)).await.unwrap();
    assert_eq!(get(&token, "tokenId"), "one");
}

#[wasm_bindgen_test]
async fn invalid_status_is_a_failure() {
    let _clock = clock();
    for (status, shown) in [("NaN", 0), ("-1", 0), ("0", 0), ("1e9", 65_535), ("403.9", 403)] {
        let error = failed(&Given::new(&format!("duck({{ status: {status} }})")).source()).await;
        assert_eq!((code(&error), get(&error, "status")), ("ERR_VEND_HTTP".into(), shown.into()), "{status}");
    }
}

#[wasm_bindgen_test]
async fn thrown_value_is_the_cause() {
    let _clock = clock();
    for expression in [
        "{ throw thrown; }",
        "Promise.reject(thrown)",
        "({ get then() { throw thrown; } })",
        "({ then() { throw thrown; } })",
        "({ then: (_, reject) => reject(thrown) })",
    ] {
        let given = Given::new(expression);
        let error = failed(&given.source()).await;
        assert_eq!((code(&error), get(&error, "cause")), ("ERR_VEND_FUNCTION".into(), given.thrown), "{expression}");
        assert_eq!(message(&error), "expected the vend function to return a token, found that it threw; see `cause`");
    }
    let error = failed(&Given::new("{ throw null; }").source()).await;
    assert!(get(&error, "cause").is_null());
    let error = failed(&Given::new("{ throw undefined; }").source()).await;
    assert!(!Reflect::has(&error, &"cause".into()).unwrap());
}

#[wasm_bindgen_test]
async fn throwing_getter_is_an_error_with_a_cause() {
    for (expression, expected) in [
        ("throwing('status', duck())", "ERR_VEND_FUNCTION"),
        ("throwing('headers', duck())", "ERR_VEND_FUNCTION"),
        ("throwing('text', duck())", "ERR_VEND_FUNCTION"),
        ("duck({ headers: throwing('get', {}) })", "ERR_VEND_FUNCTION"),
        ("duck({ headers: { get() { throw thrown; } } })", "ERR_VEND_FUNCTION"),
        ("throwing('bodyUsed', duck())", "ERR_VEND_FUNCTION"),
        ("({ toJSON() { throw thrown; } })", "ERR_VEND_FUNCTION"),
        ("throwing('body', duck())", "ERR_VEND_NETWORK"),
        ("duck({ body: throwing('getReader', {}) })", "ERR_VEND_NETWORK"),
        ("duck({ body: { getReader() { throw thrown; } } })", "ERR_VEND_NETWORK"),
        ("duck({ body: { getReader: () => ({ read() { throw thrown; } }) } })", "ERR_VEND_NETWORK"),
        ("duck({ body: { getReader: () => ({ read: () => Promise.reject(thrown) }) } })", "ERR_VEND_NETWORK"),
        ("duck({ body: { getReader: () => ({ read: async () => throwing('done', {}) }) } })", "ERR_VEND_NETWORK"),
        ("duck({ body: { getReader: () => ({ read: async () => throwing('value', {}) }) } })", "ERR_VEND_NETWORK"),
        ("duck({ text() { throw thrown; } })", "ERR_VEND_NETWORK"),
        ("duck({ text: () => Promise.reject(thrown), body: throwing('cancel', {}) })", "ERR_VEND_NETWORK"),
    ] {
        let clock = clock();
        let given = Given::new(&format!("log.push(1) > 1 ? token : {expression}"));
        let source = given.source();
        let error = failed(&source).await;
        assert_eq!((code(&error), &get(&error, "cause")), (expected.into(), &given.thrown), "{expression}");
        // It left no state behind: the next request succeeds.
        let waiting = source.get_token(&JsValue::UNDEFINED);
        clock.pass(60_000.0).await;
        assert_eq!(get(&settled(waiting).await.unwrap(), "tokenId"), "one", "{expression}");
        source.close();
    }
}

#[wasm_bindgen_test]
async fn non_byte_chunks_truncate_the_body() {
    let _clock = clock();
    for value in ["'text'", "7", "null", "{ length: 3 }", "[1, 2]"] {
        let chunk = format!("({{ done: false, value: {value} }})");
        let expression = format!("duck({{ body: {{ getReader: () => ({{ read: async () => {chunk} }}) }} }})");
        let error = failed(&Given::new(&expression).source()).await;
        assert_eq!(code(&error), "ERR_VEND_NETWORK", "{value}");
        assert!(get(&error, "cause").is_instance_of::<js_sys::TypeError>(), "{value}");
        assert_eq!(message(&error), "expected the whole answer of the vending service, found it cut off; see `cause`");
    }
}

#[wasm_bindgen_test]
async fn unreadable_header_keeps_the_status() {
    let _clock = clock();
    let given = Given::new(
        "duck({ status: 401, headers: { get(name) { if (name === 'retry-after') throw thrown; return null; } } })",
    );
    let error = failed(&given.source()).await;
    assert_eq!((code(&error), get(&error, "status")), ("ERR_VEND_FUNCTION".into(), 401.into()));
    assert_eq!(get(&error, "cause"), given.thrown);
    assert!(!get(&error, "willRetryAt").is_undefined());
}

#[wasm_bindgen_test]
async fn used_body_is_an_error() {
    let _clock = clock();
    let given = Given::new("(() => { const read = new Response(token); read.text(); return read; })()");
    let error = failed(&given.source()).await;
    assert_eq!(code(&error), "ERR_VEND_FUNCTION");
    assert_eq!(message(&error), "expected a Response whose body nobody has read, found one that was read");
}

#[wasm_bindgen_test]
async fn unwanted_body_is_cancelled() {
    let _clock = clock();
    for (expression, expected) in [
        ("new Response(endless())", "ERR_VEND_TOO_LARGE"),
        ("new Response(silent(), { headers: { 'content-length': '262145' } })", "ERR_VEND_TOO_LARGE"),
        ("new Response(silent(), { status: 503 })", "ERR_VEND_HTTP"),
        ("duck({ body: { cancel() { log.push('cancelled'); throw thrown; } }, status: 503 })", "ERR_VEND_HTTP"),
        (
            "duck({ body: { cancel: async () => { log.push('cancelled'); throw thrown; } }, text() { throw thrown; } })",
            "ERR_VEND_NETWORK",
        ),
    ] {
        let given = Given::new(expression);
        let error = failed(&given.source()).await;
        assert_eq!(code(&error), expected, "{expression}");
        settle().await;
        assert_eq!(given.log(), "cancelled", "{expression}");
    }
    for expression in
        ["'x'.repeat(262145)", "({ x: 'x'.repeat(262145) })", "duck({ text: async () => 'x'.repeat(3e5) })"]
    {
        let error = failed(&Given::new(expression).source()).await;
        assert_eq!(code(&error), "ERR_VEND_TOO_LARGE", "{expression}");
        assert!(message(&error).ends_with("more than 256 KB; is its URL right?"), "{error:?}");
    }
}

#[wasm_bindgen_test]
async fn aborted_request_cancels_its_body() {
    let clock = clock();
    for closes in [false, true] {
        let given = Given::new("new Response(silent())");
        let source = given.source();
        let waiting = source.get_token(&JsValue::UNDEFINED);
        clock.pass(1_000.0).await;
        assert_eq!(given.log(), "");
        if closes {
            source.close();
        }
        clock.pass(9_000.0).await;
        let expected = if closes { "ERR_CLOSED" } else { "ERR_VEND_TIMEOUT" };
        assert_eq!((code(&settled(waiting).await.unwrap_err()), given.log()), (expected.into(), "cancelled".into()));
        source.close();
    }
}

#[wasm_bindgen_test]
async fn late_response_is_cancelled() {
    let clock = clock();
    let late = "new Promise((resolve) => setTimeout(() => resolve(new Response(silent())), 15000))";
    let of_a_function = Given::new(late);
    let source = of_a_function.source();
    let waiting = source.get_token(&JsValue::UNDEFINED);
    clock.pass(10_000.0).await;
    let error = settled(waiting).await.unwrap_err();
    assert_eq!(
        (code(&error), message(&error)),
        (
            "ERR_VEND_TIMEOUT".into(),
            "expected an answer from the vending service in time, found none; see `requestTimeoutMs`".into()
        )
    );
    source.close();
    clock.pass(10_000.0).await;
    assert_eq!(of_a_function.log(), "cancelled");

    // A polyfill may not support signals.
    let of_fetch = Given::new(late);
    let (_service, source) = of_fetch.fetched("/token");
    let waiting = source.get_token(&JsValue::UNDEFINED);
    clock.pass(10_000.0).await;
    assert_eq!(code(&settled(waiting).await.unwrap_err()), "ERR_VEND_TIMEOUT");
    source.close();
    clock.pass(10_000.0).await;
    assert_eq!(of_fetch.log(), "cancelled");
}

#[wasm_bindgen_test]
async fn fetch_rejection_is_the_cause() {
    let _clock = clock();
    for (url, redirect) in [
        ("/token", "a redirect away from the page's origin (the user's session may have ended)"),
        ("https://api.example/token", "a redirect of its preflight"),
    ] {
        for expression in ["{ throw thrown; }", "({ then() { throw thrown; } })"] {
            let given = Given::new(expression);
            let (_service, source) = given.fetched(url);
            let error = failed(&source).await;
            assert_eq!((code(&error), get(&error, "cause")), ("ERR_VEND_NETWORK".into(), given.thrown), "{url}");
            assert_eq!(
                message(&error),
                format!(
                    "expected an answer from the vending service, found no way to it: offline, blocked by CORS or by a Content Security Policy (`connect-src`), {redirect}, or a wrong URL; see `cause`"
                )
            );
        }
    }
}

#[wasm_bindgen_test]
async fn redirect_body_is_cancelled() {
    let _clock = clock();
    for expression in [
        "duck({ status: 303, headers: { get: () => '/there' }, body: silent() })",
        "duck({ status: 0, type: 'opaqueredirect', body: silent() })",
    ] {
        let given = Given::new(expression);
        let (_service, source) = given.fetched("https://api.example/token");
        let error = failed(&source).await;
        assert_eq!(code(&error), "ERR_VEND_REDIRECT");
        assert!(message(&error).ends_with("; if not, name the final URL, or set `vend.allowRedirects`"), "{error:?}");
        settle().await;
        assert_eq!(given.log(), "cancelled");
    }
    for (expression, expected) in [
        ("throwing('type', duck())", "ERR_VEND_NETWORK"),
        ("undefined", "ERR_VEND_NETWORK"),
        ("({ headers: { get: () => null }, authToken: token })", ""),
    ] {
        let given = Given::new(expression);
        let (_service, source) = given.fetched("https://api.example/token");
        let outcome = settled(source.get_token(&JsValue::UNDEFINED)).await;
        assert_eq!(outcome.err().as_ref().map(code).unwrap_or_default(), expected, "{expression}");
    }
}
