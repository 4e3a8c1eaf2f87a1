//! Who is told of what a driver does, as it does it: [`Listeners`](super::listeners::Listeners) of Rust front ends, or the
//! npm package's other half.

use super::abort::AbortController;
use super::driver::Driver;
use super::error::SourceError;
use super::get;
use crate::refresh::{Lifetime, Now, Outcome, Reason, Status};
use crate::token::Token;
use std::rc::Rc;
use std::sync::Arc;
use web_sys::BroadcastChannel;

/// What the machine shows after an event.
#[cfg_attr(not(feature = "js"), expect(dead_code, reason = "read by the npm package's half alone"))]
pub(crate) struct Shown {
    pub(crate) status: Status,
    /// When the next request is sent, by the wall clock (ms since the epoch).
    pub(crate) refresh_at: Option<i64>,
    /// For how long the token is valid; `None` if there is none.
    pub(crate) valid_for: Option<Lifetime>,
    /// What the clocks showed at the event.
    pub(crate) at: Now,
}

/// Is called while an event's actions are carried out. It may call the driver back: what that brings waits its turn.
pub(crate) trait Observer {
    /// An event was handled; its actions follow.
    fn shown(&self, _shown: &Shown) {}

    /// This token is now in hand.
    fn installed(&self, token: &Arc<Token>);

    /// There is no token in hand any more. Another may follow at once.
    fn uninstalled(&self);

    /// An event's actions are carried out, and the token that was in hand before them is gone.
    fn dropped(&self) {}

    /// A request, or a sibling's, has failed.
    fn failed(&self, error: &SourceError);

    /// The status has changed.
    fn status(&self, status: Status);

    /// A caller has its answer.
    fn settled(&self, call: u32, outcome: Outcome, answer: get::Outcome);

    /// A request is due, which [`Driver::send`] sends, now or later.
    fn due(&self, driver: &Rc<Driver>, request: u32, reason: Reason) {
        driver.send(request, reason);
    }

    /// A request has an answer, which [`Driver::receive`] takes, now or later.
    fn answered(&self, driver: &Rc<Driver>, request: u32) {
        driver.receive(request);
    }

    /// The request under way is over.
    fn ended(&self) {}

    /// Whether the observer makes the signals that requests are aborted by.
    fn keeps_signals(&self) -> bool {
        false
    }

    /// The request under way is to be aborted, if the observer keeps its signal.
    fn abort(&self) {}

    /// A channel was opened. Should the module's instance end, nobody but the observer can close it.
    fn channel_opened(&self, _channel: &BroadcastChannel) {}

    /// A lock was requested, which is given up when this is aborted. As with the channel.
    fn lock_requested(&self, _abort: &AbortController) {}

    /// A request counts against the limit of requests. It was sent at this time of the monotonic clock (ms).
    fn spent(&self, _sent_at: i64) {}

    /// Keeps the time itself: handles [`Event::Timer`](crate::refresh::Event::Timer) after this delay (ms; `None`: never).
    /// False if the driver is to have a timer.
    fn keeps_time(&self, _delay: Option<i64>) -> bool {
        false
    }

    /// What siblings are told of an error.
    fn message(&self, error: &SourceError) -> String {
        error.to_string()
    }

    /// An event's actions are carried out. True if anybody was told of it, who may have brought about more.
    fn done(&self, driver: &Rc<Driver>) -> bool;
}
