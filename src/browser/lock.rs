//! Web Locks. web-sys has them as an unstable interface only.

use super::page::navigator;
use js_sys::{Function, Object, Promise, Reflect};
use wasm_bindgen::closure::Closure;
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{AbortController, AbortSignal};

#[wasm_bindgen]
extern "C" {
    type LockManager;

    #[wasm_bindgen(method, catch)]
    fn request(this: &LockManager, name: &str, options: &LockOptions, callback: &JsValue) -> Result<Promise, JsValue>;

    type LockOptions;

    #[wasm_bindgen(method, setter)]
    fn set_signal(this: &LockOptions, signal: &AbortSignal);
}

/// A request for a lock, or the hold on it. Dropping it gives both up.
pub(super) struct Lock {
    abort: AbortController,
    /// Settles the promise that holds the lock.
    release: Option<Function>,
}

impl Lock {
    /// Requests the lock of this name. `granted` is called once: when the lock is held, and also where the request is
    /// refused, since whoever still waits goes ahead without. `None` where there are no locks.
    pub(super) fn request(name: &str, granted: impl Fn() + Clone + 'static) -> Option<Self> {
        let locks = Reflect::get(&JsValue::from(navigator()?), &"locks".into()).ok().filter(JsValue::is_object)?;
        let locks: LockManager = locks.unchecked_into();
        let abort = AbortController::new().ok()?;
        let mut release = None;
        let held = Promise::new(&mut |resolve, _| release = Some(resolve));
        let callback = {
            let (signal, granted) = (abort.signal(), granted.clone());
            Closure::<dyn FnMut() -> Promise>::new(move || {
                if !signal.aborted() {
                    granted();
                }
                held.clone()
            })
        };
        let options: LockOptions = Object::new().unchecked_into();
        options.set_signal(&abort.signal());
        // The engine keeps the callback, for longer than a request that is given up.
        let request = locks.request(name, &options, &callback.into_js_value()).ok()?;
        let signal = abort.signal();
        spawn_local(async move {
            if JsFuture::from(request).await.is_err() && !signal.aborted() {
                granted();
            }
        });
        Some(Lock { abort, release })
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        self.abort.abort();
        if let Some(release) = &self.release {
            let _ = release.call0(&JsValue::UNDEFINED);
        }
    }
}
