//! The machine's timer, and whether timers are throttled.

/// The longest time (ms) a timer is armed for, so that sleep and clock changes are noticed even without an event. It is
/// far below 2^31 ms, beyond which browsers fire timers at once.
pub const HEARTBEAT: i64 = 30_000;

/// A timer that fires later than this (ms) is throttled, as in hidden pages. Well above the resolution of clocks, which
/// browsers round to 100 ms at most.
const LATE: i64 = 250;

/// A timer that fires later than this (ms) shows that timers are throttled to one a minute, or that the page did not
/// run.
const VERY_LATE: i64 = 2_000;

/// How many timers in a row must be on time for timers to count as punctual again.
const TRUSTED_AFTER: u8 = 3;

/// Whether timers are late.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Punctuality {
    InTime,
    /// A timer was late; this many must be on time first.
    Late {
        remaining: u8,
    },
    /// The page is hidden: timers count as late until it is shown.
    Hidden,
}

impl Punctuality {
    /// Records a timer that is `late`, or one that `fired` on time.
    fn note(&mut self, late: bool, fired: bool) {
        *self = match *self {
            Punctuality::Hidden => Punctuality::Hidden,
            _ if late => Punctuality::Late { remaining: TRUSTED_AFTER },
            Punctuality::Late { remaining: 0 | 1 } if fired => Punctuality::InTime,
            Punctuality::Late { remaining } if fired => Punctuality::Late { remaining: remaining - 1 },
            unchanged => unchanged,
        };
    }
}

/// When the timer fires.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Armed {
    No,
    /// At this [awake](super::clock::Timeline::awake) time, which is what timers run on.
    At(i64),
    /// It was armed before the page was frozen or slept, and may fire very late or never.
    Stale,
}

/// How late the timer is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Lateness {
    None,
    /// By more than [`LATE`].
    Late,
    /// By more than [`VERY_LATE`].
    VeryLate,
}

#[derive(Debug)]
pub(super) struct Timer {
    armed: Armed,
    /// Late by more than [`LATE`], as when timers are throttled to one a second.
    seconds: Punctuality,
    /// Late by more than [`VERY_LATE`], as when they are throttled to one a minute.
    minutes: Punctuality,
}

impl Timer {
    pub(super) const fn new() -> Self {
        Timer { armed: Armed::No, seconds: Punctuality::InTime, minutes: Punctuality::InTime }
    }

    /// Records an event at this awake time. Either the timer `fired`, or it may turn out to be overdue.
    pub(super) fn observe(&mut self, awake: i64, fired: bool) -> Lateness {
        let late = match self.armed {
            Armed::At(at) if awake - at > VERY_LATE => Lateness::VeryLate,
            Armed::At(at) if awake - at > LATE => Lateness::Late,
            Armed::At(_) | Armed::No | Armed::Stale => Lateness::None,
        };
        self.seconds.note(late >= Lateness::Late, fired);
        self.minutes.note(late == Lateness::VeryLate, fired);
        if fired {
            self.armed = Armed::No;
        }
        late
    }

    /// The page was shown or resumed.
    pub(super) fn woke(&mut self) {
        self.seconds = Punctuality::InTime;
        self.minutes = Punctuality::InTime;
        if self.armed != Armed::No {
            self.armed = Armed::Stale;
        }
    }

    pub(super) fn hidden(&mut self) {
        self.seconds = Punctuality::Hidden;
    }

    /// Whether timers are late by about a second or more.
    pub(super) fn is_throttled(&self) -> bool {
        self.seconds != Punctuality::InTime
    }

    /// Whether timers are late by up to a minute.
    pub(super) fn is_throttled_to_minutes(&self) -> bool {
        self.minutes != Punctuality::InTime
    }

    /// Plans the timer for this awake time. Returns whether it has to be armed: not if it already fires earlier, which
    /// does no harm, but again if it is overdue, since it may have been lost.
    pub(super) fn arm(&mut self, at: i64, awake: i64) -> bool {
        let in_time = matches!(self.armed, Armed::At(armed) if awake <= armed && armed <= at);
        if !in_time {
            self.armed = Armed::At(at);
        }
        !in_time
    }

    /// Forgets the timer. Returns whether there was one to stop.
    pub(super) fn disarm(&mut self) -> bool {
        std::mem::replace(&mut self.armed, Armed::No) != Armed::No
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A timer that was due at 0 and is noticed so much later.
    fn fires(timer: &mut Timer, late: i64) -> Lateness {
        timer.arm(0, 0);
        timer.observe(late, true)
    }

    #[test]
    fn late_means_over_250_ms_and_very_late_over_2_s() {
        let mut timer = Timer::new();
        assert_eq!(fires(&mut timer, 250), Lateness::None);
        assert!(!timer.is_throttled());
        assert_eq!(fires(&mut timer, 251), Lateness::Late);
        assert_eq!(fires(&mut timer, 2_000), Lateness::Late);
        assert!(timer.is_throttled() && !timer.is_throttled_to_minutes());
        assert_eq!(fires(&mut timer, 2_001), Lateness::VeryLate);
        assert!(timer.is_throttled_to_minutes());
    }

    #[test]
    fn three_punctual_timers_restore_trust() {
        let mut timer = Timer::new();
        fires(&mut timer, 3_000);
        for _ in 0..2 {
            fires(&mut timer, 0);
            assert!(timer.is_throttled() && timer.is_throttled_to_minutes());
        }
        // An event in between is no timer.
        timer.observe(0, false);
        assert!(timer.is_throttled());
        fires(&mut timer, 0);
        assert!(!timer.is_throttled() && !timer.is_throttled_to_minutes());
    }

    #[test]
    fn timers_of_a_hidden_page_count_as_late() {
        let mut timer = Timer::new();
        timer.hidden();
        for _ in 0..10 {
            fires(&mut timer, 0);
        }
        assert!(timer.is_throttled() && !timer.is_throttled_to_minutes());
        timer.woke();
        assert!(!timer.is_throttled());
    }

    #[test]
    fn rearms_only_if_necessary() {
        let mut timer = Timer::new();
        assert!(!timer.disarm());
        assert!(timer.arm(10, 0));
        assert!(!timer.arm(20, 5), "fires early");
        assert!(timer.arm(9, 5), "would fire too late");
        assert!(timer.arm(20, 10), "overdue");
        timer.woke();
        assert!(timer.arm(20, 10), "armed before sleep");
        assert!(timer.disarm());
    }
}
