//! Web Locks, which web-sys has only as an unstable API.

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

/// A requested or held lock. Dropping it cancels the request or releases the lock.
pub(super) struct Lock {
    /// Aborting it cancels the request or releases the lock, without calling Rust. `None` if there are no locks.
    pub(super) abort: Option<AbortController>,
    _task: Task,
}

impl Lock {
    /// Requests the lock of this name. `granted` is called once: when the lock is held, or when the request fails,
    /// since the caller then proceeds without it. `None` if there are no locks.
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
        // The engine owns the callback, which may outlive a cancelled request.
        let request = locks.request(name, &options, &callback.into_js_value()).ok()?;
        let outcome = promised(&request, |_| {});
        let task = Task::spawn(async move {
            if outcome.await.is_err() {
                granted();
            }
        });
        Some(Lock { abort: Some(abort), _task: task })
    }

    /// A substitute if there are no locks: `granted` is called in a microtask.
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
