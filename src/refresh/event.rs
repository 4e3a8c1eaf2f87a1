//! What the machine is told.
//!
//! All durations are in milliseconds; so are times, by the clock that the field names.

use super::life::Answer;
use super::lifetime::Lifetime;

/// Something happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    /// Begin to keep a valid token. To begin on demand, send none: the first `Get` begins as well.
    Start,
    /// A caller asks for a token. It is settled exactly once, now or later, unless it is abandoned.
    Get {
        /// The caller's number, chosen by the driver and not in use.
        call: u32,
        /// The life the token must have left (ms). A negative value counts as 0.
        min_validity: i64,
        /// Ask for a new token even if the current one would do.
        force: bool,
    },
    /// A caller no longer waits. It is not settled, and the request it caused goes on.
    Abandon {
        /// The call's number. One that does not wait is ignored.
        call: u32,
    },
    /// The service rejected the current token, or the last one if that has expired. The driver has checked that it was
    /// this one.
    Rejected,
    /// The timer that was armed last has fired.
    Timer,
    /// The page may have slept: it became visible, was resumed, or came back from the back/forward cache.
    Wake,
    /// The page is hidden, so its timers will be late. If the page is hidden after a `Wake`, it comes again.
    Hidden,
    /// The browser says that it is online again.
    Online,
    /// The browser says that it is offline.
    Offline,
    /// A request brought a token.
    Vended {
        /// The request's number. One that is not under way is ignored.
        request: u32,
        /// What the answer says about the token's life.
        answer: Answer,
    },
    /// A request failed.
    Failed {
        /// The request's number. One that is not under way is ignored.
        request: u32,
        /// Whether to try again.
        failure: Failure,
    },
    /// No token is wanted any more. All later events are ignored, and callers are settled as closed.
    Close,
    /// The group's lock is held, or there are no locks here.
    Locked {
        /// The number of the `Lock`. One that is not waiting is ignored.
        request: u32,
    },
    /// All messages from siblings that were under way at `Drain` have been handled.
    Drained {
        /// The number of the `Drain`. One that is not waiting is ignored.
        request: u32,
    },
    /// A machine that this one replaces sent a request, which counts against the budget of ten in ten minutes. To be
    /// sent before any other event, the oldest request first.
    PriorRequest {
        /// How long ago it was sent (ms).
        age: i64,
    },
    /// A sibling has a token, one that was not rejected here.
    SiblingToken {
        /// The hash of its bytes, as in [`Answer::token_hash`].
        token_hash: u64,
        /// The life it has left now, by the sibling's reckoning.
        life: Lifetime,
        /// It has just been vended, and the message is at most ten seconds old. Otherwise it answers a `Lock`'s
        /// question. (A message that has waited for a frozen page is no new token for a caller that forces one.)
        fresh: bool,
        /// The sibling knew an end for this token and had reason to move it later.
        extended: bool,
        /// [`Answer::date`] plus [`Answer::age`] of the answer that its life was computed from.
        date: Option<i64>,
    },
    /// A sibling's request failed.
    SiblingFailed {
        /// The sibling itself may be the reason: there was no answer, as when its page navigates away. Only a second
        /// such failure is blamed on the service.
        own_fault: bool,
        /// Whether to try again.
        failure: Failure,
    },
    /// A sibling asks for a better token than its own.
    SiblingAsked {
        /// The life that its own token has left; [`Lifetime::ZERO`] if it has none.
        left: Lifetime,
    },
}

/// What a failed request calls for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Failure {
    /// Try again after a while.
    Retry {
        /// The least time to wait (ms), if the server named one (`Retry-After`, RFC 9110, 10.2.3). At most an hour is
        /// granted.
        after: Option<i64>,
    },
    /// The answer held no readable token. This may pass by itself, but the third in a row counts as terminal.
    Malformed,
    /// Asking again would not help (401, 403, 404, 410, …): wait to be asked. With a current token, or one that ended
    /// within the last five minutes, the refusal may be temporary: try again, first after five seconds, later once a
    /// minute.
    Terminal,
}
