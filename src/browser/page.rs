//! Events of the page that may mean that its clocks have moved on without it.

use crate::refresh::Event;
use js_sys::{Function, Reflect};
use std::rc::Rc;
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Document, EventTarget, Navigator};

/// The global object, if it can be listened to: a window, or a worker.
pub(super) fn global() -> Option<EventTarget> {
    event_target(js_sys::global().into())
}

/// A property of the global object; `None` where it is `undefined` or `null`.
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

/// Listens until it is dropped.
pub(crate) struct Listener {
    target: EventTarget,
    kind: &'static str,
    callback: Closure<dyn FnMut()>,
}

impl Listener {
    pub(crate) fn new(target: &EventTarget, kind: &'static str, callback: impl FnMut() + 'static) -> Self {
        let callback = Closure::<dyn FnMut()>::new(callback);
        // It fails for no listener that is a function (DOM, 2.7).
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

/// Tells of the page's events, from how it is now on, until what it gives is dropped.
pub(super) fn watch(tell: impl Fn(Event) + 'static) -> Vec<Listener> {
    let tell: Rc<dyn Fn(Event)> = Rc::new(tell);
    let mut listeners = Vec::new();
    let mut listen = |target: &Option<EventTarget>, kind: &'static str, event: Event| {
        let tell = Rc::clone(&tell);
        if let Some(target) = target {
            listeners.push(Listener::new(target, kind, move || {
                // Of the two changes of visibility, only becoming visible wakes.
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
    // After the freeze of the page lifecycle.
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

/// Where there is no such property, as on servers, it is not offline.
fn is_offline() -> bool {
    navigator()
        .and_then(|navigator| Reflect::get(&navigator, &"onLine".into()).ok())
        .is_some_and(|online| online == JsValue::FALSE)
}
