//! What the machine wants done.
//!
//! All durations are in milliseconds; so are times, by the clock that the field names.

use super::lifetime::Lifetime;

/// Something to do, in the order given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// Send a request. It is under way until `Vended`, `Failed` or `Abort`.
    Fetch {
        /// The number to answer with.
        request: u32,
        /// What it is for.
        reason: Reason,
    },
    /// Abort the request: its answer is no longer wanted.
    Abort {
        /// The number of its `Fetch`.
        request: u32,
    },
    /// Arm the one timer, in place of any armed before.
    Arm {
        /// In how many milliseconds: 1 to [`HEARTBEAT`](super::HEARTBEAT).
        delay: i64,
    },
    /// Stop the timer.
    Disarm,
    /// The token of this request is now the current one.
    Install {
        /// The number of its `Fetch`.
        request: u32,
    },
    /// There is no current token any more: it expired or was rejected.
    Drop,
    /// The token of this request had already expired: discard it. A `Report` follows.
    Refuse {
        /// The number of its `Fetch`.
        request: u32,
    },
    /// Whether the token of this request has expired cannot be decided yet: discard it. Another request follows in a
    /// few seconds, and callers wait for that one.
    Uncertain {
        /// The number of its `Fetch`.
        request: u32,
    },
    /// A request failed. Comes before its callers are settled.
    Report {
        /// The number of its `Fetch`; without meaning if the request was a sibling's.
        request: u32,
        /// How it failed.
        cause: Cause,
        /// When the machine tries again by itself, by the client's wall clock (ms since the epoch); `None`: not before
        /// something happens.
        retry_at: Option<i64>,
    },
    /// Answer a caller.
    Settle {
        /// The call's number.
        call: u32,
        /// With what.
        outcome: Outcome,
    },
    /// The status has changed.
    Status(Status),
    /// Request the group's lock, answered by `Locked`, and ask the siblings for a better token.
    Lock {
        /// The number to answer with; the `Fetch` that may follow has the same.
        request: u32,
        /// The life that the current token has left, for the siblings to compare; [`Lifetime::ZERO`] if there is none.
        left: Lifetime,
    },
    /// Find out when all messages that siblings have sent by now have arrived, answered by `Drained`. The `Fetch` waits
    /// for that, for at most half a second.
    Drain {
        /// The number to answer with, that of the `Lock`.
        request: u32,
    },
    /// Release the group's lock, or withdraw the request for it.
    Unlock,
    /// The token of the `SiblingToken` being handled is now the current one.
    Adopt,
    /// Send the current token to the siblings.
    Share {
        /// It has just been vended.
        fresh: bool,
        /// Its end was moved later, which the siblings are to accept.
        extended: bool,
        /// `Date` plus `Age` of the answer that its life was computed from.
        date: Option<i64>,
    },
    /// Send the failure reported last to the siblings.
    ShareFailure,
}

/// Why a request is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// No token has arrived yet.
    First,
    /// The current token nears its end or has too little life left, or the last one has expired.
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
    /// As the driver said in `Failed`.
    Answer,
    /// It took longer than the policy allows.
    Timeout,
    /// It brought a token that had already expired.
    Expired,
    /// It was a sibling's, as the driver said in `SiblingFailed`.
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

/// What a caller gets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The current token.
    Token,
    /// The error of the request it waited for, the one reported last.
    Failed {
        /// The number in the `Report`.
        request: u32,
    },
    /// Even a fresh token has less life than it asked for.
    TooShort,
    /// No token is wanted any more.
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
    /// A request is under way or waits for its turn, and there is no current token.
    Fetching,
    /// There is a current token, and nothing is wrong.
    Ready,
    /// A request is under way or waits for its turn, to replace the current token.
    Refreshing,
    /// The last request failed, or one is due while the page is offline: another follows by itself.
    Waiting,
    /// The last request failed for good: none follows unless a caller asks.
    Failed,
    /// The end.
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
