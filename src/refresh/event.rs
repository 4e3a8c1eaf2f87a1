//! The words spoken with the machine: events in, actions out.
//!
//! All durations are milliseconds; so are times, by the clock that the field names.

/// Something happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    /// Begin to keep a token in hand. To begin on demand, send none: the first `Get` begins as well.
    Start,
    /// A caller asks for a token. It is settled exactly once, at once or later, unless it abandons.
    Get {
        /// The caller's number, chosen by the driver and not in use.
        call: u32,
        /// The life the token must have left (ms). A negative one counts as 0.
        min_validity: i64,
        /// Ask for a new token even where the one in hand would do.
        force: bool,
    },
    /// A caller no longer waits. It is not settled, and what it set off goes on.
    Abandon {
        /// The number it asked under. One that does not wait is ignored.
        call: u32,
    },
    /// The service refused the token in hand. (The driver has checked that it is this one.)
    Rejected,
    /// The timer armed last has fired.
    Timer,
    /// The page may have slept: it became visible, was resumed, or came back from the cache.
    Wake,
    /// The browser says that it is online again.
    Online,
    /// The browser says that it is offline.
    Offline,
    /// A request brought a token.
    Vended {
        /// The number of the request's `Fetch`. One that is not in the air is ignored.
        flight: u32,
        /// When the token expires, by the server's clock (ms since the epoch); `None`: never.
        expires_at: Option<i64>,
        /// The server's time at this moment (ms since the epoch), rather too late than too early;
        /// `None`: not known, the client's wall clock must do.
        server_now: Option<i64>,
    },
    /// A request brought none.
    Failed {
        /// The number of the request's `Fetch`. One that is not in the air is ignored.
        flight: u32,
        /// Whether to try again.
        failure: Failure,
    },
    /// No token is wanted any more. All later events are ignored, and callers settled as closed.
    Close,
    /// The group's lock is held, or there are no locks here.
    Locked {
        /// The number of the `Lock`. One that does not wait is ignored.
        flight: u32,
    },
    /// A sibling told of its token, one that was not rejected here.
    Heard {
        /// The life it has left now (ms), as the sibling knows it; `None`: it never expires.
        life: Option<i64>,
        /// It has just been vended, and the sibling told of it ten seconds ago at most: what has waited for a frozen page
        /// is not new to one who insists. Otherwise it answers an `ask`.
        fresh: bool,
    },
    /// A sibling told that its request failed.
    HeardFailed {
        /// Whether to try again.
        failure: Failure,
    },
    /// A sibling asked for a better token than its own.
    Asked {
        /// The life that its own has left (ms); 0 where it has none.
        left: i64,
    },
}

/// What a failed request calls for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Failure {
    /// Try again by itself, after a while.
    Retry {
        /// The least time to wait (ms), where the server named one (`Retry-After`). No more than an
        /// hour is granted.
        after: Option<i64>,
    },
    /// The answer held no token that could be read. It may pass by itself; a third in a row is taken for the service's last word.
    Malformed,
    /// Asking again would not help (401, 403, 404, 410, …): wait to be asked.
    Terminal,
}

/// Something to do, in the order given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// Send a request. It is in the air until `Vended`, `Failed` or `Abort`.
    Fetch {
        /// The number to answer under.
        flight: u32,
        /// What it is for.
        reason: Reason,
    },
    /// Give up the request: its answer is no longer wanted.
    Abort {
        /// The number of its `Fetch`.
        flight: u32,
    },
    /// Arm the one timer, in place of any armed before.
    Arm {
        /// In how many milliseconds: 1 to [`HEARTBEAT`](super::HEARTBEAT).
        delay: i64,
    },
    /// Stop the timer.
    Disarm,
    /// The token of this request is now the one in hand.
    Install {
        /// The number of its `Fetch`.
        flight: u32,
    },
    /// There is no token in hand any more: it expired or was rejected.
    Drop,
    /// The token of this request had already expired: forget it. A `Report` follows.
    Refuse {
        /// The number of its `Fetch`.
        flight: u32,
    },
    /// A request failed. Comes before the callers that waited for it are settled.
    Report {
        /// The number of its `Fetch`; of no meaning where it was a sibling's.
        flight: u32,
        /// How it failed.
        cause: Cause,
        /// When the machine tries again by itself, by the client's wall clock (ms since the epoch);
        /// `None`: not until something happens.
        retry_at: Option<i64>,
    },
    /// Answer a caller.
    Settle {
        /// The number it asked under.
        call: u32,
        /// With what.
        outcome: Outcome,
    },
    /// The status has changed to this one.
    Status(Status),
    /// Ask for the group's lock, answered by `Locked`, and the siblings for a better token.
    Lock {
        /// The number to answer under; the `Fetch` that may follow has the same.
        flight: u32,
        /// The life that the token in hand has left (ms), for the siblings to compare; 0 where there is none.
        left: i64,
    },
    /// Release the group's lock, or no longer ask for it.
    Unlock,
    /// The token just heard of is now the one in hand.
    Adopt,
    /// Tell the siblings of the token in hand.
    Share {
        /// It has just been vended.
        fresh: bool,
    },
    /// Tell the siblings of the failure reported last.
    ShareFailure,
}

/// Why a request is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// No token has arrived yet.
    First,
    /// The token in hand nears its end or has too little left, or the last one has expired.
    Refresh,
    /// The last token was rejected.
    Rejected,
    /// A caller insists on a new one.
    Forced,
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
    /// It was a sibling's, as the driver said in `HeardFailed`.
    Sibling,
}

/// What a caller gets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The token in hand.
    Token,
    /// The error of the request it waited for.
    Failed {
        /// The number of its `Fetch`.
        flight: u32,
    },
    /// Even a fresh token has less life than it asked for.
    TooShort,
    /// No token is wanted any more.
    Closed,
}

/// What the machine is up to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// Not begun.
    Idle,
    /// A request is in the air or waits for its turn, and no token in hand.
    Fetching,
    /// A token is in hand, and nothing is wrong.
    Ready,
    /// A request is in the air or waits for its turn, to replace the token in hand.
    Refreshing,
    /// The last request failed, or the page is offline while one is due: another follows by itself.
    Waiting,
    /// The last request failed for good: none follows unless asked for.
    Failed,
    /// The end.
    Closed,
}
