//! Waiting for what JavaScript promises.

use js_sys::Promise;
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::{JsFuture, spawn_local};

/// A promise of the page's own for a value, or for what the value promises: that of an app may have a `then` that throws
/// when it is read or called, which this takes for a rejection.
fn promise_of(value: &JsValue) -> Promise {
    Promise::new(&mut |resolve, _| drop(resolve.call1(&JsValue::UNDEFINED, value)))
}

/// Whatever comes of it: without a handler, a rejection would be reported as unhandled.
pub(super) fn ignore(value: &JsValue) {
    let promise = promise_of(value);
    spawn_local(async {
        let _ = JsFuture::from(promise).await;
    });
}

/// Awaits a value, as `await` does. What comes when nobody waits any more is passed to `let_go`.
pub(super) async fn promised(value: &JsValue, let_go: fn(&JsValue)) -> Result<JsValue, JsValue> {
    let promise = promise_of(value);
    let mut pending = Pending { promise: Some(promise.clone()), let_go };
    let outcome = JsFuture::from(promise).await;
    pending.promise = None;
    outcome
}

/// What is awaited, until it has come.
struct Pending {
    promise: Option<Promise>,
    let_go: fn(&JsValue),
}

impl Drop for Pending {
    fn drop(&mut self) {
        let Some(promise) = self.promise.take() else { return };
        let let_go = self.let_go;
        spawn_local(async move {
            if let Ok(value) = JsFuture::from(promise).await {
                let_go(&value);
            }
        });
    }
}
