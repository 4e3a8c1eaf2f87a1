//! The words spoken with the machine: events in, actions out.
//!
//! All durations are milliseconds; so are times, by the clock that the field names.

use super::life::Answer;

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
    /// The service refused the token in hand, or the last one in hand where that has expired. (The driver has checked
    /// that it is this one.)
    Rejected,
    /// The timer armed last has fired.
    Timer,
    /// The page may have slept: it became visible, was resumed, or came back from the cache.
    Wake,
    /// The page is hidden, so its timers will be late. Told after a `Wake` as well where it is hidden all the same.
    Hidden,
    /// The browser says that it is online again.
    Online,
    /// The browser says that it is offline.
    Offline,
    /// A request brought a token.
    Vended {
        /// The number of the request's `Fetch`. One that is not in the air is ignored.
        flight: u32,
        /// What the answer says about the token's life.
        answer: Answer,
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
    /// What the siblings had told was heard, as a `Sound` asked.
    Cleared {
        /// The number of the `Sound`. One that does not wait is ignored.
        flight: u32,
    },
    /// Before this machine was made, another that it takes the place of sent a request: it counts against the ten that
    /// are sent in ten minutes. To be told before anything else, the oldest first.
    Spent {
        /// How long ago it was sent (ms).
        age: i64,
    },
    /// A sibling told of its token, one that was not rejected here.
    Heard {
        /// The hash of its bytes, as in [`Answer::token`].
        token: u64,
        /// The life it has left now (ms), as the sibling knows it; `None`: it never expires.
        life: Option<i64>,
        /// It has just been vended, and the sibling told of it ten seconds ago at most: what has waited for a frozen
        /// page is not new to one who insists. Otherwise it answers an `ask`.
        fresh: bool,
        /// The sibling had an end for this token, and had reason to give it a later one.
        moved: bool,
        /// [`Answer::date`] and [`Answer::age`], added up, of the answer that its life was reckoned from.
        date: Option<i64>,
    },
    /// A sibling told that its request failed.
    HeardFailed {
        /// Perhaps by its own fault: there was no answer, as when its page navigates away. It takes another such
        /// failure for the service to be blamed.
        own_fault: bool,
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
    /// The answer held no token that could be read. It may pass by itself; a third in a row is taken for the service's
    /// last word.
    Malformed,
    /// Asking again would not help (401, 403, 404, 410, …): wait to be asked. With a token in hand, or one that ended
    /// within the last five minutes, it may be a refusal in passing: try again, at first after five seconds, and at
    /// last once a minute.
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
    /// Whether the token of this request has ended cannot be told yet: forget it. Another request follows in a few
    /// seconds, and callers wait for that one.
    Doubt {
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
    /// Find out whether all has been heard that the siblings have told by now, answered by `Cleared`. The `Fetch` waits
    /// for it, for half a second at most.
    Sound {
        /// The number to answer under, that of the `Lock`.
        flight: u32,
    },
    /// Release the group's lock, or no longer ask for it.
    Unlock,
    /// The token just heard of is now the one in hand.
    Adopt,
    /// Tell the siblings of the token in hand.
    Share {
        /// It has just been vended.
        fresh: bool,
        /// It was given a later end than before, which siblings are to take over.
        moved: bool,
        /// `Date` and `Age`, added up, of the answer that its life was reckoned from.
        date: Option<i64>,
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

/// Not known, or none: a time or a duration in a [`Signal`] or a [`Note`].
pub(crate) const NONE: i64 = i64::MIN;
/// Without end.
pub(crate) const NEVER: i64 = i64::MAX;

/// An event by its number, as it crosses from JavaScript (`src/js/refresher.rs` says what belongs to each).
#[derive(Clone, Copy, Debug)]
pub(crate) struct Signal {
    pub(crate) event: u32,
    /// The call's or the flight's, or 1 for a fault of one's own.
    pub(crate) id: u32,
    pub(crate) ms: i64,
    /// Another time, a failure's number, or flags: 1 and 2 for yes.
    pub(crate) more: i64,
    /// What an answer says, or a sibling of its token.
    pub(crate) answer: Answer,
}

pub(crate) const START: u32 = 0;
pub(crate) const GET: u32 = 1;
pub(crate) const ABANDON: u32 = 2;
pub(crate) const REJECTED: u32 = 3;
pub(crate) const TIMER: u32 = 4;
pub(crate) const WAKE: u32 = 5;
pub(crate) const ONLINE: u32 = 6;
pub(crate) const OFFLINE: u32 = 7;
pub(crate) const VENDED: u32 = 8;
pub(crate) const FAILED: u32 = 9;
pub(crate) const CLOSE: u32 = 10;
pub(crate) const LOCKED: u32 = 11;
pub(crate) const HEARD: u32 = 12;
pub(crate) const HEARD_FAILED: u32 = 13;
pub(crate) const ASKED: u32 = 14;
pub(crate) const HIDDEN: u32 = 15;
pub(crate) const CLEARED: u32 = 16;
pub(crate) const SPENT: u32 = 17;

// Flags of a sibling's token.
pub(crate) const FRESH: i64 = 1;
pub(crate) const MOVED: i64 = 2;

// Failures.
pub(crate) const RETRY: i64 = 0;
pub(crate) const TERMINAL: i64 = 1;

impl From<Event> for Signal {
    fn from(event: Event) -> Self {
        let mut about = Answer::default();
        let (event, id, ms, more) = match event {
            Event::Start => (START, 0, 0, 0),
            Event::Get { call, min_validity, force } => (GET, call, min_validity, force.into()),
            Event::Abandon { call } => (ABANDON, call, 0, 0),
            Event::Rejected => (REJECTED, 0, 0, 0),
            Event::Timer => (TIMER, 0, 0, 0),
            Event::Wake => (WAKE, 0, 0, 0),
            Event::Hidden => (HIDDEN, 0, 0, 0),
            Event::Online => (ONLINE, 0, 0, 0),
            Event::Offline => (OFFLINE, 0, 0, 0),
            Event::Vended { flight, answer } => {
                about = answer;
                (VENDED, flight, 0, 0)
            }
            Event::Failed { flight, failure } => {
                let (after, number) = failure.numbers();
                (FAILED, flight, after, number)
            }
            Event::Close => (CLOSE, 0, 0, 0),
            Event::Locked { flight } => (LOCKED, flight, 0, 0),
            Event::Cleared { flight } => (CLEARED, flight, 0, 0),
            Event::Spent { age } => (SPENT, 0, age, 0),
            Event::Heard { token, life, fresh, moved, date } => {
                about = Answer { token, date, ..about };
                let flags = if fresh { FRESH } else { 0 } | if moved { MOVED } else { 0 };
                (HEARD, 0, life.unwrap_or(NEVER), flags)
            }
            Event::HeardFailed { own_fault, failure } => {
                let (after, number) = failure.numbers();
                (HEARD_FAILED, own_fault.into(), after, number)
            }
            Event::Asked { left } => (ASKED, 0, left, 0),
        };
        Signal { event, id, ms, more, answer: about }
    }
}

impl Failure {
    fn numbers(self) -> (i64, i64) {
        match self {
            Failure::Retry { after } => (after.unwrap_or(NONE), RETRY),
            Failure::Terminal => (NONE, TERMINAL),
            Failure::Malformed => (NONE, 2),
        }
    }
}

/// An action by its number, as it crosses to JavaScript.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Note {
    pub(crate) action: u8,
    /// A reason, a cause, an outcome or a status by its number, or flags: 1 and 2 for yes.
    pub(crate) what: u8,
    /// The call's or the flight's.
    pub(crate) id: u32,
    pub(crate) ms: i64,
}

pub(crate) const FETCH: u8 = 0;
pub(crate) const ABORT: u8 = 1;
pub(crate) const ARM: u8 = 2;
pub(crate) const DISARM: u8 = 3;
pub(crate) const INSTALL: u8 = 4;
pub(crate) const DROP: u8 = 5;
pub(crate) const REFUSE: u8 = 6;
pub(crate) const REPORT: u8 = 7;
pub(crate) const SETTLE: u8 = 8;
pub(crate) const STATUS: u8 = 9;
pub(crate) const LOCK: u8 = 10;
pub(crate) const UNLOCK: u8 = 11;
pub(crate) const ADOPT: u8 = 12;
pub(crate) const SHARE: u8 = 13;
pub(crate) const SHARE_FAILURE: u8 = 14;
pub(crate) const SOUND: u8 = 15;
pub(crate) const DOUBT: u8 = 16;

// Outcomes.
pub(crate) const GIVEN: u8 = 0;
pub(crate) const NOT_GIVEN: u8 = 1;
pub(crate) const TOO_SHORT: u8 = 2;
pub(crate) const TOO_LATE: u8 = 3;

impl Note {
    /// In words. `reported` is the flight that was reported last: callers who fail are those who waited for it.
    pub(super) fn action(self, reported: &mut u32) -> Action {
        let Note { action, what, id, ms } = self;
        match action {
            FETCH => Action::Fetch {
                flight: id,
                reason: pick([Reason::First, Reason::Refresh, Reason::Rejected, Reason::Forced], what),
            },
            ABORT => Action::Abort { flight: id },
            ARM => Action::Arm { delay: ms },
            DISARM => Action::Disarm,
            INSTALL => Action::Install { flight: id },
            DROP => Action::Drop,
            REFUSE => Action::Refuse { flight: id },
            REPORT => {
                *reported = id;
                let cause = pick([Cause::Answer, Cause::Timeout, Cause::Expired, Cause::Sibling], what);
                Action::Report { flight: id, cause, retry_at: (ms != NONE).then_some(ms) }
            }
            SETTLE => {
                let failed = Outcome::Failed { flight: *reported };
                Action::Settle {
                    call: id,
                    outcome: pick([Outcome::Token, failed, Outcome::TooShort, Outcome::Closed], what),
                }
            }
            LOCK => Action::Lock { flight: id, left: ms },
            SOUND => Action::Sound { flight: id },
            UNLOCK => Action::Unlock,
            ADOPT => Action::Adopt,
            SHARE => {
                let what = i64::from(what);
                let date = (ms != NONE).then_some(ms);
                Action::Share { fresh: what & FRESH != 0, moved: what & MOVED != 0, date }
            }
            DOUBT => Action::Doubt { flight: id },
            SHARE_FAILURE => Action::ShareFailure,
            _ => {
                use Status::*;
                Action::Status(pick([Idle, Fetching, Ready, Refreshing, Waiting, Failed, Closed], what))
            }
        }
    }
}

/// The word of this number.
fn pick<T: Copy, const N: usize>(words: [T; N], number: u8) -> T {
    words[usize::from(number) % N]
}
