//! Page events that tell the machine of sleep, visibility and connectivity.

use crate::refresh::Event;
use js_sys::{Function, Reflect};
use std::rc::Rc;
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Document, EventTarget, Navigator};

/// The global object, if it is an event target: a window or a worker.
pub(super) fn global() -> Option<EventTarget> {
    event_target(js_sys::global().into())
}

/// A property of the global object; `None` if it is `undefined` or `null`.
pub(super) fn global_property(name: &str) -> Option<JsValue> {
    let value = Reflect::get(&js_sys::global(), &name.into()).ok()?;
    (!value.is_undefined() && !value.is_null()).then_some(value)
}

pub(super) fn document() -> Option<Document> {
    global_property("document").map(JsCast::unchecked_into)
}

pub(super) fn navigator() -> Option<Navigator> {
    global_property("navigator").map(JsCast::unchecked_into)
}

fn event_target(value: JsValue) -> Option<EventTarget> {
    let listen = Reflect::get(&value, &"addEventListener".into()).ok()?;
    listen.is_function().then(|| value.unchecked_into())
}

/// An event listener, removed when dropped.
pub(crate) struct Listener {
    target: EventTarget,
    kind: &'static str,
    callback: Closure<dyn FnMut()>,
}

impl Listener {
    pub(crate) fn new(target: &EventTarget, kind: &'static str, callback: impl FnMut() + 'static) -> Self {
        let callback = Closure::<dyn FnMut()>::new(callback);
        // This cannot fail if the listener is a function (DOM standard, section 2.7).
        let _ = target.add_event_listener_with_callback(kind, function(&callback));
        Listener { target: target.clone(), kind, callback }
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        let _ = self.target.remove_event_listener_with_callback(self.kind, function(&self.callback));
    }
}

fn function(callback: &Closure<dyn FnMut()>) -> &Function {
    callback.as_ref().unchecked_ref()
}

/// Calls `tell` for the page's events, starting with its current state, until the returned listeners are dropped.
pub(super) fn watch(tell: impl Fn(Event) + 'static) -> Vec<Listener> {
    let tell: Rc<dyn Fn(Event)> = Rc::new(tell);
    let mut listeners = Vec::new();
    let mut listen = |target: &Option<EventTarget>, kind: &'static str, event: Event| {
        let tell = Rc::clone(&tell);
        if let Some(target) = target {
            listeners.push(Listener::new(target, kind, move || {
                // `visibilitychange` wakes the machine only if the page becomes visible.
                if kind != "visibilitychange" || !is_hidden() {
                    tell(event);
                }
                if is_hidden() {
                    tell(Event::Hidden);
                }
            }));
        }
    };
    let document = document().map(EventTarget::from);
    listen(&document, "visibilitychange", Event::Wake);
    // The page was frozen (Page Lifecycle).
    listen(&document, "resume", Event::Wake);
    let window = global();
    listen(&window, "pageshow", Event::Wake);
    listen(&window, "focus", Event::Wake);
    listen(&window, "online", Event::Online);
    listen(&window, "offline", Event::Offline);
    if is_hidden() {
        tell(Event::Hidden);
    }
    if is_offline() {
        tell(Event::Offline);
    }
    listeners
}

fn is_hidden() -> bool {
    let hidden = document().and_then(|document| Reflect::get(&document, &"hidden".into()).ok());
    hidden.is_some_and(|hidden| hidden == JsValue::TRUE)
}

/// False if there is no `navigator.onLine`, as on servers.
fn is_offline() -> bool {
    navigator()
        .and_then(|navigator| Reflect::get(&navigator, &"onLine".into()).ok())
        .is_some_and(|online| online == JsValue::FALSE)
}
