//! Observes what a driver does: [`Listeners`](super::listeners::Listeners) for Rust front ends, or the npm package's
//! TypeScript.

use super::abort::AbortController;
use super::driver::Driver;
use super::error::SourceError;
use super::get;
use crate::refresh::{Lifetime, Now, Outcome, Reason, Status};
use crate::token::Token;
use std::rc::Rc;
use std::sync::Arc;
use web_sys::BroadcastChannel;

/// The state of the machine after an event.
#[cfg_attr(not(feature = "js"), expect(dead_code, reason = "read by the npm package's half alone"))]
pub(crate) struct Shown {
    pub(crate) status: Status,
    /// When the next request is due, by the wall clock (ms since the Unix epoch).
    pub(crate) refresh_at: Option<i64>,
    /// The remaining lifetime of the token; `None` if there is none.
    pub(crate) valid_for: Option<Lifetime>,
    /// The time of the event.
    pub(crate) at: Now,
}

/// Called while an event's actions are carried out. An observer may call the driver: resulting actions are queued.
pub(crate) trait Observer {
    /// The machine has handled an event, and its actions follow.
    fn shown(&self, _shown: &Shown) {}

    /// This token is now the current one.
    fn installed(&self, token: &Arc<Token>);

    /// There is no current token any more. Another one may follow immediately.
    fn uninstalled(&self);

    /// An event's actions have been carried out. There was a token before them, and now there is none.
    fn dropped(&self) {}

    /// A request failed, either the source's own or a sibling tab's.
    fn failed(&self, error: &SourceError);

    /// The status has changed.
    fn status(&self, status: Status);

    /// A call for a token is settled.
    fn settled(&self, call: u32, outcome: Outcome, answer: get::Outcome);

    /// A request is due. The observer has [`Driver::send`] send it, immediately or later.
    fn due(&self, driver: &Rc<Driver>, request: u32, reason: Reason) {
        driver.send(request, reason);
    }

    /// A request has been answered. The observer has [`Driver::receive`] process the answer, immediately or later.
    fn answered(&self, driver: &Rc<Driver>, request: u32) {
        driver.receive(request);
    }

    /// The pending request is over.
    fn ended(&self) {}

    /// Whether the observer creates the abort signals of requests.
    fn keeps_signals(&self) -> bool {
        false
    }

    /// Aborts the pending request, if the observer created its signal.
    fn abort(&self) {}

    /// A channel was opened. If the module's instance is lost, only the observer can close it.
    fn channel_opened(&self, _channel: &BroadcastChannel) {}

    /// A lock was requested. If the module's instance is lost, only the observer can release it, by aborting this.
    fn lock_requested(&self, _abort: &AbortController) {}

    /// A request that was sent at this time (monotonic clock, ms) counts toward the request limit.
    fn spent(&self, _sent_at: i64) {}

    /// Whether the observer itself sends [`Event::Timer`](crate::refresh::Event::Timer) after this delay (ms; `None`
    /// for never). If false, the driver sets a timer.
    fn keeps_time(&self, _delay: Option<i64>) -> bool {
        false
    }

    /// The message of an error, for sibling tabs.
    fn message(&self, error: &SourceError) -> String {
        error.to_string()
    }

    /// An event's actions have been carried out. Returns whether this notified anyone, which may have caused more
    /// events.
    fn done(&self, driver: &Rc<Driver>) -> bool;
}
