//! A clock controlled by tests, which replaces the page's.

use js_sys::{Function, Promise};
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;

#[wasm_bindgen(inline_js = "
const page = {
  setTimeout: globalThis.setTimeout,
  clearTimeout: globalThis.clearTimeout,
  wall: Date.now,
  mono: performance.now,
};
let now = 0;
let last = 0;
const timers = new Map();

export function install(wall) {
  now = 0;
  timers.clear();
  globalThis.setTimeout = (callback, delay = 0) => {
    timers.set(++last, { due: now + delay, callback });
    return last;
  };
  globalThis.clearTimeout = (id) => void timers.delete(id);
  Date.now = () => wall + now;
  performance.now = () => now;
}

export function restore() {
  globalThis.setTimeout = page.setTimeout;
  globalThis.clearTimeout = page.clearTimeout;
  Date.now = page.wall;
  performance.now = page.mono;
}

/** The next timer that is due by then, whose time it is now; or nothing, and it is then. */
export function next(then) {
  const [first] = [...timers].filter(([, { due }]) => due <= then).sort((a, b) => a[1].due - b[1].due);
  now = first ? Math.max(now, first[1].due) : then;
  if (first) timers.delete(first[0]);
  return first?.[1].callback;
}

/** Resolves in a task of its own. */
export const task = () => new Promise((done) => page.setTimeout.call(globalThis, done, 0));

export const elapsed = () => now;
export const armed = () => timers.size;
")]
extern "C" {
    fn install(wall: f64);
    fn restore();
    fn next(then: f64) -> JsValue;
    fn task() -> Promise;
    fn elapsed() -> f64;
    fn armed() -> u32;
}

/// A clock that advances only when told to. Dropping it restores the page's own clock.
pub(crate) struct Clock(());

impl Clock {
    /// Shows this time, in milliseconds since the epoch.
    pub(crate) fn at(wall: f64) -> Self {
        install(wall);
        Clock(())
    }

    /// Restores the page's own clock, in case a failed test has left another.
    pub(crate) fn of_the_page() {
        restore();
    }

    /// Advances the time, firing timers when they are due.
    pub(crate) async fn pass(&self, ms: f64) {
        let then = elapsed() + ms;
        settle().await;
        loop {
            let Ok(callback) = next(then).dyn_into::<Function>() else { break };
            callback.call0(&JsValue::UNDEFINED).unwrap();
            settle().await;
        }
    }

    /// How many timers are armed.
    pub(crate) fn timers(&self) -> u32 {
        armed()
    }
}

impl Drop for Clock {
    fn drop(&mut self) {
        restore();
    }
}

/// Waits until promises and their reactions have settled, including those that need tasks of the engine, such as
/// reading a stream.
pub(crate) async fn settle() {
    for _ in 0..10 {
        JsFuture::from(task()).await.unwrap();
    }
}
