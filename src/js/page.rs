//! The page's life: what may mean that the clocks have moved on without us.

use super::driver::Driver;
use crate::refresh::Event;
use alloc::{rc::Weak, vec::Vec};
use js_sys::Reflect;
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use web_sys::EventTarget;

/// Event types, and where they arrive: the document (true) or the global scope of window or worker.
const WATCHED: [(&str, bool, Event); 6] = [
    ("visibilitychange", true, Event::Wake),
    ("resume", true, Event::Wake), // after the page lifecycle's freeze
    ("pageshow", false, Event::Wake),
    ("focus", false, Event::Wake),
    ("online", false, Event::Online),
    ("offline", false, Event::Offline),
];

type Listener = (EventTarget, &'static str, Closure<dyn FnMut()>);

/// The listeners of one driver; taken off when this is dropped.
pub(super) struct Page(Vec<Listener>);

impl Page {
    /// Listens where there is anything to listen to: Node has neither document nor these events.
    pub(super) fn watch(driver: &Weak<Driver>) -> Self {
        let global: JsValue = js_sys::global().into();
        let document = get(&global, "document");
        let mut listeners = Vec::new();
        for (name, on_document, event) in WATCHED {
            let place = if on_document { &document } else { &global };
            let Some(target) = event_target(place) else { continue };
            let driver = driver.clone();
            let document = document.clone();
            let closure = Closure::<dyn FnMut()>::new(move || {
                // Of the two changes of visibility, only becoming visible wakes.
                let hidden = name == "visibilitychange" && get(&document, "visibilityState") == "hidden";
                if let (Some(driver), false) = (driver.upgrade(), hidden) {
                    driver.dispatch(event);
                }
            });
            if target.add_event_listener_with_callback(name, closure.as_ref().unchecked_ref()).is_ok() {
                listeners.push((target, name, closure));
            }
        }
        Page(listeners)
    }
}

impl Drop for Page {
    fn drop(&mut self) {
        for (target, name, closure) in &self.0 {
            // It fails only for a target that cannot have listeners, and this one has.
            let _ = target.remove_event_listener_with_callback(name, closure.as_ref().unchecked_ref());
        }
    }
}

/// Whether the browser says it is offline. Where it says nothing, it is not.
pub(super) fn is_offline() -> bool {
    get(&get(&js_sys::global().into(), "navigator"), "onLine").as_bool() == Some(false)
}

/// A property, or undefined; of an undefined object too.
fn get(object: &JsValue, name: &str) -> JsValue {
    Reflect::get(object, &name.into()).unwrap_or(JsValue::UNDEFINED)
}

fn event_target(value: &JsValue) -> Option<EventTarget> {
    get(value, "addEventListener").is_function().then(|| value.clone().unchecked_into())
}
