//! A source's membership in the group of tabs that share its tokens: a channel and a lock.

use super::abort::AbortController;
use super::lock::Lock;
use super::message::Message;
use crate::plain::{Plain, Properties};
use crate::refresh::Lifetime;
use js_sys::{Function, Math, Reflect};
use std::cell::{Cell, RefCell};
use std::rc::{Rc, Weak};
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{BroadcastChannel, MessageEvent};

/// The version of the protocol. It is part of the group's name, so tabs with different versions never share.
const VERSION: u32 = 1;
/// A question to a sibling tab and its answer take about as long as this many messages to this tab itself.
const ECHOES: u32 = 2;

/// Receives messages from sibling tabs, and news of the lock.
pub(super) trait Member: 'static {
    /// A sibling tab has sent a message.
    fn hear(self: Rc<Self>, message: Message);
    /// The lock is held for this request, or there are no locks.
    fn locked(self: Rc<Self>, request: u32);
    /// All messages that sibling tabs had sent before `drain` have arrived.
    fn drained(self: Rc<Self>, request: u32);
    /// A channel was opened.
    fn channel_opened(&self, channel: &BroadcastChannel);
    /// A lock was requested. Aborting this cancels the request or releases the lock.
    fn lock_requested(&self, abort: &AbortController);
}

/// A membership in the group. Dropping it leaves the group.
pub(super) struct Tabs<M: Member> {
    name: String,
    member: Weak<M>,
    channel: RefCell<Option<Channel>>,
    lock: RefCell<Option<Lock>>,
    /// The echo that is awaited.
    echo: Cell<Option<Echo>>,
}

/// A message to this tab itself. When it arrives, so have the messages that were sent before it.
#[derive(Clone, Copy)]
struct Echo {
    id: f64,
    request: u32,
    /// How many echoes are to follow.
    more: u32,
}

/// Calls a method, if there is one, and ignores what it throws.
fn call(channel: &BroadcastChannel, name: &str) {
    let method = Reflect::get(channel, &name.into()).ok().and_then(|method| method.dyn_into::<Function>().ok());
    if let Some(method) = method {
        let _ = method.call0(channel);
    }
}

struct Channel {
    channel: BroadcastChannel,
    _on_message: Closure<dyn FnMut(MessageEvent)>,
}

impl Drop for Channel {
    fn drop(&mut self) {
        // The setter of a polyfill may throw.
        let _ = Reflect::set(&self.channel, &"onmessage".into(), &JsValue::NULL);
        call(&self.channel, "close");
    }
}

impl<M: Member> Tabs<M> {
    /// Joins the group of this name. `None` if there is no `BroadcastChannel`.
    pub(super) fn join(name: String, member: Weak<M>) -> Option<Rc<Self>> {
        let name = format!("{name}.{VERSION}");
        let (channel, lock, echo) = (RefCell::default(), RefCell::default(), Cell::default());
        let tabs = Rc::new(Tabs { name, member, channel, lock, echo });
        tabs.open().then_some(tabs)
    }

    /// Opens the channel, unless it is open. False if that fails.
    pub(super) fn open(self: &Rc<Self>) -> bool {
        if self.channel.borrow().is_some() {
            return true;
        }
        let Ok(channel) = BroadcastChannel::new(&self.name) else { return false };
        // In Node.js, an open channel must not keep the process alive.
        call(&channel, "unref");
        let tabs = Rc::downgrade(self);
        let on_message = Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| {
            if let Some(tabs) = tabs.upgrade() {
                tabs.receive(&event.data());
            }
        });
        channel.set_onmessage(Some(on_message.as_ref().unchecked_ref()));
        if let Some(member) = self.member.upgrade() {
            member.channel_opened(&channel);
        }
        *self.channel.borrow_mut() = Some(Channel { channel, _on_message: on_message });
        true
    }

    /// Releases the channel and the lock: a page that holds either cannot enter the back/forward cache.
    pub(super) fn suspend(&self) {
        self.unlock();
        self.echo.take();
        drop(self.channel.take());
    }

    /// Reopens the channel, and asks the sibling tabs for a better token.
    pub(super) fn resume(self: &Rc<Self>, left: Lifetime) {
        if self.channel.borrow().is_none() && self.open() {
            self.tell(&Message::Ask { left });
        }
    }

    fn receive(self: &Rc<Self>, data: &JsValue) {
        if let Some(echo) = self.echo.get()
            && data.is_object()
            && data.unchecked_ref::<Properties>().number("echo") == Some(echo.id)
        {
            return self.listen_for(echo.request, echo.more);
        }
        if let (Some(message), Some(member)) = (Message::read(data), self.member.upgrade()) {
            member.hear(message);
        }
    }

    pub(super) fn tell(&self, message: &Message) {
        let channel = self.channel.borrow().as_ref().map(|open| open.channel.clone());
        if let Some(channel) = channel {
            // This fails if the page is being unloaded.
            let _ = channel.post_message(&message.to_js());
        }
    }

    /// Waits, as far as possible, until all messages that sibling tabs have sent by now have arrived. A fixed delay
    /// would not do: in a busy page or browser, messages can take any time.
    pub(super) fn drain(self: &Rc<Self>, request: u32) {
        self.listen_for(request, ECHOES);
    }

    fn listen_for(self: &Rc<Self>, request: u32, messages: u32) {
        let Some(more) = messages.checked_sub(1).filter(|_| self.channel.borrow().is_some()) else {
            self.echo.take();
            if let Some(member) = self.member.upgrade() {
                member.drained(request);
            }
            return;
        };
        let id = Math::random();
        self.echo.set(Some(Echo { id, request, more }));
        // A channel does not receive its own messages.
        let sent = BroadcastChannel::new(&self.name).and_then(|other| {
            let sent = other.post_message(&Plain::new().with("echo", id).into());
            call(&other, "close");
            sent
        });
        if sent.is_err() {
            self.listen_for(request, more);
        }
    }

    /// Requests the lock, and asks the sibling tabs for a better token.
    pub(super) fn lock(self: &Rc<Self>, request: u32, left: Lifetime) {
        self.tell(&Message::Ask { left });
        self.unlock();
        let member = Weak::clone(&self.member);
        let granted = move || {
            if let Some(member) = member.upgrade() {
                member.locked(request);
            }
        };
        let is_open = self.channel.borrow().is_some();
        let requested = if is_open { Lock::request(&self.name, granted.clone()) } else { None };
        let lock = requested.unwrap_or_else(|| Lock::absent(granted));
        if let (Some(member), Some(abort)) = (self.member.upgrade(), &lock.abort) {
            member.lock_requested(abort);
        }
        *self.lock.borrow_mut() = Some(lock);
    }

    /// Releases the lock, or cancels the request for it.
    pub(super) fn unlock(&self) {
        drop(self.lock.take());
    }
}
