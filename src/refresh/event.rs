//! The machine's input: what has happened.
//!
//! All times and durations are in milliseconds. Each field's doc says which clock a time is measured by.

use super::life::Answer;
use super::lifetime::Lifetime;

/// An event, to be passed to [`Machine::handle`](super::Machine::handle).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    /// Start to maintain a valid token. Without this event, the first `Get` starts it.
    Start,
    /// A caller asks for a token. The call is settled exactly once, now or later, unless it is abandoned.
    Get {
        /// Identifies the call. Chosen by the driver, and not used by another pending call.
        call: u32,
        /// The remaining life that the token must have (ms). A negative value counts as 0.
        min_validity: i64,
        /// Request a new token even if the current one is valid for long enough.
        force: bool,
    },
    /// A caller no longer waits. The call is not settled, and a pending request continues.
    Abandon {
        /// The call's number. Ignored if that call is not waiting.
        call: u32,
    },
    /// The service rejected the current token, or the last one if that has expired. The driver has checked that the
    /// rejected token is that one.
    Rejected,
    /// The timer has fired.
    Timer,
    /// The page may have been suspended: it became visible, was resumed, or was restored from the back/forward cache.
    Wake,
    /// The page is hidden, so its timers will be throttled. To be sent again after a `Wake` if the page is still
    /// hidden.
    Hidden,
    /// The browser reports that it is online again.
    Online,
    /// The browser reports that it is offline.
    Offline,
    /// A request returned a token.
    Vended {
        /// The request's number. Ignored if that request is not pending.
        request: u32,
        /// What the response says about the token's life.
        answer: Answer,
    },
    /// A request failed.
    Failed {
        /// The request's number. Ignored if that request is not pending.
        request: u32,
        /// Whether to retry.
        failure: Failure,
    },
    /// Stop for good. Waiting calls are settled as closed, and all later events are ignored.
    Close,
    /// The group's lock was granted, or locks are not available.
    Locked {
        /// The number of the `Lock`. Ignored if that request is not waiting.
        request: u32,
    },
    /// All messages that siblings had sent before the `Drain` have been handled.
    Drained {
        /// The number of the `Drain`. Ignored if that request is not waiting.
        request: u32,
    },
    /// A machine that this one replaces sent a request, which counts against the budget of ten in ten minutes. These
    /// events come before all others, the oldest request first.
    PriorRequest {
        /// How long ago it was sent (ms).
        age: i64,
    },
    /// A sibling has a token. The driver has checked that it was not rejected here.
    SiblingToken {
        /// The hash of the token, as in [`Answer::token_hash`].
        token_hash: u64,
        /// Its remaining life now, as computed by the sibling.
        life: Lifetime,
        /// Whether it has just been vended, and the message is at most ten seconds old. Otherwise it is the reply to a
        /// `Lock`. (A token in a message that was queued for a frozen page does not count as new for a caller that
        /// forces one.)
        fresh: bool,
        /// Whether the sibling has moved the token's end to a later time.
        extended: bool,
        /// [`Answer::date`] plus [`Answer::age`] of the answer from which its life was computed.
        date: Option<i64>,
    },
    /// A sibling's request failed.
    SiblingFailed {
        /// Whether the sibling itself may be the cause: it received no response, as when its page navigates away. Only
        /// a second such failure is attributed to the service.
        own_fault: bool,
        /// Whether to retry.
        failure: Failure,
    },
    /// A sibling asks for a token that lives longer than its own.
    SiblingAsked {
        /// The remaining life of its own token; [`Lifetime::ZERO`] if it has none.
        left: Lifetime,
    },
}

/// What to do after a failed request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Failure {
    /// Retry after a delay.
    Retry {
        /// The minimum delay (ms), if the server sent one (`Retry-After`, RFC 9110, section 10.2.3). Honored up to one
        /// hour.
        after: Option<i64>,
    },
    /// The response contained no readable token. This may be temporary, but the third in a row counts as terminal.
    Malformed,
    /// A retry would not help (401, 403, 404, 410, …), so the machine waits for a caller. If there is a current token,
    /// or one expired within the last five minutes, the refusal may be temporary: the machine retries, first after five
    /// seconds, later once a minute.
    Terminal,
}
