//! Two clocks that may each be wrong, and what can be concluded from both.

/// What the client's two clocks show at one moment. They are always read together: sleep and clock changes show by
/// their disagreement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Now {
    /// Milliseconds since the Unix epoch by the wall clock (`Date.now()`). May be off by hours, and may be set forward
    /// or back at any time; goes on during sleep.
    pub wall: i64,
    /// Milliseconds since any origin by the monotonic clock (`performance.now()`). Never jumps, but on some platforms
    /// stops during sleep.
    pub mono: i64,
}

impl Now {
    fn bounded(self) -> Self {
        Now { wall: bounded(self.wall), mono: bounded(self.mono) }
    }
}

/// How far (ms) the clocks may drift apart before the difference counts as time passed.
///
/// Browsers round both clocks, to as much as 100 ms each. Taking the larger of two rounded steps at every event would
/// add up: a page that asks a thousand times a second would see time run twice as fast. The price is that up to this
/// much time may have passed without being counted, and that each time the wall clock is set back by less than this, as
/// much sleep may be hidden.
pub(super) const TOLERANCE: i64 = 250;

/// A disagreement of more than this (ms) within one step is a jump: the device slept, or the clock was set.
const JUMP: i64 = 5_000;

/// For so long (ms, awake) after the wall clock was set back, the age of a message is unknown: it may have been sent
/// before. Messages that waited for a frozen page arrive as soon as it runs again, which is also when the change of the
/// clock shows.
const AGE_UNKNOWN: i64 = 5_000;

/// A step in which the page did not run counts for no more than this (ms) of that time: messages waited as well.
const AGE_UNKNOWN_STEP: i64 = 1_000;

/// What one reading of both clocks shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// They agree on how much time has passed.
    Even,
    /// They disagree by more than [`TOLERANCE`]: the wall clock was set, or the device slept.
    Uneven,
    /// They disagree by more than [`JUMP`].
    Jump,
}

/// No time from outside counts for more than this (ms), so that no sum of a few of them overflows.
const FAR: i64 = 1 << 60;

/// The nearest time of at most [`FAR`].
pub(super) fn bounded(ms: i64) -> i64 {
    ms.clamp(-FAR, FAR)
}

/// The earlier of two times; `None` is no time at all.
pub(super) fn earlier(a: Option<i64>, b: Option<i64>) -> Option<i64> {
    a.into_iter().chain(b).min()
}

/// Derives two times from the two clocks: one that is rather late, one that is rather early.
///
/// With every observation the *steady* time advances by what the wall or the monotonic clock advanced, whichever is
/// more (within [`TOLERANCE`]), and never goes back. Sleep in which the monotonic clock stopped is thus counted, and a
/// wall clock set back is ignored; one set forward makes a token look older than it is, which costs one fetch. The age
/// of tokens is measured by it.
///
/// The *awake* time is the monotonic clock alone: it may miss sleep but never runs ahead of the truth. Rates are
/// limited by it, so that a clock set forward does not lift a limit.
#[derive(Debug)]
pub(super) struct Timeline {
    last: Now,
    awake: i64,
    /// What the wall clock added, in steps of more than [`TOLERANCE`].
    extra: i64,
    /// How far the wall clock is ahead of (or behind) the monotonic one, not yet counted.
    lead: i64,
    /// For how long (ms) ages by the wall clock are still unknown.
    age_unknown: i64,
    /// By what the awake time advanced last.
    step: i64,
}

impl Timeline {
    pub(super) fn new(now: Now) -> Self {
        Timeline { last: now.bounded(), awake: 0, extra: 0, lead: 0, age_unknown: 0, step: 0 }
    }

    /// Takes a reading of the clocks.
    pub(super) fn observe(&mut self, now: Now) -> Step {
        let now = now.bounded();
        // A monotonic clock that went back has a new origin: go on from there.
        let mono = (now.mono - self.last.mono).max(0);
        let wall = now.wall - self.last.wall;
        self.last = now;
        self.awake = bounded(self.awake + mono);
        self.step = mono;
        self.lead += wall - mono;
        let lead = self.lead;
        if lead.abs() > TOLERANCE {
            // A wall clock set back may take with it a little sleep that was not counted yet.
            self.extra = bounded(self.extra + lead.max(TOLERANCE));
            self.lead = 0;
            if lead < 0 {
                self.age_unknown = AGE_UNKNOWN;
                self.step = 0;
            }
        }
        match lead.abs() {
            lead if lead <= TOLERANCE => Step::Even,
            lead if lead <= JUMP => Step::Uneven,
            _ => Step::Jump,
        }
    }

    /// Milliseconds since the start; if anything, more than truly passed.
    pub(super) fn steady(&self) -> i64 {
        self.awake + self.extra
    }

    /// Milliseconds since the start; if anything, fewer than truly passed.
    pub(super) fn awake(&self) -> i64 {
        self.awake
    }

    /// Tells whether the last observation was made in time; if not, the page may not have run before it.
    pub(super) fn observed(&mut self, in_time: bool) {
        let step = if in_time { self.step } else { self.step.min(AGE_UNKNOWN_STEP) };
        self.age_unknown = (self.age_unknown - step).max(0);
    }

    /// The wall clock was set back a moment ago: a message may be older than it looks.
    pub(super) fn is_age_unknown(&self) -> bool {
        self.age_unknown > 0
    }

    /// What the wall clock shows now, in milliseconds since the epoch.
    pub(super) fn wall(&self) -> i64 {
        self.last.wall
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line() -> Timeline {
        Timeline::new(Now { wall: 1_000_000, mono: 500 })
    }

    fn step(line: &mut Timeline, wall: i64, mono: i64) -> (bool, i64, i64) {
        let now = Now { wall: line.last.wall + wall, mono: line.last.mono + mono };
        let jump = line.observe(now) == Step::Jump;
        (jump, line.steady(), line.awake())
    }

    #[test]
    fn agreeing_clocks_count_once() {
        let mut line = line();
        assert_eq!(step(&mut line, 1_000, 1_000), (false, 1_000, 1_000));
        assert_eq!(step(&mut line, 0, 0), (false, 1_000, 1_000));
    }

    #[test]
    fn classifies_steps_and_jumps() {
        for (wall, mono, step) in [
            (250, 0, Step::Even),
            (251, 0, Step::Uneven),
            (-251, 0, Step::Uneven),
            (0, 5_000, Step::Uneven),
            (5_001, 0, Step::Jump),
            (-5_001, 0, Step::Jump),
        ] {
            let mut line = line();
            let now = Now { wall: line.last.wall + wall, mono: line.last.mono + mono };
            assert_eq!(line.observe(now), step, "{wall} ms and {mono} ms");
        }
    }

    #[test]
    fn wall_clock_counts_sleep() {
        let mut line = line();
        assert_eq!(step(&mut line, 3_600_000, 10), (true, 3_600_000, 10));
    }

    #[test]
    fn setting_the_wall_clock_back_is_ignored() {
        let mut line = line();
        assert_eq!(step(&mut line, -86_400_000, 2_000), (true, 2_250, 2_000));
        // And the next sleep is counted in full: the set-back leaves no debt.
        assert_eq!(step(&mut line, 60_000, 0), (true, 62_250, 2_000));
    }

    #[test]
    fn message_age_is_unknown_after_the_wall_clock_was_set_back() {
        let mut line = line();
        step(&mut line, 3_600_000, 10);
        step(&mut line, 0, TOLERANCE);
        assert!(!line.is_age_unknown());
        step(&mut line, -TOLERANCE - 1, 0);
        assert!(line.is_age_unknown());
        line.observed(true);
        // Sleep, in which both clocks went on, does not end it.
        step(&mut line, 3_600_000, 3_600_000);
        line.observed(false);
        step(&mut line, AGE_UNKNOWN - AGE_UNKNOWN_STEP - 1, AGE_UNKNOWN - AGE_UNKNOWN_STEP - 1);
        line.observed(true);
        assert!(line.is_age_unknown());
        step(&mut line, 1, 1);
        line.observed(true);
        assert!(!line.is_age_unknown());
    }

    #[test]
    fn setting_the_wall_clock_forward_does_not_lift_rate_limits() {
        let mut line = line();
        assert_eq!(step(&mut line, 86_400_000, 100), (true, 86_400_000, 100));
    }

    #[test]
    fn rounding_errors_do_not_accumulate() {
        let mut line = line();
        for _ in 0..100_000 {
            step(&mut line, 1, 0);
            step(&mut line, 0, 1);
        }
        assert_eq!((line.steady(), line.awake()), (100_000, 100_000));
    }

    #[test]
    fn short_sleeps_accumulate() {
        let mut line = line();
        for _ in 0..1_000 {
            step(&mut line, 100, 0);
        }
        assert!(line.steady() >= 100_000 - TOLERANCE);
        assert!(line.steady() <= 100_000);
    }

    #[test]
    fn monotonic_clock_may_get_a_new_origin() {
        let mut line = line();
        assert_eq!(step(&mut line, 2_000, -400), (false, 2_000, 0));
        assert_eq!(step(&mut line, 1_000, 1_000), (false, 3_000, 1_000));
    }

    #[test]
    fn repeatedly_setting_the_clock_back_hides_no_sleep() {
        let mut line = line();
        for _ in 0..100 {
            step(&mut line, 200, 0);
            step(&mut line, -10_000, 0);
        }
        assert!(line.steady() >= 20_000);
    }

    #[test]
    fn extreme_readings_do_not_overflow() {
        let mut line = line();
        let (min, max) = (i64::MIN, i64::MAX);
        let mut before = 0;
        for (wall, mono) in [(min, max), (max, min), (min, min), (max, max), (0, 0)] {
            line.observe(Now { wall, mono });
            assert!(line.steady() >= before, "time went back");
            before = line.steady();
        }
    }
}
