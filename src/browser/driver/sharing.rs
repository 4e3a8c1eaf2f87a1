//! Shares tokens and failures with sibling tabs.

use super::super::abort::AbortController;
use super::super::answer::{Failed, hash, hash_of};
use super::super::clock;
use super::super::error::{Kind, SourceError};
use super::super::message::Message;
use super::super::page::{self, Listener};
use super::super::tabs::{Member, Tabs};
use super::Driver;
use super::state::Current;
use crate::refresh::{Event, Failure, Lifetime};
use crate::vend::ServerClock;
use std::rc::Rc;
use std::sync::Arc;
use web_sys::BroadcastChannel;
use zeroize::Zeroizing;

impl Driver {
    pub(super) fn tabs(&self) -> Option<Rc<Tabs<Driver>>> {
        self.tabs.borrow().clone()
    }

    /// The name of the channel and the lock: the app's name, and a hash of what is requested from which service.
    pub(super) fn group_name(&self, share: &str) -> String {
        format!("momento-token-wasm:{share}:{:x}", hash_of(&self.options.vend.identity(&self.options)))
    }

    /// Releases the lock and the channel when the page is hidden, since a page that holds them cannot enter the
    /// back/forward cache, and reopens the channel when the page is shown again.
    pub(super) fn watch_page_cache(self: &Rc<Self>) -> Vec<Listener> {
        let (Some(window), Some(tabs)) = (page::global(), self.tabs()) else { return Vec::new() };
        let (leaving, back) = (Rc::downgrade(&tabs), Rc::downgrade(self));
        vec![
            Listener::new(&window, "pagehide", move || {
                if let Some(tabs) = leaving.upgrade() {
                    tabs.suspend();
                }
            }),
            Listener::new(&window, "pageshow", move || {
                let Some(driver) = back.upgrade() else { return };
                if let Some(tabs) = driver.tabs() {
                    tabs.resume(driver.left());
                }
            }),
        ]
    }

    fn left(&self) -> Lifetime {
        let now = clock::now();
        self.with(|state| state.left(now)).max(Lifetime::ZERO)
    }

    pub(super) fn share(&self, fresh: bool, extended: bool, date: Option<i64>) {
        let left = self.left();
        let answer = self.with(|state| state.token.as_ref().map(|current| Arc::clone(&current.body)));
        // A watcher may have closed the source or rejected the token in the meantime.
        let (Some(tabs), Some(answer)) = (self.tabs(), answer.filter(|_| left > Lifetime::ZERO)) else { return };
        tabs.tell(&Message::Token { answer: Zeroizing::clone(&answer), left, fresh, extended, date });
    }

    pub(super) fn share_failure(&self) {
        let (error, failure) = self.with(|state| (state.error.clone(), state.failure));
        let (Some(tabs), Some(error)) = (self.tabs(), error) else { return };
        tabs.tell(&Message::Failure {
            code: error.code().into(),
            message: self.observer.message(&error),
            status: error.status(),
            failure: failure.unwrap_or(Failure::Retry { after: None }),
        });
    }

    /// Reads a sibling tab's answer as if it had come from the vending service.
    fn hear_token(
        self: &Rc<Self>,
        answer: Zeroizing<String>,
        left: Lifetime,
        fresh: bool,
        extended: bool,
        date: Option<i64>,
    ) {
        let Ok(vended) = self.options.read(answer, ServerClock::default(), clock::wall()) else { return };
        let token_hash = hash(vended.token.credential());
        let expires = vended.token.expires_at().is_some();
        if (left == Lifetime::Forever && expires) || self.with(|state| state.was_rejected(token_hash)) {
            return;
        }
        let renews = self.options.vend.renews();
        self.with(|state| {
            // The request may have used up this tab's refresh token, whether or not the new token is wanted.
            if fresh && renews && vended.refresh_token.is_some() {
                state.refresh_token.clone_from(&vended.refresh_token);
            }
            state.heard = Some(Ok(Current::from(vended)));
        });
        self.handle(Event::SiblingToken { token_hash, life: left, fresh, extended, date });
    }

    fn hear_failure(self: &Rc<Self>, code: String, message: String, status: Option<u16>, failure: Failure) {
        let is_retry = matches!(failure, Failure::Retry { .. });
        // Without an answer, the fault may be that page's own: when a page navigates away, its requests are cut off
        // first.
        let own_fault = is_retry && (code == "ERR_VEND_NETWORK" || code == "ERR_VEND_FUNCTION");
        let error = SourceError::from(Kind::Sibling { code, message, status });
        let heard = Err(Failed { error, failure, retry_after: None });
        drop(self.with(|state| state.heard.replace(heard)));
        self.handle(Event::SiblingFailed { own_fault, failure });
    }
}

impl Member for Driver {
    fn hear(self: Rc<Self>, message: Message) {
        match message {
            Message::Ask { left } => self.handle(Event::SiblingAsked { left }),
            Message::Token { answer, left, fresh, extended, date } => {
                self.hear_token(answer, left, fresh, extended, date);
            }
            Message::Failure { code, message, status, failure } => self.hear_failure(code, message, status, failure),
        }
        drop(self.with(|state| state.heard.take()));
    }

    fn locked(self: Rc<Self>, request: u32) {
        self.handle(Event::Locked { request });
    }

    fn drained(self: Rc<Self>, request: u32) {
        self.handle(Event::Drained { request });
    }

    fn channel_opened(&self, channel: &BroadcastChannel) {
        self.observer.channel_opened(channel);
    }

    fn lock_requested(&self, abort: &AbortController) {
        self.observer.lock_requested(abort);
    }
}
