//! Runs each future in its own microtasks.
//!
//! `wasm_bindgen_futures::spawn_local` has one queue for all futures, and runs all of it in the async context of the
//! first future that was queued. On a server that uses `AsyncLocalStorage`, a function that serves one user's request
//! could thus read another user's session. `spawn_local` also depends on `queueMicrotask`, which test tools replace.
//! Here, a future that is woken gets a microtask from a promise, in the async context in which it was woken.
//!
//! A future must be woken on the thread that spawned it.

use std::cell::{Cell, RefCell};
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::task::{Context, Wake, Waker};
use wasm_bindgen::JsValue;
use wasm_bindgen::closure::Closure;
use wasm_bindgen::prelude::wasm_bindgen;

#[wasm_bindgen]
extern "C" {
    type Thenable;

    #[wasm_bindgen(js_namespace = Promise, js_name = resolve, catch)]
    fn resolved(value: f64) -> Result<Thenable, JsValue>;

    #[wasm_bindgen(method, catch)]
    fn then(this: &Thenable, run: &Closure<dyn FnMut(f64)>) -> Result<JsValue, JsValue>;
}

thread_local! {
    static SPAWNED: RefCell<Vec<Rc<Spawned>>> = const { RefCell::new(Vec::new()) };
    static RUN: Closure<dyn FnMut(f64)> = Closure::new(|id| run(id as u32));
}

static LAST_ID: AtomicU32 = AtomicU32::new(0);

struct Spawned {
    id: u32,
    /// `None` while it is being polled.
    future: RefCell<Option<Pin<Box<dyn Future<Output = ()>>>>>,
    is_scheduled: Cell<bool>,
}

/// A spawned future. Dropping this drops the future.
pub(super) struct Task {
    id: u32,
}

impl Task {
    /// Polls the future in a microtask, and again whenever it is woken.
    pub(super) fn spawn(future: impl Future<Output = ()> + 'static) -> Self {
        let id = LAST_ID.fetch_add(1, Ordering::Relaxed);
        let future = RefCell::new(Some(Box::pin(future) as Pin<Box<dyn Future<Output = ()>>>));
        let spawned = Rc::new(Spawned { id, future, is_scheduled: Cell::new(false) });
        SPAWNED.with_borrow_mut(|all| all.push(spawned));
        schedule(id);
        Task { id }
    }
}

impl Drop for Task {
    fn drop(&mut self) {
        remove(self.id);
    }
}

/// Wakes a task.
struct Alarm(u32);

impl Wake for Alarm {
    fn wake(self: Arc<Self>) {
        schedule(self.0);
    }
}

fn find(id: u32) -> Option<Rc<Spawned>> {
    SPAWNED.with_borrow(|all| all.iter().find(|task| task.id == id).cloned())
}

fn remove(id: u32) {
    let removed = SPAWNED.try_with(|all| {
        let mut all = all.borrow_mut();
        let index = all.iter().position(|task| task.id == id)?;
        Some(all.swap_remove(index))
    });
    // Dropped outside of the borrow, since dropping the future may drop other tasks.
    drop(removed);
}

fn schedule(id: u32) {
    let Some(task) = find(id).filter(|task| !task.is_scheduled.replace(true)) else { return };
    let scheduled = RUN.with(|run| resolved(f64::from(id)).and_then(|promise| promise.then(run)));
    task.is_scheduled.set(scheduled.is_ok());
}

fn run(id: u32) {
    let Some(task) = find(id) else { return };
    task.is_scheduled.set(false);
    let Some(mut future) = task.future.take() else { return };
    let waker = Waker::from(Arc::new(Alarm(id)));
    if future.as_mut().poll(&mut Context::from_waker(&waker)).is_ready() {
        return remove(id);
    }
    // Its `Task` may have been dropped while it was polled.
    if find(id).is_some() {
        task.future.replace(Some(future));
    }
}
