//! Awaits JavaScript promises.

use js_sys::Promise;
use std::cell::RefCell;
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};
use wasm_bindgen::JsCast;
use wasm_bindgen::JsValue;
use wasm_bindgen::closure::Closure;
use wasm_bindgen::prelude::wasm_bindgen;

#[wasm_bindgen]
extern "C" {
    type Thenable;

    #[wasm_bindgen(method, catch)]
    fn then(this: &Thenable, resolved: &JsValue, rejected: &JsValue) -> Result<JsValue, JsValue>;
}

/// Resolves a value or thenable as a native promise. If an app's thenable throws when its `then` is read or called,
/// that is a rejection.
fn promise_of(value: &JsValue) -> Thenable {
    let promise = Promise::new(&mut |resolve, _| drop(resolve.call1(&JsValue::UNDEFINED, value)));
    JsValue::from(promise).unchecked_into()
}

/// Ignores the outcome. Without a handler, a rejection would be reported as unhandled.
pub(super) fn ignore(value: &JsValue) {
    let nothing = Closure::once(|_: JsValue| {}).into_js_value();
    let _ = promise_of(value).then(&JsValue::UNDEFINED, &nothing);
}

/// Awaits a value, as `await` does. If the future is dropped first, the value is passed to `let_go` when it arrives.
pub(super) fn promised(value: &JsValue, let_go: fn(&JsValue)) -> Promised {
    let outcome = Rc::new(RefCell::new(Outcome::Pending(None)));
    // Only the promise references these two closures, so they do not leak if it never settles.
    let reaction = |of: fn(JsValue) -> Result<JsValue, JsValue>| {
        let outcome = Rc::clone(&outcome);
        // Not `once_into_js`, whose closure is freed only if it is called.
        Closure::once(move |value: JsValue| settle(&outcome, of(value), let_go)).into_js_value()
    };
    if let Err(error) = promise_of(value).then(&reaction(Ok), &reaction(Err)) {
        outcome.replace(Outcome::Settled(Err(error)));
    }
    Promised(outcome)
}

/// The future that [`promised`] returns.
pub(super) struct Promised(Rc<RefCell<Outcome>>);

enum Outcome {
    Pending(Option<Waker>),
    Settled(Result<JsValue, JsValue>),
    /// The outcome was taken, or the future was dropped.
    Over,
}

fn settle(outcome: &RefCell<Outcome>, result: Result<JsValue, JsValue>, let_go: fn(&JsValue)) {
    let before = outcome.replace(Outcome::Over);
    match (before, result) {
        (Outcome::Pending(waker), result) => {
            outcome.replace(Outcome::Settled(result));
            if let Some(waker) = waker {
                waker.wake();
            }
        }
        (_, Ok(value)) => let_go(&value),
        _ => {}
    }
}

impl Future for Promised {
    type Output = Result<JsValue, JsValue>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        match self.0.replace(Outcome::Over) {
            Outcome::Settled(result) => Poll::Ready(result),
            _ => {
                self.0.replace(Outcome::Pending(Some(context.waker().clone())));
                Poll::Pending
            }
        }
    }
}

impl Drop for Promised {
    fn drop(&mut self) {
        drop(self.0.replace(Outcome::Over));
    }
}
