//! The machine's output: what the driver has to do.
//!
//! All times and durations are in milliseconds. Each field's doc says which clock a time is measured by.

use super::lifetime::Lifetime;

/// An instruction for the driver. Actions are to be carried out in the order given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// Send a request. It is pending until `Vended`, `Failed` or `Abort`.
    Fetch {
        /// Identifies the request in the events that answer it.
        request: u32,
        /// Why it is sent.
        reason: Reason,
    },
    /// Abort a request whose answer is no longer needed.
    Abort {
        /// The number of the `Fetch`.
        request: u32,
    },
    /// Arm the timer, replacing the one armed before.
    Arm {
        /// The delay in milliseconds, from 1 to [`HEARTBEAT`](super::HEARTBEAT).
        delay: i64,
    },
    /// Stop the timer.
    Disarm,
    /// Make the token of this request the current one.
    Install {
        /// The number of the `Fetch`.
        request: u32,
    },
    /// Drop the current token: it has expired or was rejected.
    Drop,
    /// Discard the token of this request, which had already expired. A `Report` follows.
    Refuse {
        /// The number of the `Fetch`.
        request: u32,
    },
    /// Discard the token of this request: whether it has expired cannot be decided yet. Another request follows in a
    /// few seconds, and callers wait for it.
    Uncertain {
        /// The number of the `Fetch`.
        request: u32,
    },
    /// Report a failed request. Its callers are settled afterwards.
    Report {
        /// The number of the `Fetch`; meaningless if a sibling sent the request.
        request: u32,
        /// How it failed.
        cause: Cause,
        /// When the machine retries by itself, by the client's wall clock (ms since the epoch); `None` if it waits for
        /// an event.
        retry_at: Option<i64>,
    },
    /// Settle a call.
    Settle {
        /// The call's number.
        call: u32,
        /// The result for the caller.
        outcome: Outcome,
    },
    /// Publish a new status.
    Status(Status),
    /// Request the group's lock, to be answered by `Locked`, and ask the siblings for a better token.
    Lock {
        /// Identifies the lock request in `Locked`. A `Fetch` that follows has the same number.
        request: u32,
        /// The remaining life of the current token, for the siblings to compare; [`Lifetime::ZERO`] if there is none.
        left: Lifetime,
    },
    /// Report with `Drained` when all messages sent by siblings so far have arrived. The `Fetch` waits for it, for at
    /// most half a second.
    Drain {
        /// The number of the `Lock`.
        request: u32,
    },
    /// Release the group's lock, or withdraw the request for it.
    Unlock,
    /// Make the token of the `SiblingToken` event being handled the current one.
    Adopt,
    /// Send the current token to the siblings.
    Share {
        /// Whether it has just been vended.
        fresh: bool,
        /// Whether its end was moved to a later time, which the siblings are to accept.
        extended: bool,
        /// `Date` plus `Age` of the answer from which its life was computed.
        date: Option<i64>,
    },
    /// Send the last reported failure to the siblings.
    ShareFailure,
}

/// Why a request is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// No token has arrived yet.
    First,
    /// The current token is close to expiry or too short for a caller, or the last one has expired.
    Refresh,
    /// The last token was rejected.
    Rejected,
    /// A caller forces a new one.
    Forced,
}

impl Reason {
    /// Its name in JavaScript.
    pub const fn as_str(self) -> &'static str {
        match self {
            Reason::First => "first",
            Reason::Refresh => "refresh",
            Reason::Rejected => "rejected",
            Reason::Forced => "forced",
        }
    }
}

/// How a request failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cause {
    /// The driver reported it with `Failed`.
    Answer,
    /// It took longer than the policy allows.
    Timeout,
    /// The token received had already expired.
    Expired,
    /// A sibling's request failed, reported with `SiblingFailed`.
    Sibling,
}

impl Cause {
    /// Its name in JavaScript.
    pub const fn as_str(self) -> &'static str {
        match self {
            Cause::Answer => "answer",
            Cause::Timeout => "timeout",
            Cause::Expired => "expired",
            Cause::Sibling => "sibling",
        }
    }
}

/// The result of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The current token.
    Token,
    /// The error of the request it waited for, which is the last one reported.
    Failed {
        /// The number in the `Report`.
        request: u32,
    },
    /// Even a fresh token does not live as long as the caller asked for.
    TooShort,
    /// The source was closed.
    Closed,
}

impl Outcome {
    /// Its name in JavaScript.
    pub const fn as_str(self) -> &'static str {
        match self {
            Outcome::Token => "token",
            Outcome::Failed { .. } => "failed",
            Outcome::TooShort => "tooShort",
            Outcome::Closed => "closed",
        }
    }
}

/// What the machine is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// Not started.
    Idle,
    /// There is no current token, and a request is pending or waits for the lock.
    Fetching,
    /// There is a current token, and nothing to do.
    Ready,
    /// There is a current token, and a request to replace it is pending or waits for the lock.
    Refreshing,
    /// The last request failed, or one is due while the page is offline. The machine retries by itself.
    Waiting,
    /// The last request failed permanently. The next one is sent when a caller asks.
    Failed,
    /// Closed for good.
    Closed,
}

impl Status {
    /// Its name in JavaScript.
    pub const fn as_str(self) -> &'static str {
        match self {
            Status::Idle => "idle",
            Status::Fetching => "fetching",
            Status::Ready => "ready",
            Status::Refreshing => "refreshing",
            Status::Waiting => "waiting",
            Status::Failed => "failed",
            Status::Closed => "closed",
        }
    }
}
