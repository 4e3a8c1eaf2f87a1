//! Web Locks. web-sys has them as an unstable interface only.

use super::abort::AbortController;
use super::page::navigator;
use super::promise::promised;
use super::task::Task;
use js_sys::{Object, Promise, Reflect};
use wasm_bindgen::closure::Closure;
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::AbortSignal;

#[wasm_bindgen]
extern "C" {
    type LockManager;

    #[wasm_bindgen(method, catch)]
    fn request(this: &LockManager, name: &str, options: &LockOptions, callback: &JsValue) -> Result<JsValue, JsValue>;

    type LockOptions;

    #[wasm_bindgen(method, setter)]
    fn set_signal(this: &LockOptions, signal: &AbortSignal);
}

/// A request for a lock, or the hold on it. Dropping it gives both up.
pub(super) struct Lock {
    /// Aborting it gives the lock up, without a word to Rust. `None` if there are no locks.
    pub(super) abort: Option<AbortController>,
    _task: Task,
}

impl Lock {
    /// Requests the lock of this name. `granted` is called once: when the lock is held, and also if the request is
    /// refused, since whoever still waits goes ahead without. `None` if there are no locks.
    pub(super) fn request(name: &str, granted: impl Fn() + Clone + 'static) -> Option<Self> {
        let locks = Reflect::get(&JsValue::from(navigator()?), &"locks".into()).ok().filter(JsValue::is_object)?;
        let locks: LockManager = locks.unchecked_into();
        let abort = AbortController::new().ok()?;
        let signal = abort.signal();
        let held = Promise::new(&mut |release, _| {
            let _ = signal.add_event_listener_with_callback("abort", &release);
        });
        let callback = {
            let (signal, granted) = (signal.clone(), granted.clone());
            Closure::<dyn FnMut() -> JsValue>::new(move || {
                if signal.aborted() {
                    return JsValue::UNDEFINED;
                }
                granted();
                held.clone().into()
            })
        };
        let options: LockOptions = Object::new().unchecked_into();
        options.set_signal(&signal);
        // The engine keeps the callback, for longer than a request that is given up.
        let request = locks.request(name, &options, &callback.into_js_value()).ok()?;
        let outcome = promised(&request, |_| {});
        let task = Task::spawn(async move {
            if outcome.await.is_err() {
                granted();
            }
        });
        Some(Lock { abort: Some(abort), _task: task })
    }

    /// In place of a lock: `granted` is called in a moment.
    pub(super) fn absent(granted: impl Fn() + 'static) -> Self {
        Lock { abort: None, _task: Task::spawn(async move { granted() }) }
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        if let Some(abort) = &self.abort {
            abort.abort();
        }
    }
}
