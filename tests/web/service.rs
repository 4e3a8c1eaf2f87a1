//! A vending service that replaces the page's `fetch`.

use js_sys::{Function, Reflect};
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsValue};

#[wasm_bindgen(inline_js = "
const page = globalThis.fetch;
export function replaceFetch(requests, answers) {
  globalThis.fetch = async (url, init) => {
    requests.push({ url, init, headers: Object.fromEntries(init.headers) });
    const { status, body, headers, hangs } = answers.length > 1 ? answers.shift() : answers[0];
    if (hangs) await new Promise((_, reject) => init.signal.addEventListener('abort', () => reject(init.signal.reason)));
    return new Response(body, { status, headers });
  };
}
export function watchChannels() {
  const names = [];
  const { BroadcastChannel } = globalThis;
  globalThis.BroadcastChannel = class extends BroadcastChannel {
    constructor(name) {
      super(name);
      names.push(name);
    }
  };
  return { names, end: () => void (globalThis.BroadcastChannel = BroadcastChannel) };
}
export function restoreFetch() {
  globalThis.fetch = page;
}
")]
extern "C" {
    #[wasm_bindgen(js_name = replaceFetch)]
    fn replace_fetch(requests: &js_sys::Array, answers: &js_sys::Array);
    #[wasm_bindgen(js_name = restoreFetch)]
    fn restore_fetch();
    #[wasm_bindgen(js_name = watchChannels)]
    fn watch_channels() -> JsValue;
}

/// An unsigned token with this expiry (seconds since the epoch).
pub(crate) fn token(id: &str, expires: u32) -> String {
    let encode = |json: &str| {
        let encode: Function = Reflect::get(&js_sys::global(), &"btoa".into()).unwrap().unchecked_into();
        let text = encode.call1(&JsValue::UNDEFINED, &json.into()).unwrap().as_string().unwrap();
        text.replace('+', "-").replace('/', "_").replace('=', "")
    };
    let claims = format!(r#"{{"ver":1,"id":"{id}","exp":{expires}}}"#);
    format!("{}.{}.c2ln", encode(r#"{"alg":"HS256"}"#), encode(&claims))
}

/// The service. Dropping it restores the page's own `fetch`.
pub(crate) struct Service {
    requests: js_sys::Array,
}

impl Service {
    /// Responds with these answers in order, repeating the last one: `{"status", "body", "headers"}`, or `{"hangs":
    /// true}`.
    pub(crate) fn answering(answers: &str) -> Self {
        let requests = js_sys::Array::new();
        replace_fetch(&requests, js_sys::JSON::parse(answers).unwrap().unchecked_ref());
        Service { requests }
    }

    /// How many requests were sent.
    pub(crate) fn requests(&self) -> u32 {
        self.requests.length()
    }

    /// The body of a request, counted from 0.
    pub(crate) fn body_of(&self, request: u32) -> String {
        let init = Reflect::get(&self.requests.get(request), &"init".into()).unwrap();
        Reflect::get(&init, &"body".into()).unwrap().as_string().unwrap_or_default()
    }

    /// A part of the first request, by its path of names.
    pub(crate) fn first(&self, path: &[&str]) -> JsValue {
        path.iter().fold(self.requests.get(0), |value, name| Reflect::get(&value, &(*name).into()).unwrap())
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        restore_fetch();
    }
}

/// Records the names of opened channels until it is dropped.
pub(crate) struct Channels(JsValue);

impl Channels {
    /// Starts recording.
    pub(crate) fn watch() -> Self {
        Channels(watch_channels())
    }

    /// The name of the last one.
    pub(crate) fn last(&self) -> String {
        let names: js_sys::Array = Reflect::get(&self.0, &"names".into()).unwrap().unchecked_into();
        names.pop().as_string().expect("a channel was opened")
    }
}

impl Drop for Channels {
    fn drop(&mut self) {
        let end: Function = Reflect::get(&self.0, &"end".into()).unwrap().unchecked_into();
        end.call0(&JsValue::UNDEFINED).unwrap();
    }
}
